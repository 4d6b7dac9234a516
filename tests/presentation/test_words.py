"""Numbers as a tired person wants to read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.presentation.words import budget_left, budget_left_briefly, percent, rate, rate_in_column


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(None, "–"), (0.0, "0 %"), (0.5, "50 %"), (0.99995, "99.995 %"), (1.0, "100 %"), (-0.728, "−72.8 %")],
)
def test_percent(ratio: float | None, text: str) -> None:
    assert percent(ratio) == text


def test_a_little_less_than_nothing_is_not_minus_zero() -> None:
    assert percent(-0.00001) == "0 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0 ×"),
        (0.00001, "< 0.01 ×"),
        (0.7, "0.7 ×"),
        (0.0879, "0.09 ×"),
        (0.999, "1 ×"),
        (14.4, "14.4 ×"),
        (99.96, "100 ×"),
        (1234.5, "1\N{NARROW NO-BREAK SPACE}234 ×"),
        (10_000, "10\N{NARROW NO-BREAK SPACE}000 ×"),
    ],
)
def test_rate(value: float | None, text: str) -> None:
    assert rate(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0.00 ×"),
        (0.00001, "< 0.01 ×"),
        (0.0879, "0.09 ×"),
        (14.4, "14.40 ×"),
        (1234.5, "1\N{NARROW NO-BREAK SPACE}234.50 ×"),
    ],
)
def test_rates_in_a_column_have_the_same_decimals(value: float | None, text: str) -> None:
    assert rate_in_column(value) == text


@pytest.mark.parametrize(
    ("ratio", "text", "brief"),
    [
        (0.28, "28 % of the error budget is left", "28 %"),
        (0.0, "0 % of the error budget is left", "0 %"),
        (-1.77, "the error budget is overspent by 177 %", "overspent by 177 %"),
        (None, "it is not known how much of the error budget is left", "–"),
    ],
)
def test_what_is_left_of_a_budget(ratio: float | None, text: str, brief: str) -> None:
    assert (budget_left(ratio), budget_left_briefly(ratio)) == (text, brief)


@given(st.floats(min_value=0, max_value=1e9))
def test_rates_never_read_as_powers_of_ten(value: float) -> None:
    assert "e" not in rate(value)
