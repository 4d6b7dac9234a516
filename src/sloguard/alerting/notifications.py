"""Who is told what when an alert changes. Whoever was told that it fires is told when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sloguard.model.alert import AlertDecision, Incident, Transition
from sloguard.model.delivery import Notification, NotificationKind, dedup_key


@dataclass(frozen=True, slots=True)
class Announcement:
    """The notifications of one decision, and who knows of the alert after it."""

    notifications: tuple[Notification, ...]
    notified: frozenset[str]


def announce(
    decision: AlertDecision, notified: frozenset[str], routed: Sequence[str], incident: Incident, ended: Incident
) -> Announcement:
    """Turn a decision into notifications.

    `notified` know of the alert already; `routed` hear of its severity now. `incident` is what is said while it
    fires, `ended` what is said when it is over. When an alert falls to a lower severity, those who only hear of
    the higher one are told that it is over for them; when it rises or worsens, everybody is kept up to date.
    """
    kinds: dict[str, NotificationKind] = {}
    match decision.transition:
        case Transition.NONE:
            pass
        case Transition.RESOLVE:
            kinds = dict.fromkeys(sorted(notified), NotificationKind.RESOLVE)
        case Transition.FIRE | Transition.ESCALATE | Transition.WORSEN:
            kinds = dict.fromkeys(routed, NotificationKind.TRIGGER)
            kinds |= dict.fromkeys(sorted(notified), NotificationKind.UPDATE)
        case Transition.DEESCALATE:
            kinds = dict.fromkeys(routed, NotificationKind.TRIGGER)
            kinds |= {
                name: NotificationKind.UPDATE if name in routed else NotificationKind.RESOLVE
                for name in sorted(notified)
            }
    told = {NotificationKind.RESOLVE: ended}
    key = dedup_key(incident.key)
    notifications = tuple(Notification(name, key, kind, told.get(kind, incident)) for name, kind in kinds.items())
    over = {name for name, kind in kinds.items() if kind is NotificationKind.RESOLVE}
    return Announcement(notifications, (notified | frozenset(kinds)) - over)
