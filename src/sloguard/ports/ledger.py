"""What is asked of the ledger, and what is written into it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import NamedTuple, Protocol, Self

from sloguard.model.adjustment import Adjustment, AdjustmentRecord, Removal
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.model.provisional import ProvisionalCount
from sloguard.model.recount import Recounted, RecountRecord
from sloguard.model.span import Span


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


class ProvisionalStore(Protocol):
    """What stands in for the counts of windows whose history is being replayed, by SLO or group."""

    def provisional(self) -> Mapping[LedgerKey, ProvisionalCount]: ...

    def keep_provisional(self, counts: Mapping[LedgerKey, ProvisionalCount]) -> None:
        """Put these in the place of what there was of the same SLOs."""
        ...

    def forget_provisional(self, before: datetime) -> None:
        """Delete what was asked for before an instant."""
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
