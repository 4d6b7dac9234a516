"""When the slices of a history begin and end: runs of equal slices, one after the other."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator


class Timeline:
    """Ascending, without overlaps. A month of minutes, five-minute slices and hours is three runs, not 1,800 slices."""

    __slots__ = ("_first", "_length", "_seen_before", "_size", "_start", "_unseen")

    def __init__(self) -> None:
        self._first = array("q")
        """The place of each run's first slice, among all slices."""
        self._start = array("q")
        """Unix seconds."""
        self._length = array("q")
        """Seconds, of each slice of a run."""
        self._unseen = array("q")
        """Seconds of each slice in which nothing was seen."""
        self._seen_before = array("q")
        """Seconds that were seen before each run."""
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def extend(self, slices: Iterable[tuple[int, int, int]]) -> None:
        """Add slices at the end: start (Unix seconds), length, and unseen seconds of each."""
        run: tuple[int, int, int] | None = None
        count = 0
        for start, length, unseen in slices:
            if run is not None and start == run[0] + count * run[1] and length == run[1] and unseen == run[2]:
                count += 1
                continue
            if run is not None:
                self._add(*run, count)
            run, count = (start, length, unseen), 1
        if run is not None:
            self._add(*run, count)

    def _add(self, start: int, length: int, unseen: int, count: int) -> None:
        """Add a run of equal slices."""
        size = self._size
        if not (size and self._length[-1] == length and self._unseen[-1] == unseen and start == self.end(size - 1)):
            seen_before = self.seen_before(size)
            self._first.append(size)
            self._start.append(start)
            self._length.append(length)
            self._unseen.append(unseen)
            self._seen_before.append(seen_before)
        self._size += count

    def replace(self, low: int, high: int, slices: Iterable[tuple[int, int, int]]) -> None:
        """Put slices in the place of those from `low` up to `high`."""
        after = list(self._runs_from(high))
        self.truncate(low)
        self.extend(slices)
        for run in after:
            self._add(*run)

    def _runs_from(self, index: int) -> Iterator[tuple[int, int, int, int]]:
        while index < self._size:
            run = bisect_right(self._first, index) - 1
            after = self._after(run)
            yield self.start(index), self._length[run], self._unseen[run], after - index
            index = after

    def truncate(self, size: int) -> None:
        """Forget all but the first so many slices."""
        runs = bisect_right(self._first, size - 1)
        for column in (self._first, self._start, self._length, self._unseen, self._seen_before):
            del column[runs:]
        self._size = size

    def start(self, index: int) -> int:
        run = bisect_right(self._first, index) - 1
        return self._start[run] + (index - self._first[run]) * self._length[run]

    def length(self, index: int) -> int:
        return self._length[bisect_right(self._first, index) - 1]

    def end(self, index: int) -> int:
        return self.start(index) + self.length(index)

    def unseen(self, index: int) -> int:
        return self._unseen[bisect_right(self._first, index) - 1]

    def first_shorter(self, low: int, high: int, length: int) -> int:
        """The place of the first slice shorter than a length (seconds), from `low` up to `high`; `high` if none is."""
        run = max(0, bisect_right(self._first, low) - 1)
        while run < len(self._first) and self._first[run] < high:
            if self._length[run] < length:
                return max(low, self._first[run])
            run += 1
        return high

    def seen_before(self, index: int) -> int:
        """Seconds that were seen in the first so many slices."""
        run = bisect_right(self._first, index - 1) - 1
        if run < 0:
            return 0
        return self._seen_before[run] + (index - self._first[run]) * (self._length[run] - self._unseen[run])

    def place(self, time: float) -> int:
        """The place of the first slice that ends after a time."""
        run = bisect_right(self._start, time) - 1
        if run < 0:
            return 0
        after = self._first[run] + int((time - self._start[run]) // self._length[run])
        return min(after, self._after(run))

    def place_from(self, time: float) -> int:
        """The place of the first slice that begins at a time or later."""
        run = bisect_right(self._start, time) - 1
        if run < 0:
            return 0
        after = self._first[run] + int(-(-(time - self._start[run]) // self._length[run]))
        return min(after, self._after(run))

    def _after(self, run: int) -> int:
        return self._first[run + 1] if run + 1 < len(self._first) else self._size

    def slices(self, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        """Start, length and unseen seconds of the slices from one place up to another."""
        for index in range(low, high):
            yield self.start(index), self.length(index), self.unseen(index)
