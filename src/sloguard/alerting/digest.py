"""The words of an incident that may be about several alerts: the most urgent one speaks, the others are listed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sloguard.alerting.incident import resolved_incident
from sloguard.alerting.notifications import Message
from sloguard.model.alert import AlertKey, Incident, OtherAlert, OtherState, Reason, ReasonCode
from sloguard.model.delivery import Notification, NotificationKind, dedup_key
from sloguard.model.told import OpenIncident

MOST_OTHERS = 50
"""So many other alerts are kept in an incident's text."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the words come from."""

    plain: Callable[[AlertKey], Incident]
    """Of an alert that fires: what can be said without asking anybody."""
    whole: Callable[[AlertKey], Incident]
    """The same with what contributes."""
    reasons: Mapping[AlertKey, Reason]
    """The last decisions, also about alerts that have just ended."""
    acknowledged_by: Callable[[AlertKey], str]
    """Empty if nobody has."""


@dataclass(frozen=True, slots=True)
class Worded:
    notification: Notification | None
    incident: OpenIncident | None
    """None once it is over."""


def worded(message: Message, texts: Texts, now: datetime) -> Worded:
    """Put a planned message into words."""
    before = message.before
    if message.kind is None and before is not None:
        members = frozenset(message.members)
        kept = replace(before, members=members, listed=message.listed, acknowledged=message.acknowledged)
        return Worded(None, replace(kept, severity=message.severity))
    kind = message.kind or NotificationKind.UPDATE
    said = _ended(before, texts, now) if before and not message.members else _firing(message, texts, now)
    told = Notification(message.receiver, dedup_key(message.lead), kind, said)
    if not message.members:
        return Worded(told, None)
    return Worded(
        told,
        OpenIncident(
            receiver=message.receiver,
            lead=message.lead,
            members=frozenset(message.members),
            listed=message.listed,
            severity=message.severity,
            opened_at=before.opened_at if before else now,
            grown_at=now if message.grown or before is None else before.grown_at,
            told_at=now,
            said=said,
            acknowledged=message.acknowledged,
        ),
    )


def _firing(message: Message, texts: Texts, now: datetime) -> Incident:
    speaker, *rest = message.members
    text = texts.whole(speaker)
    before = message.before
    listed = sorted(message.mentioned, key=lambda key: (key.slo_id, key.kind.value))
    now_told = {
        **{key: _other(texts.plain(key), OtherState.FIRING) for key in rest},
        **{key: _other(texts.plain(key), OtherState.HELD_BACK) for key in listed},
    }
    over = _over(before, {*message.members, *now_told}) if before else ()
    others = (*now_told.values(), *over)
    return replace(
        text,
        severity=message.severity,
        summary=f"{text.summary}{_more(len(rest), len(now_told) - len(rest))}",
        started_at=min(text.started_at, before.said.started_at) if before else text.started_at,
        updated_at=now,
        others=others[:MOST_OTHERS],
        acknowledged_by=next(filter(None, map(texts.acknowledged_by, message.members)), ""),
    )


def _ended(before: OpenIncident, texts: Texts, now: datetime) -> Incident:
    keys = (before.lead, *sorted(before.members, key=lambda key: key.slo_id))
    gone = Reason(ReasonCode.REMOVED)
    reason = next((texts.reasons[key] for key in keys if key in texts.reasons), gone)
    others = tuple(_past(each) for each in before.said.others if each.state is not OtherState.HELD_BACK)
    return replace(resolved_incident(before.said, reason, now), others=others)


def _over(before: OpenIncident, still: set[AlertKey]) -> tuple[OtherAlert, ...]:
    """What this incident told of, and is over now."""
    told = (_other(before.said, OtherState.FIRING), *before.said.others)
    return tuple(
        _past(each)
        for each in told
        if AlertKey(each.slo_id, each.kind) not in still and each.state is not OtherState.HELD_BACK
    )


def _other(text: Incident, state: OtherState) -> OtherAlert:
    return OtherAlert(text.slo_id, text.kind, text.severity, state, text.summary)


def _past(other: OtherAlert) -> OtherAlert:
    return replace(other, state=OtherState.OVER, summary=f"{other.slo_id}: over")


def _more(firing: int, held_back: int) -> str:
    parts = []
    if firing:
        parts.append(f"{firing} more {'alerts fire' if firing > 1 else 'alert fires'}")
    if held_back:
        parts.append(f"{held_back} {'alerts that depend' if held_back > 1 else 'alert that depends'} on it held back")
    return f" ({'; '.join(parts)})" if parts else ""
