"""Burn rates, significance and what a tier sees."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.budget import error_budget, time_to_exhaustion
from sloguard.evaluation.burn import Verdict, burn_rate, read_tier, significant
from sloguard.model.measurement import Counts
from sloguard.model.policy import Severity, Tier
from tests.support.observations import observed

BUDGET = Decimal("0.001")
PAGE = Tier(Severity.PAGE, timedelta(hours=1), timedelta(minutes=5), Decimal("14.4"))


@pytest.mark.parametrize(
    ("bad", "total", "expected"),
    [(0, 1000, 0.0), (1, 1000, 1.0), (144, 10_000, 14.4), (1000, 1000, 1000.0), (0, 0, None)],
)
def test_burn_rate(bad: int, total: int, expected: float | None) -> None:
    assert burn_rate(Counts(bad, total), BUDGET) == (None if expected is None else pytest.approx(expected))


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(1, 1000))
def test_scaling_traffic_leaves_the_burn_rate_unchanged(bad: int, good: int, factor: int) -> None:
    small, large = Counts(bad, bad + good), Counts(bad * factor, (bad + good) * factor)
    assert burn_rate(small, BUDGET) == pytest.approx(burn_rate(large, BUDGET))


@given(st.integers(1, 10**9))
def test_burning_at_one_for_the_whole_window_spends_exactly_the_budget(thousands: int) -> None:
    budget = error_budget(Counts(thousands, thousands * 1000), BUDGET)
    assert budget.consumed_ratio == pytest.approx(1.0)
    assert budget.remaining_ratio == pytest.approx(0.0)


def test_without_events_nothing_is_spent() -> None:
    assert error_budget(Counts(0, 0), BUDGET).remaining_ratio == 1.0


def test_a_burn_of_14_4_empties_the_budget_in_50_hours() -> None:
    full = error_budget(Counts(0, 1000), BUDGET)
    assert time_to_exhaustion(full, 14.4, timedelta(days=30)) == timedelta(hours=50)


@pytest.mark.parametrize(("burn", "consumed"), [(1.0, 0), (0.5, 0), (None, 0), (10.0, 2000)])
def test_no_exhaustion_without_a_pace_or_a_budget(burn: float | None, consumed: int) -> None:
    budget = error_budget(Counts(consumed, 1_000_000), BUDGET)
    assert time_to_exhaustion(budget, burn, timedelta(days=30)) is None


@pytest.mark.parametrize("bad", [1, 2])
def test_one_or_two_bad_events_are_never_significant(bad: int) -> None:
    assert not significant(Counts(bad, bad), PAGE.factor, BUDGET)


def test_four_failures_of_four_are() -> None:
    assert significant(Counts(4, 4), PAGE.factor, BUDGET)


@given(st.integers(10**6, 10**9))
def test_at_high_traffic_the_test_changes_nothing(total: int) -> None:
    at_threshold = math.ceil(float(PAGE.factor * BUDGET) * total)
    assert significant(Counts(at_threshold, total), PAGE.factor, BUDGET)


QUIET = (0.0, 100.0)
BURNING = (2.0, 100.0)
IDLE = (0.0, 0.0)


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        ([QUIET] * 60, Verdict.CLEAR),
        ([BURNING] * 60, Verdict.FIRING),
        ([BURNING] * 55 + [QUIET] * 5, Verdict.CLEAR),
        ([QUIET] * 55 + [BURNING] * 5, Verdict.CLEAR),
        ([QUIET] * 10 + [BURNING] * 50, Verdict.FIRING),
        ([BURNING] * 55 + [IDLE] * 5, Verdict.IDLE),
        ([IDLE] * 60, Verdict.CLEAR),
        ([IDLE] * 59 + [(1.0, 1.0)], Verdict.NOT_SIGNIFICANT),
        ([IDLE] * 56 + [(1.0, 1.0)] * 4, Verdict.FIRING),
        ([BURNING] * 50 + [None] * 10, Verdict.UNKNOWN),
        ([None] * 10 + [BURNING] * 50, Verdict.FIRING),
        ([BURNING] * 20 + [None] * 10 + [BURNING] * 30, Verdict.UNKNOWN),
    ],
)
def test_what_a_tier_sees(minutes: list[tuple[float, float] | None], verdict: Verdict) -> None:
    assert read_tier(PAGE, BUDGET, observed(minutes)).verdict is verdict
