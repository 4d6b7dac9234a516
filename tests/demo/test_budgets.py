"""The story that the numbers tell: budgets worth looking at, no alert at the start, one page after a bad release."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.demo.faults import Fault, activities
from sloguard.demo.history import Past
from sloguard.demo.traffic import level
from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.slo import Severity, Tier
from tests.demo.reference import OBJECTIVES, Objective

MIDNIGHT = 1_795_305_600
STEP = 10
WEEK = 7 * 86_400
ENDS = [MIDNIGHT + hour * 3600 for hour in (0, 3, 8, 14, 20, 23)]


class Expectation:
    """Expected bad and total events of one objective: running sums every ten seconds up to `end`."""

    def __init__(self, objective: Objective, end: int, faults_at: Callable[[float], frozenset[Fault]]) -> None:
        self.objective = objective
        self._bad, self._total = [0.0], [0.0]
        rates: dict[frozenset[Fault], tuple[float, float]] = {}
        for at in range(end - WEEK, end, STEP):
            faults = faults_at(at)
            if faults not in rates:
                rates[faults] = objective.rates(activities(faults))
            bad, total = rates[faults]
            self._bad.append(self._bad[-1] + bad * level(at) * STEP)
            self._total.append(self._total[-1] + total * level(at) * STEP)

    def burn_rate(self, window: timedelta, before_end: int = 0) -> float:
        last = len(self._bad) - 1 - before_end // STEP
        first = max(0, last - int(window.total_seconds()) // STEP)
        bad, total = self._bad[last] - self._bad[first], self._total[last] - self._total[first]
        return bad / total / self.objective.budget_ratio

    def firing(self, before_end: int = 0, margin: float = 1.0) -> list[Tier]:
        """The tiers that fire, or come close by a margin."""
        budget = Decimal(str(self.objective.percent))
        tiers = standard_tiers(1 - budget / 100, timedelta(days=30), timedelta(minutes=1))
        return [
            tier
            for tier in tiers
            if self.burn_rate(tier.long, before_end) > float(tier.factor) * margin
            and self.burn_rate(tier.short, before_end) > float(tier.factor) * margin
        ]


def broken(past: Past, start: int, seconds: int) -> Callable[[float], frozenset[Fault]]:
    def faults_at(at: float) -> frozenset[Fault]:
        release = frozenset({Fault.BAD_RELEASE} if start <= at < start + seconds else ())
        return past.faults(at) | release

    return faults_at


@pytest.mark.parametrize("end", ENDS)
def test_nothing_fires_or_is_about_to_when_the_demonstration_starts(end: int) -> None:
    past = Past(end)
    close = {objective.slo: Expectation(objective, end, past.faults).firing(margin=0.8) for objective in OBJECTIVES}
    assert close == {objective.slo: [] for objective in OBJECTIVES}


@pytest.mark.parametrize("end", ENDS)
def test_budgets_are_worth_looking_at(end: int) -> None:
    past = Past(end)
    week = timedelta(days=7)
    consumed = {
        objective.slo: Expectation(objective, end, past.faults).burn_rate(week) for objective in OBJECTIVES
    }
    assert 0.4 < consumed["onboarding/availability"] < 0.65
    assert 0.85 < consumed["onboarding/email-delivery"] < 0.98
    assert consumed["onboarding/step-completion"] < 0.3
    assert max(consumed.values()) < 1


@pytest.mark.parametrize("start", [end + 20 for end in ENDS])
def test_a_bad_release_pages_for_availability_within_a_minute_or_so(start: int) -> None:
    past = Past(start)
    first = next(
        seconds
        for seconds in range(10, 600, 10)
        if _severities(Expectation(OBJECTIVES[0], start + seconds, broken(past, start, seconds)).firing())
    )
    assert 40 <= first <= 70


@pytest.mark.parametrize("start", ENDS)
@pytest.mark.parametrize("lasts", [80, 150])
def test_only_availability_pages_and_nothing_is_left_when_it_is_repaired(start: int, lasts: int) -> None:
    past, after = Past(start), 420
    expectations = [
        Expectation(objective, start + lasts + after, broken(past, start, lasts)) for objective in OBJECTIVES
    ]
    at_repair = {expectation.objective.slo for expectation in expectations if expectation.firing(before_end=after)}
    assert at_repair == {"onboarding/availability"}
    assert [expectation.objective.slo for expectation in expectations if expectation.firing()] == []


def _severities(tiers: Sequence[Tier]) -> set[Severity]:
    return {tier.severity for tier in tiers}
