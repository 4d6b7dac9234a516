"""States, budgets, health and grades."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.health import grade, slo_health
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.status import slo_status, status_report
from sloguard.evaluation.tiers import nearest_reachable_factor, reachable, standard_tiers
from sloguard.model.policy import AlertPolicy
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.status import Grade, SloState, SloStatus
from sloguard.model.window import RollingWindow
from tests.support.observations import MINUTE, NOW, observed

OBJECTIVE = Decimal("0.99")
MONTH = timedelta(days=30)
SLO = Slo(
    "shop",
    "availability",
    OBJECTIVE,
    RollingWindow(MONTH),
    EventsIndicator(total=("a",), bad=("b",)),
    AlertPolicy(standard_tiers(1 - OBJECTIVE, MONTH, MINUTE)),
)


def status(seen: Observed) -> SloStatus:
    return slo_status(SLO, seen, read_tiers(SLO.tiers, SLO.budget_ratio, seen), None)


DAY = 1440
GOOD, BAD, IDLE = (0.0, 100.0), (50.0, 100.0), (0.0, 0.0)


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        ([GOOD] * DAY, SloState.OK),
        ([IDLE] * DAY, SloState.OK),
        ([GOOD] * 7 * DAY + [BAD] * 60, SloState.BURNING),
        ([BAD] * DAY + [GOOD] * DAY, SloState.EXHAUSTED),
        ([], SloState.NO_DATA),
    ],
)
def test_the_state_of_an_slo(minutes: list[tuple[float, float] | None], state: SloState) -> None:
    assert status(observed(minutes)).state is state


def test_stale_data_is_no_data_and_keeps_the_numbers_that_are_known() -> None:
    found = status(observed([GOOD] * DAY, ended=timedelta(minutes=30)))
    assert found.state is SloState.NO_DATA
    assert found.counts is not None
    assert found.burn_rates[timedelta(minutes=5)] is None
    assert found.health_score is None


def test_the_budget_is_bad_over_allowed() -> None:
    found = status(observed([(1.0, 200.0)] * DAY))
    assert found.budget is not None
    assert found.budget.consumed_ratio == pytest.approx(0.5)
    assert found.success_ratio == pytest.approx(0.995)
    assert found.burn_rates[timedelta(hours=1)] == pytest.approx(0.5)
    assert found.time_to_exhaustion is None


@pytest.mark.parametrize(
    ("remaining", "burn", "score"),
    [(1.0, 0.0, 100), (1.0, None, 100), (0.0, 0.5, 40), (-3.0, 1.0, 40), (1.0, 4.0, 70), (0.5, 2.0, 50)],
)
def test_health_scores(remaining: float, burn: float | None, score: float) -> None:
    assert slo_health(remaining, burn) == pytest.approx(score)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (100, Grade.EXCELLENT),
        (95, Grade.EXCELLENT),
        (94.99, Grade.GOOD),
        (85, Grade.GOOD),
        (70, Grade.FAIR),
        (69.9, Grade.POOR),
        (0, Grade.POOR),
    ],
)
def test_grades(score: float, expected: Grade) -> None:
    assert grade(score) is expected


def test_an_slo_without_data_is_left_out_of_its_service_and_makes_it_partial() -> None:
    silent = replace(SLO, name="silent")
    services = (Service("shop", (SLO, silent)), Service("other", (replace(silent, service="other"),)))
    seen = status(observed([(1.0, 200.0)] * DAY))
    nothing = status(observed([]))
    report = status_report(NOW, services, {"shop/availability": seen, "shop/silent": nothing, "other/silent": nothing})
    assert report.partial
    assert report.services[0].health is not None
    assert report.services[0].health.partial
    assert report.services[0].health.score == pytest.approx(70)
    assert report.services[1].health is None


def test_service_health_is_weighted() -> None:
    heavy = replace(SLO, name="heavy", weight=Decimal(3))
    full, half = status(observed([GOOD] * DAY)), status(observed([(1.0, 200.0)] * DAY))
    services = (Service("shop", (SLO, heavy)),)
    report = status_report(NOW, services, {"shop/availability": half, "shop/heavy": full})
    assert report.services[0].health is not None
    assert report.services[0].health.score == pytest.approx((70 + 3 * 100) / 4)


@pytest.mark.parametrize("objective", ["0.5", "0.9", "0.93", "0.95", "0.99", "0.9999"])
def test_no_standard_tier_is_dead(objective: str) -> None:
    budget = 1 - Decimal(objective)
    for tier in standard_tiers(budget, MONTH, MINUTE):
        assert reachable(tier.factor, budget)
        assert (tier.declared_factor is None) == (tier.factor != nearest_reachable_factor(budget))


def test_tiers_scale_with_the_window() -> None:
    tiers = standard_tiers(Decimal("0.01"), timedelta(days=7), MINUTE)
    assert [(tier.long, tier.short) for tier in tiers] == [
        (timedelta(minutes=14), timedelta(minutes=2)),
        (timedelta(minutes=84), timedelta(minutes=7)),
        (timedelta(minutes=336), timedelta(minutes=28)),
        (timedelta(minutes=1008), timedelta(minutes=84)),
    ]
