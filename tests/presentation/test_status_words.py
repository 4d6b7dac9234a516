"""States, budgets, ends and alerts in words; the table that is made of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings

from sloguard.model.adjustment import Adjusted
from sloguard.model.alert import Reason, ReasonCode
from sloguard.model.measurement import Counts, NoData, NoDataReason
from sloguard.model.status import ErrorBudget, PeriodProgress, SloState, SloStatus, StatusReport
from sloguard.model.window import CalendarWindow, Period
from sloguard.presentation.status_table import status_table
from sloguard.presentation.status_words import (
    alert_words,
    budget_left_words,
    budget_sentence,
    end_at_words,
    end_words,
    period_words,
    reason_words,
    state_words,
    success_words,
)
from tests.presentation.reports import (
    AS_OF,
    HOUR,
    MONTH,
    PAGE,
    TICKET,
    any_report,
    every_state,
    provisional,
    slo_status,
)
from tests.support.adjustments import exclusion


@pytest.mark.parametrize(
    ("slo", "words"),
    [
        (slo_status("a"), "OK"),
        (slo_status("a", state=SloState.BURNING, alerts=(PAGE,)), "Burning (page)"),
        (slo_status("a", state=SloState.BURNING, alerts=(TICKET, PAGE)), "Burning (page, ticket)"),
        (slo_status("a", state=SloState.EXHAUSTED), "Exhausted"),
        (
            slo_status("a", state=SloState.NO_DATA, no_data=NoData(MONTH, NoDataReason.NEVER_SEEN)),
            "No data: no sample seen yet",
        ),
        (
            slo_status("a", state=SloState.NO_DATA, no_data=NoData(MONTH, NoDataReason.STALE), alerts=(PAGE,)),
            "No data: samples have stopped arriving (page)",
        ),
        (
            slo_status("a", state=SloState.NO_DATA, no_data=NoData(MONTH, NoDataReason.LOW_COVERAGE, 0.41)),
            "No data: only 41 % of the window was seen",
        ),
        (provisional(0.63221, Counts(10, 1000)), "Provisional: 63 % of the history is replayed so far"),
        (
            provisional(0.0),
            "Provisional: 0 % of the history is replayed so far, and what is shown is that part alone",
        ),
        (
            provisional(0.63, Counts(10, 1000), alerts=(PAGE,)),
            "Burning, provisional: 63 % of the history is replayed so far (page)",
        ),
    ],
)
def test_state(slo: SloStatus, words: str) -> None:
    assert state_words(slo) == words


@pytest.mark.parametrize(
    ("bad", "approximate", "success", "left"),
    [
        (0, False, "100 %", "100 %"),
        (72, False, "99.93 %", "28 %"),
        (72, True, "≈ 99.93 %", "≈ 28 %"),
        (172.8, False, "99.83 %", "−72.8 %"),
    ],
)
def test_ratios(bad: float, approximate: bool, success: str, left: str) -> None:
    slo = slo_status("a", counts=Counts(bad=bad, total=100_000), approximate=approximate)
    assert success_words(slo) == success
    assert budget_left_words(slo) == left


def test_ratios_that_are_absent() -> None:
    slo = slo_status("a", approximate=True)
    assert (success_words(slo), budget_left_words(slo), end_words(slo), end_at_words(slo, AS_OF)) == ("–", "–", "–", "")


@pytest.mark.parametrize(
    ("bad", "ends_in", "words", "at"),
    [
        (10, timedelta(hours=5, minutes=10), "5 h 10 min", "2026-11-22 08:10 UTC"),
        (10, timedelta(days=366), "over a year", ""),
        (10, timedelta.max, "over a year", ""),
        (10, None, "not at this pace", ""),
        (101, timedelta(hours=1), "used up", ""),
    ],
)
def test_end(bad: float, ends_in: timedelta | None, words: str, at: str) -> None:
    slo = slo_status("a", counts=Counts(bad=bad, total=100_000), ends_in=ends_in)
    assert (end_words(slo), end_at_words(slo, AS_OF)) == (words, at)


def test_without_data_the_pace_is_not_known_and_promises_nothing() -> None:
    stale = NoData(MONTH, NoDataReason.STALE, 0.95)
    slo = slo_status("a", counts=Counts(bad=10, total=100_000), burn_1h=None, no_data=stale, state=SloState.NO_DATA)
    assert end_words(slo) == "–"


def test_without_events_in_the_last_hour_the_budget_does_not_end() -> None:
    assert end_words(slo_status("a", counts=Counts(bad=10, total=100_000), burn_1h=None)) == "not at this pace"


def test_an_alert_says_why_and_since_when() -> None:
    assert alert_words(PAGE, AS_OF) == (
        "burning 16.2 × over 1 h and 18 × over 5 min (threshold 14.4 ×), since 2026-11-22 02:40 UTC (20 min ago)"
    )
    assert alert_words(TICKET, TICKET.started_at) == (
        "no longer above its threshold, held a while before it resolves, since 2026-11-21 22:00 UTC"
    )


def test_an_alert_for_want_of_data_says_since_when_once() -> None:
    seen_at = AS_OF - timedelta(minutes=42)
    stopped = replace(TICKET, reason=Reason(ReasonCode.DATA_STOPPED, last_seen_at=seen_at))
    assert alert_words(stopped, AS_OF) == "nothing seen since 2026-11-22 02:18 UTC (42 min ago)"
    blind = replace(stopped, reason=Reason(ReasonCode.BLIND))
    assert alert_words(blind, AS_OF) == "no complete evaluation yet, since 2026-11-21 22:00 UTC (5 h ago)"


def test_a_budget_that_is_overspent_is_not_said_to_be_left() -> None:
    low = Reason(ReasonCode.BUDGET_LOW, threshold_ratio=Decimal(0), remaining_ratio=-0.05)
    assert reason_words(low) == "the error budget is overspent by 5 % (threshold 0 %)"
    adjusted = Adjusted((exclusion(0, 60),), timedelta(minutes=1), 1.0, 2.0)
    spent = replace(slo_status("a", counts=Counts(bad=277, total=100_000), approximate=True), adjusted=adjusted)
    assert budget_sentence(spent) == "the error budget is overspent by ≈ 177 % *"
    assert budget_sentence(slo_status("a")) == ""


def test_burning_with_few_numbers() -> None:
    assert reason_words(Reason(ReasonCode.BURNING)) == "burning its error budget"
    only_long = Reason(ReasonCode.BURNING, long=HOUR, factor=Decimal(6), long_burn_rate=7.0)
    assert reason_words(only_long) == "burning 7 × over 1 h (threshold 6 ×)"


def test_every_reason_has_words() -> None:
    assert all(reason_words(Reason(code)) for code in ReasonCode)


def test_the_table_reads_as_a_person_would_say_it() -> None:
    table = status_table(every_state())
    rows = {row.cells[0]: row for row in table.rows}
    assert len(rows) == len(every_state().slos)
    assert rows["onboarding/availability"].cells == (
        "onboarding/availability",
        "99.9 %",
        "30 d",
        "99.93 %",
        "28.07 %",
        "16.20 ×",
        "Burning (page)",
        "12 h 27 min, at 2026-11-22 15:27 UTC",
    )
    assert rows["onboarding/availability"].state is SloState.BURNING
    assert rows["onboarding/latency"].cells[4:] == ("−72.8 %", "1.40 ×", "Exhausted", "used up")
    assert rows["billing/freshness"].cells[3:] == ("–", "–", "–", "No data: no sample seen yet", "–")


@given(any_report)
@settings(max_examples=60, deadline=None)
def test_any_report_is_a_table_without_holes(report: StatusReport) -> None:
    table = status_table(report)
    assert [row.cells[0] for row in table.rows] == [slo.id for slo in report.slos]
    assert all(len(row.cells) == len(table.header) for row in table.rows)
    assert all(cell for row in table.rows for cell in row.cells[1:])


@pytest.mark.parametrize(
    ("consumed", "elapsed", "approximate", "words"),
    [
        (0.28, 0.714, False, "28 % spent, 71.4 % of the quarter gone"),
        (1.5, 0.0, True, "≈ 150 % spent, 0 % of the quarter gone"),
        (None, 0.5, False, "50 % of the quarter gone"),
    ],
)
def test_a_calendar_period_is_told_by_budget_and_time(
    consumed: float | None, elapsed: float, approximate: bool, words: str
) -> None:
    rolling = slo_status("a", approximate=approximate)
    slo = replace(
        rolling,
        window=CalendarWindow(Period.QUARTER),
        period=PeriodProgress(AS_OF, AS_OF + timedelta(days=90), elapsed),
        budget=None if consumed is None else ErrorBudget(Decimal("0.001"), consumed),
    )
    assert period_words(slo) == words
    assert period_words(rolling) == ""
