"""Whole courses of events, without servers: when alerts come, when they end, and when there must be none."""

import math
import random
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.tiers import STANDARD_WINDOW, standard_tiers
from sloguard.model.alert import Transition
from sloguard.model.policy import Severity, Tier
from tests.support.courses import Course, Row, by_chance

MINUTE = timedelta(minutes=1)
FIVE_MINUTES = timedelta(minutes=5)
DAY_SLICES = 1_440
THREE_NINES = Decimal("0.001")


def minutes(length: timedelta) -> int:
    return length // MINUTE


def tiers_of(budget: Decimal) -> tuple[Tier, ...]:
    return standard_tiers(budget, STANDARD_WINDOW, MINUTE)


WORKBOOK = [
    (budget, error_ratio, tier)
    for budget in (Decimal("0.01"), THREE_NINES, Decimal("0.0001"))
    for error_ratio in map(Decimal, ("0.01", "0.02", "0.1", "1"))
    for tier in tiers_of(budget)
    if error_ratio > tier.factor * budget
]


@pytest.mark.parametrize(("budget", "error_ratio", "tier"), WORKBOOK)
def test_detection_and_reset_of_the_workbook(budget: Decimal, error_ratio: Decimal, tier: Tier) -> None:
    """Detection = L · B · (1 - T) / e, reset = S · (1 - B · (1 - T) / e); within one interval of a minute.

    Source: Google SRE Workbook, chapter 5.
    """
    share = float(tier.factor * budget / error_ratio)
    detection, reset = minutes(tier.long) * share, minutes(tier.short) * (1 - share)
    before, events = minutes(tier.long), 10_000.0
    broken = math.ceil(detection) + minutes(tier.short)
    bad = float(error_ratio) * events
    after = math.ceil(reset) + 2
    rows = [(0.0, events)] * before + [(bad, events)] * broken + [(0.0, events)] * after
    verdicts = {
        number: reading.verdict
        for around in (before + math.floor(detection), before + broken + math.floor(reset))
        for number, (reading,) in Course(rows[: around + 2], MINUTE, budget).readings([tier], around - 1)
    }
    fires = before + detection
    ends = before + broken + reset
    assert all(verdicts[number] is not Verdict.FIRING for number in verdicts if number <= fires - 1e-6)
    assert verdicts[math.floor(fires + 1e-6) + 1] is Verdict.FIRING
    assert verdicts[math.floor(ends - 1e-6)] is Verdict.FIRING
    assert verdicts[math.floor(ends + 1e-6) + 1] is Verdict.CLEAR


@pytest.mark.parametrize(("budget", "limit"), [(Decimal("0.01"), 9), (THREE_NINES, 5), (Decimal("0.0001"), 5)])
def test_a_total_outage_at_one_request_a_minute_pages_within_five_minutes(budget: Decimal, limit: int) -> None:
    """At 99 % the budget itself allows for nine: that is the workbook's own time of detection."""
    rows: Sequence[Row] = [(0.0, 1.0)] * 3 * DAY_SLICES + [(1.0, 1.0)] * 12
    (fired, transition, severity), *_ = Course(rows, MINUTE, budget).changes(tiers_of(budget), 3 * DAY_SLICES)
    assert (transition, severity) == (Transition.FIRE, Severity.PAGE)
    assert fired - 3 * DAY_SLICES <= limit + 1


def test_a_steady_burn_at_low_traffic_pages_within_the_hour() -> None:
    """27 times too fast at 0.5 requests a second."""
    rows: Sequence[Row] = [(0.0, 30.0)] * 3 * DAY_SLICES + [(0.81, 30.0)] * 90
    changes = Course(rows, MINUTE, THREE_NINES).changes(tiers_of(THREE_NINES), 3 * DAY_SLICES)
    pages = [number for number, _, severity in changes if severity is Severity.PAGE]
    assert pages[0] - 3 * DAY_SLICES <= 60


@pytest.mark.parametrize("error_ratio", [0.02, 0.1, 1.0])
def test_at_high_traffic_significance_delays_nothing(error_ratio: float) -> None:
    """10,000 requests an hour."""
    events = 10_000 / 60
    rows: Sequence[Row] = [(0.0, events)] * 3 * DAY_SLICES + [(error_ratio * events, events)] * 180
    readings = Course(rows, MINUTE, THREE_NINES).readings(tiers_of(THREE_NINES), 3 * DAY_SLICES)
    assert all(reading.verdict is not Verdict.NOT_SIGNIFICANT for _, each in readings for reading in each)


