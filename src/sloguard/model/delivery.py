"""What was sent: notifications on their way through the outbox, and how a receiver answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sloguard.model.alert import Incident


class NotificationKind(StrEnum):
    TRIGGER = "trigger"
    UPDATE = "update"
    """The incident goes on with another severity."""
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True)
class Notification:
    """One message for one receiver. Notifications with the same receiver and dedup key are sent in order."""

    receiver: str
    dedup_key: str
    kind: NotificationKind
    incident: Incident


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    id: int
    notification: Notification
    created_at: datetime
    attempts: int
    """Sendings that have failed so far."""
    reference: str | None
    """What the receiver called the incident's first message (Slack's `ts`), if it did."""


@dataclass(frozen=True, slots=True)
class Delivered:
    reference: str | None = None
    """What later messages of the incident refer to."""


@dataclass(frozen=True, slots=True)
class Retry:
    why: str
    after: timedelta | None = None
    """The receiver's own wish (Retry-After), if it gave one."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Sending it again cannot help: it becomes a dead letter."""

    why: str


DeliveryResult = Delivered | Retry | Rejected


def dedup_key(slo_id: str) -> str:
    """What every receiver knows an SLO's incident by: at most 255 characters, for names are limited to 100."""
    return f"sloguard/{slo_id}"
