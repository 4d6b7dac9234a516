"""Series that were born, reset or came back within an interval: how many events each of them had. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from sloguard.promql.counting import TAG

Labels = frozenset[tuple[str, str]]
"""A series' labels without its metric name."""

Point = tuple[float, float]
"""Unix seconds and value."""


def series_labels(labels: Mapping[str, str]) -> Labels:
    """A series' identity, from an answer to a question of the ledger."""
    return frozenset((name, value) for name, value in labels.items() if name not in {TAG, "__name__"})


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


def increase_without_reset(end: float, origin: float | None) -> float | None:
    """Events of an exceptional series that did not reset within the interval, from its last value in it alone.

    `origin` is its last value before; without one it is newborn. None if only its raw samples can tell.
    """
    if not isfinite(end) or (origin is not None and not isfinite(origin)):
        return None
    # It may have fallen unseen, while there were no samples.
    return end - origin if origin is not None and end >= origin else end


def may_carry_on(newborn: Labels, end: float, others: Mapping[Labels, float]) -> bool:
    """Whether a look at raw samples is worth while: some other series could be what a newborn one goes on from.

    Values are the last ones in the interval.
    """
    return any(
        value <= end and (_extends(newborn, other) or (value > _NEWBORN_EVENTS and _is_renamed(newborn, other)))
        for other, value in others.items()
    )


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


_NEWBORN_EVENTS = 10.0
"""A counter this low says nothing about where it comes from."""
_PACE_MARGIN = 3.0


class _Heirs:
    """Finds the ended series that a newborn one carries on: its labels were changed, the count went on."""

    def __init__(self, evidence: Evidence, interval: Interval) -> None:
        self._samples = evidence.samples
        newest = max((points[-1][0] for points in evidence.samples.values() if points), default=interval.end)
        self._ended = {
            labels: points
            for labels, points in evidence.samples.items()
            if points and labels not in evidence.exceptions and points[-1][0] < newest
        }

    def inheritance(self, labels: Labels) -> float:
        """The value at which the newborn series began: its ancestor's last one, or zero. Each is inherited once."""
        first = self._samples[labels][0]
        ancestors = [
            ended
            for ended, points in self._ended.items()
            if points[-1][0] < first[0]
            and points[-1][1] <= first[1]
            and (_extends(labels, ended) or (_is_renamed(labels, ended) and _continues(points, first)))
        ]
        if not ancestors:
            return 0.0
        closest = max(ancestors, key=lambda ended: (self._ended[ended][-1][1], sorted(ended)))
        return self._ended.pop(closest)[-1][1]


def _extends(labels: Labels, other: Labels) -> bool:
    """A label was added or dropped."""
    return other < labels or other > labels


def _is_renamed(labels: Labels, other: Labels) -> bool:
    """The same labels with other values: another instance or pod, or the same one under another name."""
    return len(labels) == len(other) and labels != other and _names(labels) == _names(other)


def _names(labels: Labels) -> frozenset[str]:
    return frozenset(name for name, _ in labels)


def _continues(points: Sequence[Point], first: Point) -> bool:
    """Whether a value goes on where a series ended, at its pace, and is too high for a counter that began since.

    Pods that take over from each other have the same label names too, but count from zero.
    """
    (began_at, began), (ended_at, ended) = points[0], points[-1]
    pace = max(0.0, ended - began) / (ended_at - began_at) if ended_at > began_at else 0.0
    explained = _NEWBORN_EVENTS + _PACE_MARGIN * pace * (first[0] - ended_at)
    return ended > explained and first[1] - ended <= explained