@pytest.mark.parametrize(
    ("budget", "per_hour", "seed"),
    [
        (Decimal("0.01"), 1_000, 1),
        (THREE_NINES, 1_000, 2),
        (THREE_NINES, 1_000, 9),
        (THREE_NINES, 60, 3),
        (THREE_NINES, 100_000, 4),
    ],
)
def test_a_service_that_spends_exactly_its_budget_does_not_flap(budget: Decimal, per_hour: int, seed: int) -> None:
    rows = by_chance(random.Random(seed), 33 * 288, per_hour / 12, float(budget))
    tiers = standard_tiers(budget, STANDARD_WINDOW, FIVE_MINUTES)
    changes = Course(rows, FIVE_MINUTES, budget).changes(tiers, 3 * 288)
    assert not [number for number, _, severity in changes if severity is Severity.PAGE]
    assert sum(transition is Transition.FIRE for _, transition, _ in changes) <= 4


def test_slices_lost_at_random_fire_and_resolve_nothing() -> None:
    """15 % of them, in good times and in bad."""
    chance = random.Random(5)
    good = by_chance(chance, 6 * DAY_SLICES, 20, 0.0003)
    burning = by_chance(chance, DAY_SLICES // 2, 20, 0.05)
    rows = [*good, *burning]
    whole = Course(rows, MINUTE, THREE_NINES)
    lost = set(chance.sample(range(3 * DAY_SLICES, len(rows)), int(0.15 * (len(rows) - 3 * DAY_SLICES))))
    # The alert begins while everything is seen; then slices are lost while it burns on.
    calm = [None if index in lost and index < len(good) else row for index, row in enumerate(rows)]
    stormy = [None if index in lost and index > len(good) + 120 else row for index, row in enumerate(rows)]
    tiers = tiers_of(THREE_NINES)
    expected = whole.changes(tiers, 4 * DAY_SLICES)
    assert expected
    assert all(number > len(good) for number, *_ in expected)
    assert all(number > len(good) for number, *_ in Course(calm, MINUTE, THREE_NINES).changes(tiers, 4 * DAY_SLICES))
    changes = Course(stormy, MINUTE, THREE_NINES).changes(tiers, 4 * DAY_SLICES)
    assert changes
    assert Transition.RESOLVE not in {transition for _, transition, _ in changes}
    assert Transition.DEESCALATE not in {transition for _, transition, _ in changes}


@pytest.mark.parametrize(
    ("budget", "per_hour"), [(Decimal("0.01"), 10), (THREE_NINES, 60), (THREE_NINES, 5_000), (Decimal("0.0001"), 1_000)]
)
def test_a_service_that_meets_its_objective_raises_no_false_alarm(budget: Decimal, per_hour: int) -> None:
    """Two weeks at exactly the objective for the quick tiers, and at half of the budget for the slowest one.

    benchmarks/false_alarms.py has all traffic and objectives, and more months.
    """
    tiers = standard_tiers(budget, STANDARD_WINDOW, FIVE_MINUTES)
    for share, watched in ((1.0, tiers[:3]), (0.5, tiers[3:])):
        rows = by_chance(random.Random(f"{budget}/{per_hour}"), 18 * 288, per_hour / 12, float(budget) * share)
        for _, readings in Course(rows, FIVE_MINUTES, budget).readings(watched, 3 * 288):
            assert all(reading.verdict is not Verdict.FIRING for reading in readings)


@given(st.decimals("50", "99.999", places=3))
@settings(max_examples=30)
def test_in_a_total_outage_every_standard_tier_fires_whatever_the_objective(percent: Decimal) -> None:
    budget = 1 - percent / 100
    tiers = tiers_of(budget)
    rows: Sequence[Row] = [(100.0, 100.0)] * (3 * DAY_SLICES + 10)
    ((_, readings),) = Course(rows, MINUTE, budget).readings(tiers, len(rows))
    assert {reading.verdict for reading in readings} == {Verdict.FIRING}
