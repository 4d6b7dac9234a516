"""The story that the numbers tell: budgets worth looking at, no alert at the start, one page after a bad release."""

import math
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.faults import Fault, activities
from sloguard.demo.history import INCIDENTS, Past
from sloguard.demo.traffic import DAY_SECONDS, level
from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.policy import Tier
from tests.demo.reference import OBJECTIVES, Objective

MIDNIGHT = 1_795_305_600
ENDS = st.integers(MIDNIGHT, MIDNIGHT + DAY_SECONDS)
WEEK = timedelta(days=7)
AVAILABILITY = OBJECTIVES[0]


def traffic_between(start: float, stop: float) -> float:
    """The integral of the level of traffic, in seconds of the busiest hour's traffic."""
    mean, swing = (level(2 * 3600) + level(14 * 3600)) / 2, (level(14 * 3600) - level(2 * 3600)) / 2
    turn = math.tau / DAY_SECONDS

    def antiderivative(at: float) -> float:
        return mean * (at - MIDNIGHT) + swing / turn * math.sin((at - MIDNIGHT - 14 * 3600) * turn)

    return antiderivative(stop) - antiderivative(start)


@cache
def _rates(objective: Objective, faults: frozenset[Fault]) -> tuple[float, float]:
    return objective.rates(activities(faults))


@dataclass(frozen=True)
class Course:
    """Which faults last when (start, stop), and what is expected to be counted meanwhile."""

    faults: tuple[tuple[Fault, float, float], ...]

    @classmethod
    def before(cls, end: float) -> "Course":
        return cls(tuple((incident.fault, *incident.interval(end)) for incident in INCIDENTS))

    def broken(self, start: float, seconds: float) -> "Course":
        return Course((*self.faults, (Fault.BAD_RELEASE, start, start + seconds)))

    def burn_rate(self, objective: Objective, now: float, window: timedelta) -> float:
        start = now - window.total_seconds()
        edges = sorted({start, now, *(edge for _, *span in self.faults for edge in span if start < edge < now)})
        bad = total = 0.0
        for left, right in pairwise(edges):
            rates = _rates(objective, frozenset(fault for fault, begin, stop in self.faults if begin <= left < stop))
            bad += rates[0] * traffic_between(left, right)
            total += rates[1] * traffic_between(left, right)
        return bad / total / objective.budget_ratio

    def firing(self, objective: Objective, now: float, margin: float = 1.0) -> list[Tier]:
        """The tiers that fire, or come close by a margin."""
        budget = 1 - Decimal(str(objective.percent)) / 100
        tiers = standard_tiers(budget, timedelta(days=30), timedelta(minutes=1))
        return [
            tier
            for tier in tiers
            if min(self.burn_rate(objective, now, window) for window in (tier.long, tier.short))
            > float(tier.factor) * margin
        ]

    def alerting(self, now: float, margin: float = 1.0) -> set[str]:
        return {objective.slo for objective in OBJECTIVES if self.firing(objective, now, margin)}


def test_the_integral_is_the_sum() -> None:
    start, stop = MIDNIGHT + 1000, MIDNIGHT + 50_000
    assert traffic_between(start, stop) == pytest.approx(sum(level(at + 5) * 10 for at in range(start, stop, 10)))


@given(end=ENDS)
@settings(max_examples=20, deadline=None)
def test_nothing_fires_or_is_about_to_when_the_demonstration_starts(end: int) -> None:
    assert Course.before(end).alerting(end, margin=0.8) == set()


@given(end=ENDS)
@settings(max_examples=20, deadline=None)
def test_budgets_are_worth_looking_at_whenever_it_starts(end: int) -> None:
    course = Course.before(end)
    consumed = {objective.slo: course.burn_rate(objective, end, WEEK) for objective in OBJECTIVES}
    assert 0.4 < consumed["onboarding/availability"] < 0.65
    assert 0.85 < consumed["onboarding/email-delivery"] < 0.98
    assert consumed["onboarding/step-completion"] < 0.3
    assert max(consumed.values()) < 1


@given(start=ENDS)
@settings(max_examples=20, deadline=None)
def test_a_bad_release_pages_for_availability_after_a_minute(start: int) -> None:
    course = Course.before(start).broken(start, 600)
    first = next(after for after in range(5, 600, 5) if course.firing(AVAILABILITY, start + after))
    assert 50 <= first <= 85


@given(start=ENDS, lasts=st.integers(90, 135))
@settings(max_examples=20, deadline=None)
def test_only_availability_pages_and_nothing_is_left_soon_after_the_repair(start: int, lasts: int) -> None:
    course = Course.before(start).broken(start, lasts)
    assert course.alerting(start + lasts) == {AVAILABILITY.slo}
    assert course.alerting(start + lasts + 360) == set()


def test_the_past_has_the_incidents_that_it_names() -> None:
    past = Past(MIDNIGHT + 12 * 3600)
    for incident in INCIDENTS:
        start, stop = incident.interval(past.end)
        assert past.end - past.days * DAY_SECONDS < start < stop < past.end
        assert incident.fault in past.faults(start)
        assert incident.fault not in past.faults(stop)
