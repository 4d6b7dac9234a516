"""What `sloguard preview` is put together from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sloguard.alerting.rehearsal import Rehearsal, rehearsal
from sloguard.errors import UsageError
from sloguard.model.delivery import Notification, NotificationKind, dedup_key
from sloguard.model.policy import Severity
from sloguard.model.secret import Secret
from sloguard.model.settings import Configuration, PagerDutyReceiver, Receiver, SlackReceiver
from sloguard.model.slo import Slo
from sloguard.notify.preview import previewed
from sloguard.notify.wording import Wording

_ANY = (
    SlackReceiver("slack.example", token=Secret("-"), channel="#example"),
    PagerDutyReceiver("pagerduty.example", Secret("-")),
)
"""Where the file declares no receiver."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What one receiver would be sent for one event."""

    receiver: str
    event: NotificationKind
    documents: Sequence[Mapping[str, Any]]


def previews(
    configuration: Configuration, slo: Slo, severity: Severity, events: Sequence[NotificationKind], now: datetime
) -> tuple[Preview, ...]:
    """What would be sent of a made-up incident of this SLO, event by event, to each receiver that would hear of it.

    Raises:
        UsageError: no burn-rate tier of the SLO has this severity.
    """
    rehearsed = rehearsal(slo, severity, configuration.evaluation.slice, now)
    if rehearsed is None:
        has = ", ".join(sorted({tier.severity.value for tier in slo.tiers})) or "none at all"
        raise UsageError(f"{slo.id} has no burn-rate tier of severity {severity.value}; it has {has}.")
    wording = Wording(configuration.message_templates)
    return tuple(
        Preview(receiver.name, event, previewed(receiver, _notification(rehearsed, receiver, event), wording))
        for event in events
        for receiver in _receivers(configuration, slo, severity)
    )


def _receivers(configuration: Configuration, slo: Slo, severity: Severity) -> Sequence[Receiver]:
    heard = configuration.receivers_for(slo.service, severity)
    return [each for each in configuration.receivers if each.name in heard] or _ANY


def _notification(rehearsed: Rehearsal, receiver: Receiver, event: NotificationKind) -> Notification:
    incident = rehearsed.resolved if event is NotificationKind.RESOLVE else rehearsed.firing
    return Notification(receiver.name, dedup_key(incident.key), event, incident)
