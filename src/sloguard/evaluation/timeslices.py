"""From counted slices to timeslices: each is one event, good if its success ratio meets the slice's objective."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Self

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjustments, Sums
from sloguard.evaluation.history import History, WindowSum
from sloguard.evaluation.measure import LOWEST_COVERAGE_RATIO, ObservedSlices
from sloguard.model.measurement import Measurement, NoData, NoDataReason, Slice, SliceColumns
from sloguard.model.timeslices import EmptySlices, Timeslices


def judged(
    history: Sums,
    timeslices: Timeslices,
    since: int | None = None,
    adjustments: Adjustments = NOTHING_ADJUSTED,
    *,
    until: int | None = None,
) -> Iterator[Slice]:
    """The timeslices that have ended, as slices of one event or none; from the one that holds `since` (Unix seconds),
    and up to the one that holds the time before `until`.

    One that was not seen well enough is left out, like a slice that was not seen. Of a slice that crosses a bound,
    as the long ones of a coarse replay may, each timeslice has its part. One that is excluded in part is judged by
    what is left of it; one that is excluded as a whole is not judged.
    """
    if history.first is None or history.last is None:
        return
    length = round(timeslices.length.total_seconds())
    begin = history.first if since is None else max(since, history.first)
    end = history.last if until is None else min(_ceiling(until, length), history.last)
    for start in range(begin // length * length, end // length * length, length):
        seen = adjustments.sum(history.sum, start, start + length)
        expected = adjustments.kept_seconds(start, start + length)
        if expected and seen.seen_seconds >= LOWEST_COVERAGE_RATIO * expected:
            yield _verdict(seen, timeslices, start, length)


def _verdict(seen: WindowSum, timeslices: Timeslices, start: int, length: int) -> Slice:
    total = max(0.0, seen.total)
    if total:
        # Exact: 29 bad of 100 meet an objective of 71 %, whatever a float makes of 0.29 * 100.
        bad = Decimal(seen.bad) > (1 - timeslices.objective_ratio) * Decimal(total)
        return Slice(start, length, float(bad), 1.0)
    counts = timeslices.empty is not EmptySlices.IGNORE
    return Slice(start, length, float(timeslices.empty is EmptySlices.BAD), float(counts))


def _ceiling(time: int, length: int) -> int:
    return -(-time // length) * length


class Verdicts:
    """The timeslices of an SLO's history: derived once, and kept up with it."""

    __slots__ = ("_adjustments", "_timeslices", "history")

    def __init__(self, counted: Sums, timeslices: Timeslices, adjustments: Adjustments = NOTHING_ADJUSTED) -> None:
        self._timeslices = timeslices
        self._adjustments = adjustments
        self.history = History.of(judged(counted, timeslices, adjustments=adjustments))

    def follow(self, counted: Sums, since: int, until: int | None = None) -> None:
        """Take over what has changed in the counted history from an instant on (Unix seconds).

        Up to `until`, if only what lies before it has changed, and the end of the history has not.
        """
        length = round(self._timeslices.length.total_seconds())
        changed = judged(counted, self._timeslices, since, self._adjustments, until=until)
        if until is None:
            self.history.replace_from(since // length * length, changed)
        else:
            self.history.replace(since // length * length, _ceiling(until, length), SliceColumns.of(changed))

    def forget(self, counted: Sums) -> None:
        """Forget what the counted history has forgotten at its beginning, as if it had never been known."""
        if counted.first is None:
            self.history = History()
            return
        self.history.forget_before(counted.first)
        self.follow(counted, counted.first, counted.first + 1)


@dataclass(frozen=True, slots=True)
class ObservedTimeslices:
    """An SLO whose events are timeslices. The one that has not ended yet is not known: windows end before it."""

    counted: ObservedSlices
    verdicts: History
    slice_length: timedelta
    """Of a timeslice."""
    unadjusted_verdicts: History | None = None
    """What the verdicts would be without the adjustments; None where there are none."""

    @property
    def adjustments(self) -> Adjustments:
        return self.counted.adjustments

    @property
    def unadjusted(self) -> Self:
        verdicts = self.unadjusted_verdicts or self.verdicts
        return replace(self, counted=self.counted.unadjusted, verdicts=verdicts, unadjusted_verdicts=None)

    @property
    def at(self) -> datetime:
        return self.counted.at

    @property
    def stale(self) -> bool:
        return self.counted.stale

    @property
    def first_seen(self) -> int | None:
        return self.counted.first_seen

    @property
    def last_seen(self) -> int | None:
        return self.counted.last_seen

    @property
    def watermark(self) -> int | None:
        return self.counted.watermark

    def unseen(self, since: datetime | None = None) -> timedelta | None:
        return self.counted.unseen(since)

    def reaches_back(self, window: timedelta) -> bool:
        return self._ended.reaches_back(window)

    def last(self, window: timedelta) -> Measurement | NoData:
        return self._answer(self._ended.last(window))

    def since(self, start_at: datetime) -> Measurement | NoData:
        return self._answer(self._ended.since(min(start_at, self._ended.at)))

    @property
    def _ended(self) -> ObservedSlices:
        """The timeslices up to the end of the last one of which all is counted; up to now if nothing comes any more."""
        watermark = self.counted.watermark
        until = self.at.timestamp()
        if watermark is not None and not self.stale:
            until = min(until, watermark)
        seconds = round(self.slice_length.total_seconds())
        end_at = datetime.fromtimestamp(until // seconds * seconds, UTC)
        whole = self.adjustments.whole(seconds)
        return ObservedSlices(self.verdicts, None, end_at, self.slice_length, self.counted.counted_from, whole)

    def _answer(self, seen: Measurement | NoData) -> Measurement | NoData:
        if isinstance(seen, Measurement):
            end = self.at.timestamp()
            cut = self.counted.cut_by_exclusions(end - seen.window.total_seconds(), end)
            return replace(seen, approximate=True) if cut else seen
        if seen.reason is NoDataReason.NEVER_SEEN and self.first_seen is not None:
            return replace(seen, reason=NoDataReason.LOW_COVERAGE)
        return seen
