"""An SLO's slices in memory, a few bytes each, of which any window is added up in microseconds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from sloguard.evaluation.column import Column
from sloguard.evaluation.resolution import Band, rolled_up
from sloguard.evaluation.timeline import NO_TIME, Timeline
from sloguard.model.measurement import Slice, SliceColumns


@dataclass(frozen=True, slots=True)
class WindowSum:
    """What a window's slices add up to. Bad and total are not clamped."""

    bad: float = 0.0
    total: float = 0.0
    seen_seconds: float = 0.0

    def __add__(self, other: "WindowSum") -> "WindowSum":
        return WindowSum(self.bad + other.bad, self.total + other.total, self.seen_seconds + other.seen_seconds)


class History:
    """Slices in ascending order without overlaps. Grows at its end."""

    __slots__ = ("_bad", "_times", "_total")

    def __init__(self) -> None:
        self._times = NO_TIME
        self._bad = Column()
        self._total = Column()

    @classmethod
    def of(cls, slices: Iterable[Slice]) -> Self:
        return cls.of_columns(SliceColumns.of(slices))

    @classmethod
    def of_columns(cls, slices: SliceColumns) -> Self:
        history = cls()
        history._replace(0, 0, slices)
        return history

    def __len__(self) -> int:
        return len(self._times)

    @property
    def first(self) -> int | None:
        """Start of the first slice, in Unix seconds."""
        return self._times.start(0) if len(self) else None

    @property
    def last(self) -> int | None:
        """End of the last slice, in Unix seconds."""
        return self._times.end(len(self) - 1) if len(self) else None

    def slices(self, start: int, end: int) -> Iterator[Slice]:
        """Those that begin in `start <= time < end`. What was bridged is not remembered."""
        return self._slices(self._times.place_from(start), self._times.place_from(end))

    def _slices(self, low: int, high: int) -> Iterator[Slice]:
        values = zip(self._bad.values(low, high), self._total.values(low, high), strict=True)
        for (begin, length, unseen), (bad, total) in zip(self._times.slices(low, high), values, strict=True):
            yield Slice(begin, length, bad, total, unseen_seconds=unseen)

    def replace_from(self, start: int, slices: Iterable[Slice]) -> None:
        """Put slices in the place of all that begin at `start` or later."""
        self._replace(self._times.place_from(start), len(self), SliceColumns.of(slices))

    def replace(self, start: int, end: int, slices: SliceColumns) -> None:
        """Put slices in the place of all that begin in `start <= time < end`."""
        self._replace(self._times.place_from(start), self._times.place_from(end), slices)

    def roll_up(self, band: Band, cuts: Sequence[int] = ()) -> None:
        """Sum up the slices of a band into its steps, which end at cuts (Unix seconds) too."""
        high = self._times.place_from(band.end)
        low = self._times.first_shorter(self._times.place_from(band.start), high, band.step)
        parts = list(self._slices(low, high))
        rolled = rolled_up(parts, band.step, cuts)
        if len(rolled) < len(parts):
            self._replace(low, high, SliceColumns.of(rolled))

    def forget_before(self, time: int) -> None:
        """Drop the slices that ended before a time, or at it."""
        self._replace(0, self._times.place(time), SliceColumns.of(()))

    def _replace(self, low: int, high: int, slices: SliceColumns) -> None:
        times = Timeline.of(slices.start, slices.seconds, slices.unseen_seconds)
        self._times = self._times.replaced(low, high, times)
        self._bad.replace(low, high, slices.bad)
        self._total.replace(low, high, slices.total)

    def bounds(self, time: float) -> tuple[float, float]:
        """The bounds of the slice that a time lies within; twice the time itself if it lies within none."""
        place = self._times.place(time)
        if place < len(self) and self._times.start(place) < time:
            return self._times.start(place), self._times.end(place)
        return time, time

    def widened(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of time (Unix seconds), widened so that no slice crosses its bounds, and no gap either.

        Its bounds are those of slices, the gaps and slices next to it included, where it did not touch a slice.
        """
        times = self._times
        before, after = times.place_from(start) - 1, times.place_from(end)
        if before >= 0:
            start = times.end(before) if times.end(before) <= start else times.start(before)
        if after and times.end(after - 1) > end:
            end = times.end(after - 1)
        elif after < len(self) and times.start(after) > end:
            end = times.end(after)
        return start, end

    def sum(self, start: float, end: float) -> WindowSum:
        """Events between two instants (Unix seconds).

        A slice that crosses a bound counts by the part that lies within.
        """
        times = self._times
        low, high = times.place(start), times.place_from(end)
        if low >= high:
            return WindowSum()
        whole = WindowSum(
            self._bad.sum_before(high) - self._bad.sum_before(low),
            self._total.sum_before(high) - self._total.sum_before(low),
            times.seen_before(high) - times.seen_before(low),
        )
        if start <= times.start(low) and end >= times.end(high - 1):
            return whole
        return sum((self._excess(index, start, end) for index in {low, high - 1}), whole)

    def _excess(self, index: int, start: float, end: float) -> WindowSum:
        """What one slice must give back, because it lies outside in part."""
        length = self._times.length(index)
        inside = min(end, self._times.end(index)) - max(start, self._times.start(index))
        given_back = inside / length - 1
        return WindowSum(
            given_back * self._bad[index],
            given_back * self._total[index],
            given_back * (length - self._times.unseen(index)),
        )
