"""An SLO's slices in memory, as running sums: any window costs two look-ups."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from sloguard.model.measurement import Slice


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

    __slots__ = ("_bad", "_end", "_seconds", "_start", "_total")

    def __init__(self) -> None:
        self._start = array("q")
        self._end = array("q")
        self._bad = array("d", [0.0])
        self._total = array("d", [0.0])
        self._seconds = array("q", [0])

    @classmethod
    def of(cls, slices: Iterable[Slice]) -> Self:
        history = cls()
        history._append(slices)
        return history

    @property
    def first(self) -> int | None:
        """Start of the first slice, in Unix seconds."""
        return self._start[0] if self._start else None

    @property
    def last(self) -> int | None:
        """End of the last slice, in Unix seconds."""
        return self._end[-1] if self._end else None

    def replace_from(self, start: int, slices: Iterable[Slice]) -> None:
        """Put slices in the place of all that begin at `start` or later."""
        keep = bisect_left(self._start, start)
        del self._start[keep:], self._end[keep:]
        del self._bad[keep + 1 :], self._total[keep + 1 :], self._seconds[keep + 1 :]
        self._append(slices)

    def sum(self, start: float, end: float) -> WindowSum:
        """Events between two instants (Unix seconds).

        A slice that crosses a bound, as the long ones of a coarse replay may, counts by the part that lies within.
        """
        low = bisect_right(self._end, start)
        high = bisect_left(self._start, end)
        if low >= high:
            return WindowSum()
        whole = WindowSum(
            self._bad[high] - self._bad[low],
            self._total[high] - self._total[low],
            self._seconds[high] - self._seconds[low],
        )
        if start <= self._start[low] and end >= self._end[high - 1]:
            return whole
        return sum((self._excess(index, start, end) for index in {low, high - 1}), whole)

    def _excess(self, index: int, start: float, end: float) -> WindowSum:
        """What one slice must give back, because it lies outside in part."""
        inside = min(end, self._end[index]) - max(start, self._start[index])
        outside_share = 1 - inside / (self._end[index] - self._start[index])
        return WindowSum(
            outside_share * (self._bad[index] - self._bad[index + 1]),
            outside_share * (self._total[index] - self._total[index + 1]),
            outside_share * (self._seconds[index] - self._seconds[index + 1]),
        )

    def _append(self, slices: Iterable[Slice]) -> None:
        for part in slices:
            self._start.append(part.start)
            self._end.append(part.end)
            self._bad.append(self._bad[-1] + part.bad)
            self._total.append(self._total[-1] + part.total)
            self._seconds.append(self._seconds[-1] + part.seconds)
