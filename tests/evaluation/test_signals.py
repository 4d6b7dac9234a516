"""What raises an alert beside burn rates: the success ratio, the budget, its foreseeable end."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.signals import Signal, pace_window, read_signals
from sloguard.model.alert import ReasonCode
from sloguard.model.policy import AlertPolicy, BudgetThreshold, Forecast, Severity, SuccessRateTier
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import CalendarWindow, Period, RollingWindow, Window
from tests.support.observations import MINUTE, NOW, observed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE_DAYS = RollingWindow(5 * DAY)
TICKET = Severity.TICKET
WARNING = SuccessRateTier(TICKET, Decimal("0.05"), HOUR)
QUARTER = BudgetThreshold(TICKET, Decimal("0.25"))
SOON = Forecast(TICKET, timedelta(hours=12))
F, C, U, N = Verdict.FIRING, Verdict.CLEAR, Verdict.UNKNOWN, Verdict.NOT_SIGNIFICANT


def slo(policy: AlertPolicy, objective: str = "0.99", window: Window = FIVE_DAYS) -> Slo:
    indicator = EventsIndicator(total=("a",), bad=("b",))
    return Slo("shop", "checkout", Decimal(objective), window, indicator, policy)


def signal(policy: AlertPolicy, seen: Observed, crossed: Sequence[Decimal] = ()) -> Signal:
    (found,) = read_signals(slo(policy), seen, (), crossed)
    return found


def five_days(bad: float, total: float = 100.0) -> Observed:
    """The same minute over and over."""
    return observed([(bad, total)] * 5 * 1440)


@pytest.mark.parametrize(
    ("bad", "total", "verdict"),
    [(7.0, 100.0, F), (5.9, 100.0, C), (0.05, 0.5, N), (0.0, 0.0, C)],
)
def test_a_success_rate_tier(bad: float, total: float, verdict: Verdict) -> None:
    """At 99 % the warning is 94.05 %: 5 % below the objective."""
    found = signal(AlertPolicy(success_rate=(WARNING,)), five_days(bad, total))
    assert found.verdict is verdict
    assert found.reason.code is ReasonCode.SUCCESS_LOW
    assert found.reason.threshold_ratio == Decimal("0.9405")
    assert found.reason.success_ratio == (pytest.approx(1 - bad / total) if total else None)


def test_the_standard_pair_means_what_it_says() -> None:
    """95 % promised, 85 % kept: more than 10 % below."""
    critical = SuccessRateTier(Severity.PAGE, Decimal("0.1"), HOUR)
    both = read_signals(slo(AlertPolicy(success_rate=(critical, WARNING)), "0.95"), five_days(15), (), ())
    assert [found.verdict for found in both] == [F, F]
    both = read_signals(slo(AlertPolicy(success_rate=(critical, WARNING)), "0.95"), five_days(14), (), ())
    assert [found.verdict for found in both] == [C, F]


@pytest.mark.parametrize(
    ("bad", "crossed", "verdict"),
    [
        (0.74, [], C),
        (0.75, [], F),
        (1.5, [], F),
        (0.71, ["0.25"], F),
        (0.69, ["0.25"], C),
        (0.71, ["0.5"], C),
    ],
)
def test_a_threshold_of_the_budget_has_hysteresis(bad: float, crossed: list[str], verdict: Verdict) -> None:
    found = signal(AlertPolicy(budget=(QUARTER,)), five_days(bad), [Decimal(each) for each in crossed])
    assert found.verdict is verdict
    assert found.reason.remaining_ratio == pytest.approx(1 - bad)


def test_two_bad_events_do_not_cross_a_threshold_of_the_budget_and_three_do() -> None:
    for bad, verdict in ((2.0, N), (3.0, F)):
        seen = observed([(0.0, 0.01)] * (5 * 1440 - 1) + [(bad, 3.0)])
        assert signal(AlertPolicy(budget=(QUARTER,)), seen).verdict is verdict


def test_too_little_seen_says_nothing_of_the_budget() -> None:
    seen = observed([None, (9.0, 100.0)] * 5 * 720)
    assert signal(AlertPolicy(budget=(QUARTER,)), seen).verdict is U
    assert signal(AlertPolicy(forecast=SOON), seen).verdict is U


def test_the_end_of_the_budget_is_foreseen_only_while_some_is_left_and_it_is_spent_too_fast() -> None:
    policy = AlertPolicy(forecast=SOON)
    quiet, fast, slow = [(0.0, 100.0)] * (5 * 1440 - 60), [(10.0, 100.0)] * 60, [(1.5, 100.0)] * 60
    soon = signal(policy, observed([*quiet, *fast]))
    assert soon.verdict is F
    assert soon.reason.ends_in is not None
    assert timedelta(hours=11, minutes=30) > soon.reason.ends_in > timedelta(hours=10, minutes=30)
    assert signal(policy, observed([*quiet, *slow])).verdict is C
    gone = signal(policy, observed([*([(1.1, 100.0)] * (5 * 1440 - 60)), *fast]))
    assert (gone.verdict, gone.recovered) == (C, ReasonCode.BUDGET_ENDED)


def test_a_calendar_period_that_ends_first_is_no_end() -> None:
    in_the_last_hours = observed([(0.0, 100.0)] * 1440 + [(8.0, 100.0)] * 60, at=NOW.replace(day=30, hour=23))
    month = slo(AlertPolicy(forecast=SOON), window=CalendarWindow(Period.MONTH))
    (found,) = read_signals(month, in_the_last_hours, (), ())
    assert found.verdict is not F


def test_the_pace_is_that_of_a_twelfth_of_what_is_foreseen() -> None:
    assert pace_window(Forecast(TICKET, 3 * DAY), MINUTE) == 6 * HOUR
    assert pace_window(Forecast(TICKET, 2 * HOUR), MINUTE) == HOUR
    assert pace_window(Forecast(TICKET, timedelta(hours=25)), MINUTE) == timedelta(minutes=125)


@given(
    st.integers(min_value=0, max_value=300),
    st.integers(min_value=1, max_value=300),
    st.sampled_from([Decimal(0), Decimal("0.1"), Decimal("0.5")]),
)
@settings(max_examples=60, deadline=None)
def test_scaling_the_traffic_up_never_silences_a_signal(bad: int, total: int, remaining: Decimal) -> None:
    policy = AlertPolicy(success_rate=(WARNING,), budget=(BudgetThreshold(TICKET, remaining),), forecast=SOON)
    few = [(float(min(bad, total)) / 100, float(total) / 100)] * 1440
    many = [(10 * bad_events, 10 * total_events) for bad_events, total_events in few]
    day = slo(policy, window=RollingWindow(DAY))
    for before, after in zip(
        read_signals(day, observed(few), (), ()), read_signals(day, observed(many), (), ()), strict=True
    ):
        if before.verdict is F:
            assert after.verdict is F
        assert (before.verdict is C) <= (after.verdict is C)
