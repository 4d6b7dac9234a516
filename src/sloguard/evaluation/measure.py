"""What a window saw: counts and coverage, or why there is no answer."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjustments, Sums
from sloguard.evaluation.history import WindowSum
from sloguard.evaluation.resolution import LARGEST_SHIFT_RATIO
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
    def first_seen(self) -> int | None:
        """Start of the first data that are known, in Unix seconds: nothing before is expected to be covered."""
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

    @property
    def adjustments(self) -> Adjustments:
        """What is taken out of its sums, or put right in them."""
        ...

    @property
    def unadjusted(self) -> "Observed":
        """The same as the ledger has it."""
        ...

    def unseen(self, since: datetime | None = None) -> timedelta | None:
        """For how long nothing has been seen that was expected, at most since an instant. None if nothing ever was."""
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

    history: Sums
    """As the ledger has it."""
    tail: Slice | None
    at: datetime
    slice_length: timedelta
    counted_from: int | None = None
    """Everything since this instant (Unix seconds) was asked for; there may be more history before it."""
    adjustments: Adjustments = NOTHING_ADJUSTED

    @property
    def first_seen(self) -> int | None:
        first = self.history.first
        return self.tail.start if first is None and self.tail else first

    @property
    def last_seen(self) -> int | None:
        return self.history.last if self.tail is None else self.tail.end

    def reaches_back(self, window: timedelta) -> bool:
        return self.counted_from is not None and self.counted_from <= (self.at - window + self.slice_length).timestamp()

    @property
    def unadjusted(self) -> Self:
        return replace(self, adjustments=NOTHING_ADJUSTED)

    @property
    def stale(self) -> bool:
        unseen = self.unseen()
        return unseen is not None and unseen > STALE_AFTER

    def unseen(self, since: datetime | None = None) -> timedelta | None:
        """Time that is excluded is no silence."""
        last = self.last_seen
        known = [at for at in (None if last is None else datetime.fromtimestamp(last, UTC), since) if at is not None]
        return self.adjustments.expected(max(known), self.at) if known else None

    @property
    def watermark(self) -> int | None:
        return self.history.last

    def last(self, window: timedelta) -> Measurement | NoData:
        """Time before the SLO's first slice is not expected to be covered: a young SLO is measured over its life."""
        return self._over(window, self.at.timestamp() - window.total_seconds())

    def since(self, start_at: datetime) -> Measurement | NoData:
        """Whole slices only: what a fraction of a slice held is not known.

        What is old has long slices. A window is moved to the bounds of its slices if this changes it by 1 % at most;
        else parts of slices are counted in proportion, and it is approximate.
        """
        return self._over(self.at - start_at, start_at.timestamp())

    def _over(self, window: timedelta, begin: float) -> Measurement | NoData:
        first = self.first_seen
        if first is None or first >= self.at.timestamp():
            return NoData(window, NoDataReason.NEVER_SEEN)
        slice_seconds = self.slice_length.total_seconds()
        start = round(begin / slice_seconds) * slice_seconds
        start, end, cut = self._moved(start, self.at.timestamp())
        seen = self._sum(start, end)
        expected = self.adjustments.kept_seconds(max(start, first), end)
        coverage = min(1.0, seen.seen_seconds / expected) if expected > 0 else float(not self.stale)
        if coverage < LOWEST_COVERAGE_RATIO:
            reason = NoDataReason.STALE if self.stale else NoDataReason.LOW_COVERAGE
            return NoData(window, reason, coverage)
        total = max(0.0, seen.total)
        counts = Counts(min(max(0.0, seen.bad), total), total)
        partial = cut or self.counted_from is None or start < self.counted_from or self.cut_by_exclusions(start, end)
        return Measurement(window, self.at, counts, coverage, approximate=partial)

    def cut_by_exclusions(self, start: float, end: float) -> bool:
        """Whether an exclusion begins or ends within a long slice of old time, of whose course nothing is known.

        An exclusion is put around bad events on purpose, so these do not lie evenly in the slice that it cuts.
        """
        cut = (self.history.bounds(bound) for bound in self.adjustments.bounds(start, end))
        return any(high - low > self.slice_length.total_seconds() for low, high in cut)

    def _moved(self, start: float, end: float) -> tuple[float, float, bool]:
        """The window's bounds, at bounds of slices if those are near enough; and whether a slice is cut by them."""
        low, high = self.history.bounds(start)
        whole_start = low if start - low <= high - start else high
        whole_end = end if self.tail else self.history.bounds(end)[0]
        moved = max(abs(whole_start - start), end - whole_end)
        if moved > LARGEST_SHIFT_RATIO * max(0.0, end - start):
            return start, end, True
        return whole_start, whole_end, False

    def _sum(self, start: float, end: float) -> WindowSum:
        # The tail's whole seconds may end a little later than now.
        end = max(end, self.tail.end if self.tail else 0)
        return self.adjustments.sum(self._counted, start, end)

    def _counted(self, start: float, end: float) -> WindowSum:
        tail = self.tail
        if tail is None:
            return self.history.sum(start, end)
        settled = self.history.sum(start, min(end, tail.start))
        share = max(0.0, min(end, tail.end) - max(start, tail.start)) / tail.seconds
        return settled + WindowSum(share * tail.bad, share * tail.total, share * tail.seconds)


def measure(observed: Observed, window: timedelta) -> Measurement | NoData:
    """The events of the last so much time before the instant of observation."""
    return observed.last(window)


def measure_since(observed: Observed, start_at: datetime) -> Measurement | NoData:
    """The events from an instant on."""
    return observed.since(start_at)
