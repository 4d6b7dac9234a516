"""What a window saw: counts and coverage, or why there is no answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.evaluation.history import History, WindowSum
from sloguard.model.measurement import Counts, Measurement, NoData, NoDataReason, Slice

LOWEST_COVERAGE_RATIO = 0.9
STALE_AFTER = timedelta(minutes=5)
"""A series that is silent for so long has ended for Prometheus too."""


@dataclass(frozen=True, slots=True)
class Observed:
    """All that is known of an SLO at an instant: settled slices, and what came after the last of them."""

    history: History
    tail: Slice | None
    at: datetime
    slice_length: timedelta
    counted_from: int | None = None
    """Everything since this instant (Unix seconds) was asked for; there may be more history before it."""

    @property
    def last_seen(self) -> int | None:
        """End of the newest data, in Unix seconds."""
        return self.history.last if self.tail is None else self.tail.end

    def reaches_back(self, window: timedelta) -> bool:
        """Whether all of the window was asked for. Until then an hour may be known by its last minute only."""
        return self.counted_from is not None and self.counted_from <= (self.at - window + self.slice_length).timestamp()

    @property
    def stale(self) -> bool:
        last = self.last_seen
        return last is not None and self.at.timestamp() - last > STALE_AFTER.total_seconds()


def measure(observed: Observed, window: timedelta) -> Measurement | NoData:
    """The events of the last so much time before the instant of observation.

    Time before the SLO's first slice is not expected to be covered: a young SLO is measured over what there is.
    """
    return measure_since(observed, observed.at - window)


def measure_since(observed: Observed, start_at: datetime) -> Measurement | NoData:
    """The events from an instant on; whole slices only."""
    window = observed.at - start_at
    first = observed.history.first
    if first is None:
        first = observed.tail.start if observed.tail else None
    if first is None:
        return NoData(window, NoDataReason.NEVER_SEEN)
    end = observed.at.timestamp()
    slice_seconds = observed.slice_length.total_seconds()
    # Whole slices only: what a fraction of a slice held is not known.
    start = round(start_at.timestamp() / slice_seconds) * slice_seconds
    seen = _sum(observed, start, end)
    expected = end - max(start, first)
    coverage = min(1.0, seen.seen_seconds / expected) if expected > 0 else 0.0
    if coverage < LOWEST_COVERAGE_RATIO:
        reason = NoDataReason.STALE if observed.stale else NoDataReason.LOW_COVERAGE
        return NoData(window, reason, coverage)
    total = max(0.0, seen.total)
    counts = Counts(min(max(0.0, seen.bad), total), total)
    partial = observed.counted_from is None or start < observed.counted_from
    return Measurement(window, observed.at, counts, coverage, approximate=partial)


def _sum(observed: Observed, start: float, end: float) -> WindowSum:
    tail = observed.tail
    if tail is None:
        return observed.history.sum(start, end)
    return observed.history.sum(start, tail.start) + WindowSum(tail.bad, tail.total, tail.seconds)
