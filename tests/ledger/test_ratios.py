"""From the answers to a ratio's expressions to events of an interval."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.ledger.plan import Increase, RatioPlan
from sloguard.ledger.ratios import RatioQuestions
from sloguard.ports import LedgerKey
from sloguard.promql.terms import Outcome, RatioTerms

MINUTE, SCRAPE = timedelta(minutes=1), timedelta(seconds=15)
RATES = "rate(a[$window]) / rate(b[$window])"
INCREASES = "increase(a[$window]) / increase(b[$window])"
GAUGES = "avg_over_time(a[$window]) / b"
MEAN = "avg_over_time(a[$window])"


def questions(
    expression: str, outcome: Outcome, length: timedelta = MINUTE, scrape: timedelta = SCRAPE
) -> RatioQuestions:
    return RatioQuestions([RatioPlan(LedgerKey("s/x", "f"), RatioTerms(outcome, expression))], length, scrape)


def increase(asked: RatioQuestions, measured: float | None, total: float | None) -> Increase | None:
    tags = list(asked.expressions)
    answers = {tag: value for tag, value in zip(tags, (measured, total), strict=True) if value is not None}
    found = [each for _, each in asked.increases(answers)]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("expression", "outcome", "bad", "total"),
    [
        (RATES, Outcome.BAD, 60, 240),
        (RATES, Outcome.GOOD, 180, 240),
        (f"1 - {RATES}", Outcome.GOOD, 60, 240),
        (f"1 - {RATES}", Outcome.BAD, 180, 240),
        (INCREASES, Outcome.BAD, 1, 4),
        (GAUGES, Outcome.BAD, 1, 4),
        (MEAN, Outcome.GOOD, 3, 4),
    ],
)
def test_what_an_answer_stands_for(expression: str, outcome: Outcome, bad: float, total: float) -> None:
    assert increase(questions(expression, outcome), 1.0, 4.0) == Increase(bad, total)


def test_a_window_that_is_longer_than_the_slice_counts_by_its_part() -> None:
    asked = questions(INCREASES, Outcome.BAD, scrape=MINUTE)
    assert all("[4m]" in text for text in asked.expressions.values())
    assert increase(asked, 4.0, 16.0) == Increase(1, 4)


def test_the_tail_is_as_long_as_it_is() -> None:
    asked = questions(RATES, Outcome.BAD, timedelta(seconds=20))
    assert all("[1m]" in text for text in asked.expressions.values())
    assert increase(asked, 1.0, 4.0) == Increase(20, 80)


@pytest.mark.parametrize("total", [None, math.inf])
def test_without_a_total_there_are_no_data(total: float | None) -> None:
    assert increase(questions(RATES, Outcome.BAD), 1.0, total) is None


@given(
    st.sampled_from([RATES, INCREASES, GAUGES, MEAN]), st.sampled_from(Outcome), st.floats(0, 1e9), st.floats(0, 1e9)
)
def test_bad_events_are_some_of_all(expression: str, outcome: Outcome, measured: float, total: float) -> None:
    found = increase(questions(expression, outcome), measured, total)
    assert found is not None
    assert 0 <= found.bad <= found.total
    nothing = increase(questions(expression, outcome), None, total)
    assert nothing is not None
    assert nothing.bad == (0 if outcome is Outcome.BAD else nothing.total)
