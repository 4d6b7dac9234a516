"""The only place that asks what time it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

_SET_BACK_SECONDS = 2.0
"""Clocks are kept right in smaller steps than this."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The wall clock beside one that only ever goes forward."""

    at: datetime
    steady_seconds: float


def utc_now() -> datetime:
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    return time.monotonic()


def reading() -> Reading:
    return Reading(utc_now(), monotonic_seconds())


def was_set_back(before: Reading, after: Reading) -> bool:
    """Whether the wall clock has lost time between two readings."""
    passed = after.steady_seconds - before.steady_seconds
    return (after.at - before.at).total_seconds() < passed - _SET_BACK_SECONDS
