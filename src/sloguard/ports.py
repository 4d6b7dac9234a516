"""What the inner parts ask of the outer ones: Prometheus, the store, the receivers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from sys import intern
from typing import NamedTuple, Protocol, Self, TypeVar

from sloguard.model.adjustment import Adjustment, AdjustmentRecord, Removal
from sloguard.model.alert import AlertKey, AlertRecord
from sloguard.model.daily import BudgetHistory
from sloguard.model.delivery import DeliveryResult, Notification, OutboxEntry
from sloguard.model.lease import Lease
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.model.quiet import Acknowledgement, Silence
from sloguard.model.recount import Recounted, RecountRecord
from sloguard.model.series import Sample, Series
from sloguard.model.span import Span
from sloguard.model.status import StatusReport
from sloguard.model.told import HeldBack, OpenIncident


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part of the daemon (`prometheus`, `store`, `evaluation`, `delivery`)."""

    name: str
    ok: bool
    detail: str
    """One plain sentence, free of secrets."""


_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Proof:
    """That a server was watching at an instant: the expression has a value there, whatever it is."""

    promql: str
    at: datetime


class MetricsSource(Protocol):
    """A Prometheus-compatible query API. Every method raises PrometheusError; a partial answer raises too."""

    def on_one_replica(self, work: Callable[["MetricsSource"], _Answer], proof: Proof | None = None) -> _Answer:
        """What `work` finds when all of its questions go to the same server: replicas' samples differ in time.

        Where there are several servers, one that fails in the middle has `work` done again by another.

        Args:
            work: asks the source that it is given, and nobody else.
            proof: what another server than the one before must answer to be asked.

        Raises:
            UnwatchedError: those that answer cannot give the proof.
        """
        ...

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        """Instant vector at an instant."""
        ...

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        """Instant query of a range selector: the raw samples."""
        ...

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        """Values at start, start + step, ... up to and including end."""
        ...


@dataclass(frozen=True, slots=True)
class ReplicaState:
    """One of the servers that can be asked."""

    url: str
    in_use: bool
    problem: str | None
    """Why it gave no usable answer when it was asked last; empty if it did, None if nobody asked."""


class InstantQueries(Protocol):
    """Occasional questions outside of the evaluation's way. Raises PrometheusError."""

    def query(self, promql: str, at: datetime) -> Sequence[Sample]: ...


class LedgerKey(NamedTuple):
    """An SLO's counts are told apart by what is counted: another indicator starts a new generation.

    A tuple, for it is looked up a hundred thousand times in an evaluation of 10,000 SLOs.
    """

    slo_id: str
    fingerprint: str

    @classmethod
    def of(cls, slo_id: str, fingerprint: str) -> Self:
        """With texts that are in memory once, however many keys have them and wherever these come from."""
        return cls(intern(slo_id), intern(fingerprint))


@dataclass(frozen=True, slots=True)
class LedgerMark:
    """How far an SLO is counted: every slice in `first <= start < watermark` is final or known to be missing."""

    first: int
    """Unix seconds: start of the first slice in which the indicator was seen."""
    watermark: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class CountedRange:
    """The slices of one SLO between two instants, to replace whatever the ledger has there."""

    key: LedgerKey
    start: int
    end: int
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class RollUp:
    """Slices of some SLOs that begin in `start <= time < end` (Unix seconds) are to be summed up.

    Those that begin in the same step become one. Steps have `step` seconds, are aligned to the epoch, and end at cuts.
    """

    keys: tuple[LedgerKey, ...]
    start: int
    end: int
    step: int
    cuts: tuple[int, ...] = ()


class LedgerUpkeep(Protocol):
    """Keeps the store small. The work goes on while what is given is asked for more, one short transaction at a time.

    Everything may be stopped at any point and done again: what is done already is not done twice.
    """

    def roll_up(self, order: RollUp) -> Iterator[int]:
        """Sum up slices; how many fewer there are after each transaction. Sums stay what they were."""
        ...

    def expire(self, before: int, declared: Collection[LedgerKey]) -> Iterator[int]:
        """Delete slices that ended before a time (Unix seconds), or at it; how many after each transaction.

        What is left without slices is forgotten, unless it is declared.
        """
        ...

    def expire_notifications(self, before: datetime) -> Iterator[int]:
        """Delete notifications that were delivered before an instant; how many after each transaction.

        None of an incident that goes on, none that waits, and none that could not be delivered.
        """
        ...


