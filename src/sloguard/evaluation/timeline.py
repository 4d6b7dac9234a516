"""When the slices of a history begin and end: runs of equal slices, one after the other."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

_SHARED = 256
"""So many timelines are remembered, for histories that come to be like one of them."""
_READ = 4
"""So many timelines are remembered by what they were read from: SLOs that are alike are read one after the other."""


class Run(NamedTuple):
    """Equal slices, each of which begins where the one before ends."""

    start: int
    """Unix seconds."""
    length: int
    """Seconds, of each slice."""
    unseen: int
    """Seconds of each slice in which nothing was seen."""
    size: int
    """So many slices."""


class Timeline:
    """Ascending, without overlaps. A month of minutes, five-minute slices and hours is three runs, not 1,800 slices.

    It never changes: most SLOs are counted at the same times, and their histories share one.
    """

    __slots__ = ("_first", "_length", "_seen_before", "_size", "_start", "_unseen")

    def __init__(self, kept: "tuple[array[int], ...] | None" = None, size: int = 0, added: Iterable[Run] = ()) -> None:
        """From the first so many slices of another one, which are copied by the runs that they are in, and more."""
        self._first, self._start, self._length, self._unseen, self._seen_before = kept or [array("q") for _ in range(5)]
        self._size = size
        for run in added:
            self._add(run)

    @property
    def _runs(self) -> "tuple[array[int], ...]":
        """The place of each run's first slice, the start, length and unseen seconds of each of its slices, and the
        seconds that were seen before it.
        """
        return self._first, self._start, self._length, self._unseen, self._seen_before

    @staticmethod
    def of(start: Sequence[int], length: Sequence[int], unseen: Sequence[int]) -> "Timeline":
        """By the start (Unix seconds), length and unseen seconds of each slice."""
        return _read(tuple(start), tuple(length), tuple(unseen))

    def replaced(self, low: int, high: int, other: "Timeline") -> "Timeline":
        """The same with the slices of another one in the place of those from `low` up to `high`."""
        runs = bisect_right(self._first, low - 1)
        kept = tuple(column[:runs] for column in self._runs)
        return _shared(Timeline(kept, low, chain(other.runs_from(0), self.runs_from(high))))

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self._size == other._size and self._runs == other._runs

    def __hash__(self) -> int:
        return hash((self._size, self._start.tobytes(), self._length.tobytes()))

    def _add(self, run: Run) -> None:
        """Only while it is made."""
        size = self._size
        follows = size and run.start == self.end(size - 1)
        if not (follows and self._length[-1] == run.length and self._unseen[-1] == run.unseen):
            self._seen_before.append(self.seen_before(size))
            self._first.append(size)
            self._start.append(run.start)
            self._length.append(run.length)
            self._unseen.append(run.unseen)
        self._size += run.size

    def runs_from(self, index: int) -> Iterator[Run]:
        """All slices but the first so many."""
        while index < self._size:
            run = bisect_right(self._first, index) - 1
            after = self._after(run)
            yield Run(self.start(index), self._length[run], self._unseen[run], after - index)
            index = after

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


NO_TIME = Timeline()


@lru_cache(_SHARED)
def _shared(timeline: Timeline) -> Timeline:
    """The first one that was like it."""
    return timeline


@lru_cache(_READ)
def _read(starts: tuple[int, ...], lengths: tuple[int, ...], unseen_seconds: tuple[int, ...]) -> Timeline:
    return _shared(Timeline(added=_runs_of(starts, lengths, unseen_seconds)))


def _runs_of(starts: Iterable[int], lengths: Iterable[int], unseen_seconds: Iterable[int]) -> Iterator[Run]:
    begin = each = missed = size = 0
    for start, length, unseen in zip(starts, lengths, unseen_seconds, strict=True):
        if size and length == each and start == begin + size * each and unseen == missed:
            size += 1
            continue
        if size:
            yield Run(begin, each, missed, size)
        begin, each, missed, size = start, length, unseen, 1
    if size:
        yield Run(begin, each, missed, size)
