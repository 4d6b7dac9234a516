"""What becomes of alerts: their records, what receivers are told, and what is held back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sloguard.alerting.decide import RISES, remove
from sloguard.alerting.digest import Texts, worded
from sloguard.alerting.notifications import Plan, TellingRules, plan
from sloguard.alerting.standing import Routes, Standing
from sloguard.model.alert import Alert, AlertDecision, AlertKey, AlertRecord, Incident, ReasonCode, Transition
from sloguard.model.delivery import Notification
from sloguard.model.quiet import Acknowledgement, Quiet
from sloguard.model.told import HeldBack, OpenIncident
from sloguard.ports import CountedRange, CycleOutcome

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Telling:
    """How people are told of an alert that fires."""

    service: str
    declared_id: str
    routes: Callable[[], Routes]
    plain: Callable[[Alert], Incident]
    """What can be said without asking anybody."""
    whole: Callable[[Alert], Incident]
    """The same with what contributes. Called only if there is something to tell."""
    stated: Callable[[Alert], Quiet | None]
    """Whether somebody has said that nobody wants to hear of it."""
    upstreams: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision about an alert that stood as `before` says."""

    decision: AlertDecision
    before: AlertRecord | None
    telling: Telling | None
    """None: there is no alert to tell of, or nothing declares it any more."""


def removal(record: AlertRecord) -> Ruling:
    """Nothing declares the alert any more."""
    return Ruling(remove(record.alert), record, None)


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before this evaluation."""

    incidents: tuple[OpenIncident, ...]
    acknowledgements: Mapping[AlertKey, Acknowledgement]


@dataclass(frozen=True, slots=True)
class Conclusion:
    outcome: CycleOutcome
    alerts: Mapping[AlertKey, Alert]
    """As they stand now, with what is quiet about them."""
    changes: Mapping[AlertKey, AlertDecision]
    """The decisions that change an alert."""


def conclude(
    rulings: Mapping[AlertKey, Ruling],
    known: Known,
    rules: TellingRules,
    now: datetime,
    ranges: tuple[CountedRange, ...] = (),
) -> Conclusion:
    """All that follows from the decisions of an evaluation."""
    firing = {
        key: (alert, each.telling) for key, each in rulings.items() if (alert := each.decision.alert) and each.telling
    }
    alerts = {key: _acknowledged(alert, known.acknowledgements.get(key)) for key, (alert, _) in firing.items()}
    standings = [_standing(key, alerts[key], rulings[key].decision, telling) for key, (_, telling) in firing.items()]
    planned = plan(standings, known.incidents, rules, now)
    alerts = {key: replace(alert, quiet=planned.quiet.get(key)) for key, alert in alerts.items()}
    texts = Texts(
        plain=lambda key: firing[key][1].plain(alerts[key]),
        whole=lambda key: firing[key][1].whole(alerts[key]),
        reasons={key: each.decision.reason for key, each in rulings.items()},
        acknowledged_by=lambda key: ack.author if (ack := alerts[key].acknowledged) else "",
    )
    changes = {key: each.decision for key, each in rulings.items() if each.decision.transition is not Transition.NONE}
    said = _said(planned, texts, now)
    outcome = CycleOutcome(
        ranges=ranges,
        alerts=_records(rulings, alerts, texts),
        notifications=said.notifications,
        incidents=said.incidents,
        held_back=planned.held_back,
        fired=tuple(key for key, decision in changes.items() if decision.transition in RISES),
        taken_up=tuple(known.acknowledgements),
    )
    return Conclusion(outcome, alerts, changes)


@dataclass(frozen=True, slots=True)
class _Said:
    notifications: tuple[Notification, ...]
    incidents: Mapping[tuple[str, AlertKey], OpenIncident | None]


def _said(planned: Plan, texts: Texts, now: datetime) -> _Said:
    found = [(message, worded(message, texts, now)) for message in planned.messages]
    return _Said(
        tuple(each.notification for _, each in found if each.notification),
        {(message.receiver, message.lead): each.incident for message, each in found},
    )


def _acknowledged(alert: Alert, asked: Acknowledgement | None) -> Alert:
    """With the newest acknowledgement, if it is about this alert and no less severe."""
    for each in (asked, alert.acknowledged):
        if each and each.started_at == alert.started_at and each.severity.rank >= alert.severity.rank:
            return replace(alert, acknowledged=each)
    return replace(alert, acknowledged=None)


def _standing(key: AlertKey, alert: Alert, decision: AlertDecision, telling: Telling) -> Standing:
    return Standing(
        key=key,
        alert=alert,
        service=telling.service,
        declared_id=telling.declared_id,
        routes=telling.routes(),
        stated=telling.stated(alert),
        upstreams=telling.upstreams,
        worsened=decision.transition is Transition.WORSEN,
        damped=decision.reason.code is ReasonCode.FLAPPING,
    )


def _records(
    rulings: Mapping[AlertKey, Ruling], alerts: Mapping[AlertKey, Alert], texts: Texts
) -> Mapping[AlertKey, AlertRecord | None]:
    records: dict[AlertKey, AlertRecord | None] = {}
    for key, ruling in rulings.items():
        if ruling.decision.transition is Transition.RESOLVE:
            records[key] = None
        elif key in alerts:
            before = ruling.before if ruling.decision.transition is Transition.NONE else None
            records[key] = AlertRecord(alerts[key], before.incident if before else texts.plain(key))
    return records


def log_changes(conclusion: Conclusion) -> None:
    for key, decision in conclusion.changes.items():
        reason = decision.reason
        numbers = {
            "long_burn_rate": reason.long_burn_rate,
            "short_burn_rate": reason.short_burn_rate,
            "success_ratio": reason.success_ratio,
            "remaining_ratio": reason.remaining_ratio,
        }
        _log.info(
            "alert_changed",
            slo=key.slo_id,
            kind=key.kind.value,
            transition=decision.transition.value,
            severity=decision.alert.severity.value if decision.alert else None,
            reason=reason.code.value,
            **{name: value for name, value in numbers.items() if value is not None},
        )
    for each in conclusion.outcome.held_back:
        _log_quiet(each)
    for key in conclusion.outcome.taken_up:
        taken = conclusion.alerts[key].acknowledged if key in conclusion.alerts else None
        if taken is not None:
            _log.info("alert_acknowledged", slo=key.slo_id, kind=key.kind.value, author=taken.author, note=taken.note)


def _log_quiet(held: HeldBack) -> None:
    quiet = held.quiet
    _log.info(
        "alert_held_back",
        slo=held.alert.slo_id,
        kind=held.alert.kind.value,
        severity=held.severity.value,
        reason=quiet.reason.value,
        **{name: value for name, value in (("source", quiet.source), ("detail", quiet.detail)) if value},
    )
