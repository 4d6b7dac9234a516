"""What a window saw: counts and coverage, or why there is no answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sloguard.evaluation.history import History, WindowSum
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason, Slice

LOWEST_COVERAGE_RATIO = 0.9
STALE_AFTER = timedelta(minutes=5)
"""A series that is silent for so long has ended for Prometheus too."""


class Observed(Protocol):
    """All that is known of an SLO at an instant."""

    @property
    def at(self) -> datetime: ...

    @property
    def stale(self) -> bool:
        """Samples have stopped arriving."""
        ...

    @property
    def last_seen(self) -> int | None:
        """End of the newest data, in Unix seconds."""
        ...

    @property
    def watermark(self) -> int | None:
        """All up to here is counted for good (Unix seconds)."""
        ...

    @property
    def slice_length(self) -> timedelta:
        """Windows are whole numbers of these."""
        ...

    def reaches_back(self, window: timedelta) -> bool:
        """Whether all of the window was asked for. Until then an hour may be known by its last minute only."""
        ...

    def last(self, window: timedelta) -> Measurement | NoData:
        """The events of the last so much time."""
        ...

    def since(self, start_at: datetime) -> Measurement | NoData:
        """The events from an instant on."""
        ...


@dataclass(frozen=True, slots=True)
class ObservedSlices:
    """An SLO that is counted itself: settled slices, and what came after the last of them."""

    history: History
    tail: Slice | None
    at: datetime
    slice_length: timedelta
    counted_from: int | None = None
    """Everything since this instant (Unix seconds) was asked for; there may be more history before it."""

    @property
    def last_seen(self) -> int | None:
        return self.history.last if self.tail is None else self.tail.end

    def reaches_back(self, window: timedelta) -> bool:
        return self.counted_from is not None and self.counted_from <= (self.at - window + self.slice_length).timestamp()

    @property
    def stale(self) -> bool:
        last = self.last_seen
        return last is not None and self.at.timestamp() - last > STALE_AFTER.total_seconds()

    @property
    def watermark(self) -> int | None:
        return self.history.last

    def last(self, window: timedelta) -> Measurement | NoData:
        """Time before the SLO's first slice is not expected to be covered: a young SLO is measured over its life."""
        return self.since(self.at - window)

    def since(self, start_at: datetime) -> Measurement | NoData:
        """Whole slices only: what a fraction of a slice held is not known."""
        window = self.at - start_at
        first = self.history.first
        if first is None:
            first = self.tail.start if self.tail else None
        if first is None:
            return NoData(window, NoDataReason.NEVER_SEEN)
        slice_seconds = self.slice_length.total_seconds()
        start = round(start_at.timestamp() / slice_seconds) * slice_seconds
        seen = self._sum(start)
        expected = self.at.timestamp() - max(start, first)
        coverage = min(1.0, seen.seen_seconds / expected) if expected > 0 else float(not self.stale)
        if coverage < LOWEST_COVERAGE_RATIO:
            reason = NoDataReason.STALE if self.stale else NoDataReason.LOW_COVERAGE
            return NoData(window, reason, coverage)
        total = max(0.0, seen.total)
        counts = Counts(min(max(0.0, seen.bad), total), total)
        partial = self.counted_from is None or start < self.counted_from
        return Measurement(window, self.at, counts, coverage, approximate=partial)

    def _sum(self, start: float) -> WindowSum:
        tail = self.tail
        if tail is None:
            return self.history.sum(start, self.at.timestamp())
        return self.history.sum(start, tail.start) + WindowSum(tail.bad, tail.total, tail.seconds)


def measure(observed: Observed, window: timedelta) -> Measurement | NoData:
    """The events of the last so much time before the instant of observation."""
    return observed.last(window)


def measure_since(observed: Observed, start_at: datetime) -> Measurement | NoData:
    """The events from an instant on."""
    return observed.since(start_at)
