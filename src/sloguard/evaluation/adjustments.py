"""Sums of a history without what is excluded and with what is corrected. The history itself stays as it is."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple, Protocol

from sloguard.evaluation.history import WindowSum
from sloguard.model.adjustment import Adjustment, Correction, Exclusion, applies
from sloguard.model.slo import Slo


class Sums(Protocol):
    """Slices in ascending order, of which any window can be added up."""

    @property
    def first(self) -> int | None:
        """Start of the first slice, in Unix seconds."""
        ...

    @property
    def last(self) -> int | None:
        """End of the last slice, in Unix seconds."""
        ...

    def sum(self, start: float, end: float) -> WindowSum:
        """Events between two instants (Unix seconds); of a slice that crosses one the part that lies within."""
        ...

    def bounds(self, time: float) -> tuple[float, float]:
        """The bounds of the slice that a time lies within; twice the time itself if it lies within none."""
        ...


Summing = Callable[[float, float], WindowSum]
"""The events between two instants (Unix seconds)."""


class Interval(NamedTuple):
    """`start <= time < end` (Unix seconds)."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Adjustments:
    """All that applies to one SLO. Made by `adjustments`."""

    exclusions: tuple[Exclusion, ...] = ()
    corrections: tuple[Correction, ...] = ()
    excluded: tuple[Interval, ...] = ()
    """The time of all exclusions: ascending, apart from each other."""

    @property
    def every(self) -> tuple[Adjustment, ...]:
        return (*self.exclusions, *self.corrections)

    def sum(self, counted: Summing, start: float, end: float) -> WindowSum:
        """The events between two instants that count.

        A slice that crosses the bound of an exclusion counts by the part that lies outside of it, as one that crosses
        the bound of the window does. A correction counts by the part of its time that does.
        """
        if not self.excluded and not self.corrections:
            return counted(start, end)
        pieces = iter(self.kept(start, end))
        whole = next((self._corrected(counted, piece) for piece in pieces), WindowSum())
        return sum((self._corrected(counted, piece) for piece in pieces), whole)

    def kept(self, start: float, end: float) -> Iterator[Interval]:
        """What is left of the time between two instants, in ascending order."""
        first = bisect_right(self.excluded, start, key=itemgetter(1))
        for excluded in self.excluded[first:]:
            if excluded.start >= end:
                break
            if start < excluded.start:
                yield Interval(start, excluded.start)
            start = excluded.end
        if start < end:
            yield Interval(start, end)

    def kept_seconds(self, start: float, end: float) -> float:
        if not self.excluded:
            return max(0.0, end - start)
        return sum(piece.end - piece.start for piece in self.kept(start, end))

    def bounds(self, start: float, end: float) -> Iterator[float]:
        """Where exclusions begin and end between two instants."""
        return (bound for each in self.excluded for bound in each if start < bound < end)

    def expected(self, start_at: datetime, end_at: datetime) -> timedelta:
        """So much of the time between two instants has to be covered."""
        return timedelta(seconds=self.kept_seconds(start_at.timestamp(), end_at.timestamp()))

    def whole(self, seconds: int) -> "Adjustments":
        """For timeslices of this length, aligned to the epoch: only one that is excluded as a whole is left out.

        Corrections are not repeated: they have had their say in each timeslice's verdict.
        """
        inner = (Interval(-(-each.start // seconds) * seconds, each.end // seconds * seconds) for each in self.excluded)
        return Adjustments(self.exclusions, (), tuple(each for each in inner if each.start < each.end))

    def also_excluding(self, exclusions: Iterable[Exclusion]) -> "Adjustments":
        added = tuple(exclusions)
        return adjustments((*self.every, *added)) if added else self

    def within(self, start_at: datetime, end_at: datetime) -> tuple[Adjustment, ...]:
        """Those that have a part in a window, by their start."""
        parts = (each for each in self.every if each.start_at < end_at and each.end_at > start_at)
        return tuple(sorted(parts, key=lambda each: (each.start_at, each.end_at, each.created_at)))

    def _corrected(self, counted: Summing, piece: Interval) -> WindowSum:
        whole = counted(*piece)
        for correction in self.corrections:
            start, end = correction.start_at.timestamp(), correction.end_at.timestamp()
            share = (min(end, piece.end) - max(start, piece.start)) / (end - start)
            if share > 0:
                whole += WindowSum(share * correction.bad, share * correction.total)
        return whole


NOTHING_ADJUSTED = Adjustments()


def adjustments(applying: Iterable[Adjustment]) -> Adjustments:
    """What applies to one SLO, each once; in an order of its own, for floats add up to a little else in another one."""
    each_once = sorted(set(applying), key=lambda each: (each.start_at, each.end_at, each.created_at, each.number or 0))
    if not each_once:
        return NOTHING_ADJUSTED
    exclusions = tuple(each for each in each_once if isinstance(each, Exclusion))
    corrections = tuple(each for each in each_once if isinstance(each, Correction))
    return Adjustments(exclusions, corrections, _merged(exclusions))


class Adjusting:
    """All adjustments there are, sorted out by SLO when they are asked for first."""

    def __init__(self) -> None:
        self._all: tuple[Adjustment, ...] = ()
        self._by_slo: dict[str, Adjustments] = {}

    def take(self, every: Iterable[Adjustment]) -> bool:
        """Go on with these; whether they are others than before."""
        before, self._all = self._all, tuple(every)
        if before == self._all:
            return False
        self._by_slo.clear()
        return True

    def of(self, slo: Slo) -> Adjustments:
        if slo.id not in self._by_slo:
            self._by_slo[slo.id] = adjustments(each for each in self._all if applies(each, slo))
        return self._by_slo[slo.id]


def _merged(exclusions: Iterable[Exclusion]) -> tuple[Interval, ...]:
    merged: list[Interval] = []
    for each in sorted(Interval(each.start_at.timestamp(), each.end_at.timestamp()) for each in exclusions):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, each.end))
        elif each.start < each.end:
            merged.append(each)
    return tuple(merged)
