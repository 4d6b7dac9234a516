"""What becomes of an alert: its record, and who is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sloguard.alerting.decide import remove
from sloguard.alerting.incident import resolved_incident
from sloguard.alerting.notifications import announce
from sloguard.model.alert import Alert, AlertDecision, AlertKey, AlertRecord, Incident, Transition
from sloguard.model.delivery import Notification
from sloguard.ports import CountedRange, CycleOutcome

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with what follows from it."""

    decision: AlertDecision
    record: AlertRecord | None
    notifications: tuple[Notification, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """How people are told of an alert that fires. Called only if there is something to tell."""

    incident: Callable[[Alert], Incident]
    receivers: Callable[[Alert], Sequence[str]]


def ruling(decision: AlertDecision, record: AlertRecord | None, telling: Telling, now: datetime) -> Ruling:
    """What follows from a decision about an alert that stood as `record` says."""
    alert = decision.alert
    if alert is None:
        return _ended(decision, record, now) if record else Ruling(decision, None)
    notified = record.alert.notified if record else frozenset[str]()
    if record is not None and decision.transition is Transition.NONE:
        return Ruling(decision, AlertRecord(replace(alert, notified=notified), record.incident))
    incident = telling.incident(alert)
    ended = resolved_incident(incident, decision.reason, now)
    told = announce(decision, notified, telling.receivers(alert), incident, ended)
    return Ruling(decision, AlertRecord(replace(alert, notified=told.notified), incident), told.notifications)


def removal(record: AlertRecord, now: datetime) -> Ruling:
    """Nothing declares the alert any more."""
    return _ended(remove(record.alert), record, now)


def _ended(decision: AlertDecision, record: AlertRecord, now: datetime) -> Ruling:
    ended = resolved_incident(record.incident, decision.reason, now)
    return Ruling(decision, None, announce(decision, record.alert.notified, (), ended, ended).notifications)


def outcome(rulings: Mapping[AlertKey, Ruling], ranges: tuple[CountedRange, ...] = ()) -> CycleOutcome:
    """What is to be written of them."""
    kept = {key: each.record for key, each in rulings.items() if each.record or each.notifications}
    ended = [key for key, each in rulings.items() if each.decision.transition is Transition.RESOLVE]
    return CycleOutcome(
        ranges=ranges,
        alerts=kept | dict.fromkeys(ended),
        notifications=tuple(part for each in rulings.values() for part in each.notifications),
    )


def changes(rulings: Mapping[AlertKey, Ruling]) -> Mapping[AlertKey, AlertDecision]:
    """The decisions that change an alert."""
    decisions = {key: each.decision for key, each in rulings.items()}
    return {key: each for key, each in decisions.items() if each.transition is not Transition.NONE}


def log_changes(decisions: Mapping[AlertKey, AlertDecision]) -> None:
    for key, decision in decisions.items():
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
