"""Waits grow, stay below their cap, and differ."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.daemon.backoff import ceiling, full_jitter


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (10**9, 300)])
def test_the_longest_wait_doubles_up_to_five_minutes(attempts: int, seconds: int) -> None:
    assert ceiling(attempts) == timedelta(seconds=seconds)


@given(st.integers(1, 10_000))
def test_a_wait_lies_below_the_longest(attempts: int) -> None:
    assert timedelta(0) <= full_jitter(attempts) <= ceiling(attempts)


def test_waits_differ() -> None:
    assert len({full_jitter(8) for _ in range(20)}) > 15
