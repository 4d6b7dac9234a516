"""What a run of the delivery is made of: its limits, its course, and what it reports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Outcome(StrEnum):
    DELIVERED = "delivered"
    RETRIED = "retried"
    REJECTED = "rejected"
    """A dead letter: refused, or given up."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """Answers since the worker was made, by receiver and outcome."""

    counts: Mapping[tuple[str, Outcome], int] = field(default_factory=dict)

    def total(self, outcome: Outcome) -> int:
        return sum(count for (_, counted), count in self.counts.items() if counted is outcome)


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    batch: int = 64
    """Entries claimed at a time."""
    lease: timedelta = timedelta(seconds=60)
    """Longer than `sending` and one slow request. After a crash, what was being sent waits for this to run out."""
    sending: timedelta = timedelta(seconds=25)
    """A receiver is given no further entry of a batch so long after it was claimed."""
    patience: timedelta = timedelta(seconds=15)
    """How long a run waits for its slowest receiver, which goes on in the background while the others get theirs."""
    give_up_after: timedelta = timedelta(hours=24)
    least_attempts: int = 10
    """An entry is never given up before this many failures, however old it is."""


@dataclass(slots=True)
class Batch:
    """What became of one receiver's entries, or of several receivers'."""

    outcomes: list[Outcome] = field(default_factory=list)
    troubled: dict[str, datetime] = field(default_factory=dict)
    """Receivers that want a message again, with the instant before which they want none."""

    @property
    def delivered(self) -> int:
        return self.outcomes.count(Outcome.DELIVERED)

    @property
    def progressed(self) -> bool:
        """Something is out of the way, so what comes after it may be sent now."""
        return any(outcome is not Outcome.RETRIED for outcome in self.outcomes)

    def add(self, other: "Batch") -> None:
        self.outcomes += other.outcomes
        self.troubled |= other.troubled


class Run:
    """The instant of a run, moved on by the time it takes: a wait is counted from the answer that asked for it."""

    def __init__(self, now: datetime, monotonic: Callable[[], float]) -> None:
        self._now = now
        self._monotonic = monotonic
        self._started = monotonic()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=self._monotonic() - self._started)

    def now(self) -> datetime:
        return self._now + self.elapsed()
