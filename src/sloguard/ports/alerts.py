"""What is asked of the store about alerts, and of those who are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sloguard.model.alert import AlertKey, AlertRecord
from sloguard.model.delivery import DeliveryResult, Notification, OutboxEntry
from sloguard.model.quiet import Acknowledgement, Silence
from sloguard.model.told import HeldBack, OpenIncident
from sloguard.ports.ledger import CountedRange


@dataclass(frozen=True, slots=True)
class CycleOutcome:
    """All that one evaluation changes. It is committed as a whole or not at all."""

    ranges: tuple[CountedRange, ...] = ()
    alerts: Mapping[AlertKey, AlertRecord | None] = field(default_factory=dict)
    """None removes the alert."""
    notifications: tuple[Notification, ...] = ()
    incidents: Mapping[tuple[str, AlertKey], OpenIncident | None] = field(default_factory=dict)
    """By receiver and leading alert; None: it is over."""
    held_back: tuple[HeldBack, ...] = ()
    fired: tuple[AlertKey, ...] = ()
    """Alerts that fired or escalated."""
    taken_up: tuple[AlertKey, ...] = ()
    """Acknowledgements that are a part of their alert now, or came too late."""


class AlertStore(Protocol):
    def alerts(self) -> Mapping[AlertKey, AlertRecord]:
        """The firing alerts."""
        ...

    def incidents(self) -> Sequence[OpenIncident]:
        """What receivers were told of and is not over."""
        ...

    def fired(self, since: datetime) -> Mapping[AlertKey, Sequence[datetime]]:
        """When alerts have fired or escalated since an instant."""
        ...

    def commit_cycle(self, outcome: CycleOutcome, now: datetime) -> None:
        """Write slices, alerts, incidents, the journal and outbox entries in one transaction."""
        ...


class QuietStore(Protocol):
    """What people have decided about alerts, and the journal of what was held back."""

    def silences(self, since: datetime) -> Sequence[Silence]:
        """Those that end after an instant, by their start."""
        ...

    def add_silence(self, silence: Silence) -> Silence:
        """Keep it, with a number of its own."""
        ...

    def expire_silence(self, silence_id: int, now: datetime) -> Silence | None:
        """End it now; None if there is none with this number, or it is over already."""
        ...

    def acknowledge(self, acknowledgements: Mapping[AlertKey, Acknowledgement]) -> None:
        """Leave them for the next evaluation."""
        ...

    def acknowledgements(self) -> Mapping[AlertKey, Acknowledgement]:
        """Those that no evaluation has taken up yet."""
        ...

    def held_back(self, since: datetime, limit: int) -> Sequence[HeldBack]:
        """The journal, newest first."""
        ...


class Outbox(Protocol):
    """Notifications that wait for their receiver."""

    def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxEntry]:
        """Lease entries that are due. Per receiver and dedup key only the oldest undelivered one is offered."""
        ...

    def record(self, entry: OutboxEntry, result: DeliveryResult, now: datetime, retry_at: datetime | None) -> None:
        """Write down how the receiver answered. `retry_at` is set if and only if the result is Retry."""
        ...

    def release(self, entries: Sequence[OutboxEntry], due_at: datetime) -> None:
        """Give up the claims of entries that were not sent; they are due again at `due_at`, no attempt is counted.

        Entries that somebody else has claimed since are left alone.
        """
        ...

    def depth(self) -> Mapping[str, int]:
        """Entries by state: `pending`, `delivered`, `dead`."""
        ...


class Receiver(Protocol):
    """Somebody who is told. `send` never raises for what the other side answers: the answer is a value."""

    @property
    def name(self) -> str: ...

    def send(self, entry: OutboxEntry) -> DeliveryResult: ...
