"""What was sent: notifications on their way through the outbox, and how a receiver answered."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sloguard.model.alert import AlertKey, AlertKind, Incident


class NotificationKind(StrEnum):
    TRIGGER = "trigger"
    UPDATE = "update"
    """The incident goes on: less severe, with a further threshold crossed, or with other alerts in it."""
    ESCALATE = "escalate"
    """The incident is more severe than it was told."""
    REMINDER = "reminder"
    """Nothing has changed, for long: it still fires, and nobody has acknowledged it."""
    ACKNOWLEDGE = "acknowledge"
    """Somebody has taken it on."""
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
    worker: str = ""
    """Who has claimed it."""


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


LONGEST_DEDUP_KEY = 255
"""What PagerDuty takes."""


def dedup_key(key: AlertKey) -> str:
    """What every receiver knows an incident by: `sloguard/shop/checkout`, `sloguard/shop/checkout/no-data`.

    The id of a group may be longer than receivers take: it is cut then, and told apart by a digest of the whole.
    """
    if key.kind is AlertKind.SELF:
        return key.slo_id
    whole = f"sloguard/{key.slo_id}{'/no-data' if key.kind is AlertKind.NO_DATA else ''}"
    if len(whole) <= LONGEST_DEDUP_KEY:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return f"{whole[: LONGEST_DEDUP_KEY - len(digest) - 1]}#{digest}"
