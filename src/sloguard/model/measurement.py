"""What was measured: slices of counts as the ledger keeps them, and sums over windows."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class Slice(NamedTuple):
    """Events of one SLO in `start <= time < start + seconds` (Unix seconds).

    Bad may exceed total, or be negative, by a scrape's worth of skew: only sums over windows are clamped.
    A tuple, for there are millions of them: it is made three times as fast as a frozen dataclass.
    """

    start: int
    seconds: int
    bad: float
    total: float
    bridged: bool = False
    """Spread over a gap in the data: the sum over the gap is known, its course is not."""
    unseen_seconds: int = 0
    """Of a slice that was rolled up: so much of it nobody has seen."""

    @property
    def end(self) -> int:
        return self.start + self.seconds


class SliceColumns(NamedTuple):
    """Slices in order, column by column: how millions of them are read. What was bridged is left out."""

    start: Sequence[int]
    seconds: Sequence[int]
    bad: Sequence[float]
    total: Sequence[float]
    unseen_seconds: Sequence[int]

    @classmethod
    def of(cls, slices: Iterable[Slice]) -> "SliceColumns":
        columns = list(zip(*slices, strict=True))
        if not columns:
            return cls((), (), (), (), ())
        start, seconds, bad, total, _, unseen = columns
        return cls(start, seconds, bad, total, unseen)

    @property
    def span(self) -> tuple[int, int] | None:
        """From the start of the first to the end of the last (Unix seconds); None if there is none."""
        return (self.start[0], self.start[-1] + self.seconds[-1]) if self.start else None

    def between(self, start: int, end: int) -> "SliceColumns":
        """Those that overlap `start <= time < end` (Unix seconds)."""
        low, high = bisect_right(self.start, start), bisect_left(self.start, end)
        if low and self.start[low - 1] + self.seconds[low - 1] > start:
            low -= 1
        return SliceColumns(
            self.start[low:high],
            self.seconds[low:high],
            self.bad[low:high],
            self.total[low:high],
            self.unseen_seconds[low:high],
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """0 <= bad <= total, in events."""

    bad: float
    total: float

    @property
    def good(self) -> float:
        return self.total - self.bad


@dataclass(frozen=True, slots=True)
class Measurement:
    """The events of a window that was seen well enough to be believed."""

    window: timedelta
    end_at: datetime
    counts: Counts
    coverage_ratio: float
    """Time seen / time expected, 0..1; time before the SLO's first sample is not expected."""
    approximate: bool = False
    weighed: Counts | None = None
    """Of a composite, whose ratio rests on fewer events than all of its members': so many tell as much."""

    @property
    def evidence(self) -> Counts:
        """The events by which chance is told from failure."""
        return self.weighed or self.counts


class NoDataReason(StrEnum):
    NEVER_SEEN = "never_seen"
    """No sample of the indicator has been seen yet."""
    STALE = "stale"
    """Samples have stopped arriving."""
    LOW_COVERAGE = "low_coverage"
    """Too little of the window was seen."""
    NOT_COUNTED = "not_counted"
    """Somebody asks for a time outside of what the ledger covers."""
    PROVISIONAL = "provisional"
    """The window's history is being replayed. Of a status, which then shows provisional numbers."""


class Covered(NamedTuple):
    """From when to when something is known of an SLO."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class NoData:
    """Too little is known for an answer: neither 0 nor 100 %."""

    window: timedelta
    reason: NoDataReason
    coverage_ratio: float = 0.0
    covered: Covered | None = None
    """Of an instant of the past: what the ledger does cover; of a time before the first data, when there are any."""
