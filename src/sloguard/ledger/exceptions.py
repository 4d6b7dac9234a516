"""Series that were born, reset or came back within an interval: how many events each of them had. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

Labels = frozenset[tuple[str, str]]
"""A series' labels without its metric name."""

Point = tuple[float, float]
"""Unix seconds and value."""


@dataclass(frozen=True, slots=True)
class Interval:
    """`start < time <= end`, in Unix seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one term's series around an interval."""

    exceptions: Collection[Labels]
    samples: Mapping[Labels, Sequence[Point]]
    """All series' raw samples of the interval and the last minutes before it."""
    origins: Mapping[Labels, float]
    """The last value within a day before the interval, of those exceptions that had one."""


def exceptional_increases(evidence: Evidence, interval: Interval, *, known: bool) -> Mapping[Labels, float]:
    """Events of each exceptional series in the interval.

    `known` tells whether any of the SLO's series was seen before the interval: a newborn series then counts from
    zero, or from where an ended series of the same counter left off; without it the first value is the baseline.
    """
    heirs = _Heirs(evidence, interval)
    return {
        labels: _increase(labels, evidence, interval, heirs if known else None)
        for labels in sorted(evidence.exceptions, key=sorted)
    }


def reset_aware_increase(base: float, values: Sequence[float]) -> float:
    """How far a counter came from `base` through `values`; a fall means that it began again at zero."""
    return sum(after - before if after >= before else after for before, after in pairwise([base, *values]))


def _increase(labels: Labels, evidence: Evidence, interval: Interval, heirs: "_Heirs | None") -> float:
    points = evidence.samples.get(labels, ())
    within = [value for at, value in points if interval.start < at <= interval.end and isfinite(value)]
    before = [value for at, value in points if at <= interval.start]
    if not within:
        return 0.0
    if before or labels in evidence.origins:
        last = before[-1] if before else evidence.origins[labels]
        # A counter that showed NaN is not newborn: it goes on from its first number.
        return reset_aware_increase(last if isfinite(last) else within[0], within)
    base = within[0] if heirs is None else heirs.inheritance(labels)
    return reset_aware_increase(base, within)


class _Heirs:
    """Finds the ended series that a newborn one carries on: a label was added or dropped, the count went on."""

    def __init__(self, evidence: Evidence, interval: Interval) -> None:
        self._samples = evidence.samples
        newest = max((points[-1][0] for points in evidence.samples.values() if points), default=interval.end)
        self._ended = {
            labels: points[-1]
            for labels, points in evidence.samples.items()
            if points and labels not in evidence.exceptions and points[-1][0] < newest
        }

    def inheritance(self, labels: Labels) -> float:
        """The value at which the newborn series began: its ancestor's last one, or zero. Each is inherited once."""
        first_at, first_value = self._samples[labels][0]
        ancestors = [
            ended
            for ended, (last_at, last_value) in self._ended.items()
            if last_at < first_at and last_value <= first_value and (ended < labels or ended > labels)
        ]
        if not ancestors:
            return 0.0
        closest = max(ancestors, key=lambda ended: (self._ended[ended][1], sorted(ended)))
        return self._ended.pop(closest)[1]
