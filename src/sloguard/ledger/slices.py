"""From increases to slices: what a gap in the data swallowed is spread over the gap. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sloguard.ledger.plan import Increase
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange, LedgerKey

LONGEST_BRIDGE_SECONDS = 86_400
"""The counting queries look back a day: a longer gap's events are not in the first increase after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """An increase over `start <= time < end` (Unix seconds)."""

    start: int
    end: int
    increase: Increase


def counted_range(
    key: LedgerKey,
    span: tuple[int, int],
    steps: Iterable[Step],
    *,
    last_seen: int | None,
    slice_seconds: int,
    bridging: bool = True,
) -> CountedRange:
    """The slices of an interval (its start and end) from the steps, ascending, in which the SLO was seen.

    `last_seen` is the end of the last slice seen before the interval. A step that ends a gap holds what happened
    in the gap too, so it is spread over it, back to before the interval if need be; not so without `bridging`.
    """
    slices: list[Slice] = []
    seen = last_seen
    for step in steps:
        gap = 0 if seen is None else step.start - seen
        if bridging and 0 < gap <= LONGEST_BRIDGE_SECONDS and seen is not None:
            slices += _spread(step.increase, seen, step.end, slice_seconds)
        else:
            slices.append(_slice(step.increase, step.start, step.end))
        seen = step.end
    return CountedRange(key, min([span[0], *(part.start for part in slices)]), span[1], tuple(slices))


def _slice(increase: Increase, start: int, end: int, *, bridged: bool = False) -> Slice:
    return Slice(start, end - start, increase.bad, increase.total, bridged)


def _spread(increase: Increase, start: int, end: int, slice_seconds: int) -> Sequence[Slice]:
    """Evenly, with exactly the same sum; whole events stay whole."""
    count = max(1, (end - start) // slice_seconds)
    bounds = [start + index * slice_seconds for index in range(count)] + [end]
    bad = _shares(increase.bad, count)
    total = _shares(increase.total, count)
    return [
        _slice(Increase(bad[index], total[index]), bounds[index], bounds[index + 1], bridged=True)
        for index in range(count)
    ]


def _shares(events: float, count: int) -> list[float]:
    marks = [events * index / count for index in range(count + 1)]
    if events.is_integer():
        marks = [float(round(mark)) for mark in marks]
    return [after - before for before, after in pairwise(marks)]
