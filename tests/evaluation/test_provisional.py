"""What is shown of a window while its history is being replayed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.provisional import provisional_status, why_not
from sloguard.evaluation.status import slo_status
from sloguard.model.alert import Alert, AlertKind, Reason, ReasonCode
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.measurement import Counts, NoDataReason
from sloguard.model.policy import Severity
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    RatioIndicator,
    ThresholdIndicator,
)
from sloguard.model.status import Provisional, SloState, SloStatus
from sloguard.model.timeslices import Timeslices
from tests.evaluation.test_adjustments import adjusted, last
from tests.evaluation.test_status import SLO
from tests.support.observations import NOW, observed

HOUR = timedelta(hours=1)
GOOD, BAD = (0.0, 100.0), (50.0, 100.0)
SPENT = Provisional(0.1, Counts(bad=300.0, total=10_000.0))
"""Three times the budget of the whole window."""


def alert(kind: AlertKind) -> Alert:
    return Alert(Severity.PAGE, NOW, Reason(ReasonCode.BURNING), kind=kind)


def shown(
    minutes: list[tuple[float, float] | None],
    standing: Provisional | None,
    *,
    firing: Alert | None = None,
    ended: timedelta = timedelta(0),
) -> tuple[SloStatus, SloStatus]:
    """The status as the ledger has it, and as it is shown."""
    seen = observed(minutes, ended=ended)
    status = slo_status(SLO, seen, read_tiers(SLO.tiers, SLO.budget_ratio, seen), firing)
    return status, provisional_status(status, SLO, seen, standing)


def test_what_is_replayed_is_shown_as_it_is() -> None:
    status, found = shown([GOOD] * 60, None)
    assert found is status


def test_the_counts_of_the_whole_window_stand_in_for_the_part_that_is_known() -> None:
    _, found = shown([GOOD] * 120, SPENT)
    assert (found.counts, found.success_ratio, found.provisional) == (SPENT.counts, 0.97, SPENT)
    assert found.budget is not None
    assert found.budget.consumed_ratio == pytest.approx(3.0)
    assert found.approximate
    assert found.state is SloState.NO_DATA, "an overspent budget is not known to be"
    assert found.no_data is not None
    assert found.no_data.reason is NoDataReason.PROVISIONAL
    assert found.health_score is None


def test_burn_rates_are_those_of_windows_of_which_all_is_known() -> None:
    status, found = shown([GOOD] * 120, SPENT)
    assert status.burn_rates[6 * HOUR] == 0.0
    assert found.burn_rates[6 * HOUR] is None
    assert found.burn_rates[HOUR] == 0.0


@pytest.mark.parametrize("minutes", [[], [GOOD, *[None] * 300, GOOD]])
def test_an_slo_that_the_ledger_does_not_know_yet_has_provisional_numbers(
    minutes: list[tuple[float, float] | None],
) -> None:
    status, found = shown(minutes, SPENT)
    assert status.counts is None
    assert (found.counts, found.provisional) == (SPENT.counts, SPENT)


def test_without_counts_of_the_window_the_part_that_is_known_is_provisional() -> None:
    standing = Provisional(0.1, None, "Prometheus refuses it: too many samples")
    status, found = shown([BAD] * 120, standing)
    assert status.state is SloState.EXHAUSTED
    assert found.state is SloState.NO_DATA
    assert (found.counts, found.provisional) == (status.counts, standing)


def test_a_budget_that_nothing_was_held_against_yet_is_not_known() -> None:
    status, found = shown([(0.0, 0.0)] * 2, Provisional(0.0, None))
    assert status.budget is not None
    assert (found.budget, found.success_ratio, found.counts) == (None, None, Counts(0.0, 0.0))


def test_what_nobody_has_seen_is_not_provisional() -> None:
    status, found = shown([], Provisional(0.1, None))
    assert found is status


def test_an_alert_that_fires_is_shown_whatever_the_provisional_numbers_say() -> None:
    _, found = shown([GOOD] * 120, Provisional(0.1, Counts(0.0, 10_000.0)), firing=alert(AlertKind.OBJECTIVE))
    assert (found.state, found.no_data) == (SloState.BURNING, None)
    assert found.provisional is not None


def test_samples_that_have_stopped_arriving_are_the_more_urgent_news() -> None:
    _, found = shown([GOOD] * 120, SPENT, ended=HOUR, firing=alert(AlertKind.OBJECTIVE))
    assert found.state is SloState.NO_DATA
    assert found.no_data is not None
    assert found.no_data.reason is NoDataReason.STALE


def test_counts_that_know_nothing_of_exclusions_are_not_shown() -> None:
    seen = adjusted(observed([GOOD] * 120), last(60))
    status = slo_status(SLO, seen, (), None)
    found = provisional_status(status, SLO, seen, SPENT)
    assert found.counts == status.counts
    assert found.provisional == Provisional(0.1, None, "exclusions or corrections have a part in the window")


@pytest.mark.parametrize(
    ("indicator", "why"),
    [
        (EventsIndicator(total=("a",), bad=("b",)), ""),
        (LatencyIndicator("seconds", "", HOUR), ""),
        (LatencyIndicator("seconds", "", HOUR, neighbours=(HOUR / 2, 2 * HOUR)), ""),
        (LatencyIndicator("seconds", "", HOUR, native=True), "its expression is looked at slice by slice"),
        (RatioIndicator(error="a"), "its expression is looked at slice by slice"),
        (ThresholdIndicator("a", Comparison.BELOW, Decimal(1)), "its expression is looked at slice by slice"),
        (CompositeIndicator((Member("a/b"), Member("a/c"))), "it is made of other SLOs"),
    ],
)
def test_why_one_increase_does_not_tell_the_events_of_a_window(indicator: Indicator, why: str) -> None:
    assert why_not(replace(SLO, indicator=indicator)) == why


def test_why_one_increase_does_not_tell_timeslices() -> None:
    assert why_not(replace(SLO, timeslices=Timeslices(HOUR, Decimal("0.9")))) == "timeslices are judged one by one"
