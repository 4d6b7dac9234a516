"""Rolling up: how finely time of which age is kept, and what becomes of its slices. Pure.

Decision 008 says why each window stays what it was.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from sloguard.model.measurement import Slice
from sloguard.model.retention import DAY, HOUR, Retention

LARGEST_SHIFT_RATIO = 0.01
"""A window whose bound lies within a slice is moved to that slice's nearest bound: so much of its length at most."""


_HOUR_SECONDS = round(HOUR.total_seconds())
_DAY_SECONDS = round(DAY.total_seconds())
_WHOLE = (_HOUR_SECONDS, _HOUR_SECONDS, _DAY_SECONDS)
"""Bands end at multiples of these, by level: where a step of theirs, and of the next one, ends."""


class Band(NamedTuple):
    """Time that is kept in steps: slices that begin in `start <= time < end` (Unix seconds)."""

    start: int
    end: int
    step: int
    """Seconds."""


def fitting(step: int, slice_seconds: int, longest_step: int | None = None) -> int:
    """The step in which slices of a length can be summed up, when steps of `step` seconds are asked for.

    Where there is a longest step, for an SLO that is budgeted by timeslices, it is a whole number of the result.
    """
    if longest_step is not None and longest_step % step:
        step = longest_step if step % longest_step == 0 else slice_seconds
    return step if step % slice_seconds == 0 else slice_seconds


def kept_step(age: timedelta, retention: Retention, slice_length: timedelta) -> timedelta:
    """How finely time of an age is kept."""
    step = slice_length
    for older_than, coarser in retention.levels:
        if age > older_than and coarser % slice_length == timedelta(0):
            step = max(step, coarser)
    return step


def bands(retention: Retention, now: int, slice_seconds: int, longest_step: int | None = None) -> Sequence[Band]:
    """What is to be rolled up at an instant (Unix seconds), the newest first."""
    ages = [round(age.total_seconds()) for age, _ in retention.levels]
    steps = [round(step.total_seconds()) for _, step in retention.levels]
    ends = [(now - age) // whole * whole for age, whole in zip(ages, _WHOLE, strict=True)]
    starts = [*ends[1:], expired_before(retention, now)]
    found = [
        Band(start, end, fitting(step, slice_seconds, longest_step))
        for start, end, step in zip(starts, ends, steps, strict=True)
    ]
    return [band for band in found if band.start < band.end and band.step > slice_seconds]


def expired_before(retention: Retention, now: int) -> int:
    """What has ended before this is deleted (Unix seconds)."""
    return (now - round(retention.days.total_seconds())) // _DAY_SECONDS * _DAY_SECONDS


def rolled_up(slices: Iterable[Slice], step: int, cuts: Sequence[int] = ()) -> list[Slice]:
    """Slices in order, those that begin in the same step as one. Steps are aligned to the epoch, and end at cuts too.

    A sum reaches from the first slice of its step to the last, and knows how much of this nobody has seen. Sums of
    whole numbers are exact, others are rounded once.
    """

    def place(part: Slice) -> tuple[int, int]:
        return part.start // step, bisect_right(cuts, part.start)

    return [_sum(list(parts)) for _, parts in groupby(slices, place)]


def _sum(parts: Sequence[Slice]) -> Slice:
    if len(parts) == 1:
        return parts[0]
    start, length = parts[0].start, parts[-1].end - parts[0].start
    return Slice(
        start,
        length,
        math.fsum(part.bad for part in parts),
        math.fsum(part.total for part in parts),
        any(part.bridged for part in parts),
        length - sum(part.seconds - part.unseen_seconds for part in parts),
    )