class LedgerReader(Protocol):
    """Slices by SLO and start."""

    def marks(self) -> Mapping[LedgerKey, LedgerMark]: ...

    def slices(self, key: LedgerKey, start: int, end: int) -> Sequence[Slice]:
        """Slices that overlap `start <= time < end`, in order."""
        ...

    def columns(self, wanted: Mapping[LedgerKey, tuple[int, int]]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        """What `slices` gives for the range of each key, in few queries. Keys without slices are left out."""
        ...

    def replayed(self) -> Mapping[LedgerKey, Span]:
        """From the first to the last instant for which replay has asked so far, by SLO."""
        ...

    def holes(self) -> Mapping[LedgerKey, Sequence[Span]]:
        """Spans, ascending, within what is counted or replayed, for which nobody has asked yet, by SLO."""
        ...

    def adjustments(self) -> Sequence[Adjustment]:
        """What is to be taken out of sums of slices or put right in them: all that was made and not taken back."""
        ...


class LedgerStore(LedgerReader, Protocol):
    """Writing the same range again changes nothing."""

    def write_ranges(self, ranges: Sequence[CountedRange]) -> None:
        """Replace the ranges, and widen each mark to include its range's slices, in one transaction.

        A mark's `first` becomes the start of its earliest slice, its `watermark` the greatest `end` of a range
        that holds a slice. A range without slices deletes what was there and moves no mark.
        """
        ...

    def note_holes(self, holes: Mapping[LedgerKey, Span]) -> None:
        """Remember that nobody has asked for these spans, whatever is counted after them. Unknown SLOs have none."""
        ...

    def write_replayed(self, ranges: Sequence[CountedRange], asked: Mapping[LedgerKey, Span]) -> None:
        """`write_ranges`, and remember for which spans was asked now, in one transaction.

        They are no holes any more; the time between them and what was counted or replayed before is one.
        """
        ...


class RecountStore(LedgerReader, Protocol):
    """Counts that have become better, and a journal of what they changed."""

    def revise(self, better: Sequence[tuple[CountedRange, Recounted]], now: datetime) -> Sequence[Recounted]:
        """Write better counts and their entries in the journal, in one transaction; what was written.

        Counts that have changed since they were compared are left alone.
        """
        ...

    def recounts(self, limit: int) -> Sequence[RecountRecord]:
        """The newest entries of the journal, newest first."""
        ...


class AdjustmentStore(Protocol):
    """Exclusions and corrections, and who made and removed them. Nothing is ever deleted."""

    def add(self, adjustment: Adjustment) -> int:
        """Write one down; its number is given here, counts up, and is never given again."""
        ...

    def remove(self, number: int, removal: Removal) -> AdjustmentRecord | None:
        """Take one back. The answer is its record, with an earlier removal if there was one; None if there is none."""
        ...

    def records(self) -> Sequence[AdjustmentRecord]:
        """Every one that was ever made, in the order of making."""
        ...


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


class LeaseStore(Protocol):
    """Who evaluates. Every change is a compare-and-swap: of several that try at the same time, one succeeds."""

    def read(self) -> Lease | None:
        """As it is; None if nobody has ever held it."""
        ...

    def take(self, seen: Lease | None, new: Lease) -> bool:
        """Put a new lease in the place of the one that was seen; whether it was still there.

        Waits for transactions that are being written under the old one; when it returns none can be any more.
        """
        ...

    def renew(self, held: Lease, now: datetime) -> Lease | None:
        """Hold it for its length from now; None if somebody else has taken it."""
        ...

    def give_back(self, held: Lease) -> None:
        """Let anybody take it now. Does nothing if somebody else has taken it."""
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


@dataclass(frozen=True, slots=True)
class Leadership:
    """Which daemon evaluates, as one of them knows it."""

    leads: bool
    """Whether this one does."""
    holder: str | None
    """`HOST:PID:NAME` of the one that does; None: none at the moment."""


class DaemonView(Protocol):
    """What the web shows of the running daemon. Answers come from memory and never wait for a cycle."""

    def leadership(self) -> Leadership: ...

    def status(self) -> StatusReport | None:
        """The newest status; None before the first evaluation.

        Of a daemon that stands by it is read from the store, which takes its time.
        """
        ...

    def checks(self) -> Sequence[HealthCheck]:
        """Whether each part works, now."""
        ...


class PastView(Protocol):
    """What the web tells of the past. Read from the store when asked; raises StoreError."""

    def history(self, slo_id: str, days: int) -> BudgetHistory | None:
        """The last so many days of an SLO, or of a group; None if there is none of this id."""
        ...

    def adjustments(self) -> Sequence[AdjustmentRecord]:
        """Every exclusion and correction that was ever made."""
        ...


class Receiver(Protocol):
    """Somebody who is told. `send` never raises for what the other side answers: the answer is a value."""

    @property
    def name(self) -> str: ...

    def send(self, entry: OutboxEntry) -> DeliveryResult: ...
