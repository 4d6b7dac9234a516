"""Objectives that slices of time cannot show are warned about, with the arithmetic."""

import pytest

from sloguard.config.codes.code import Scope
from tests.config.texts import around, configuration_of, loaded

THRESHOLD = "indicator: {threshold: {query: up, above: 0}}"
TIMESLICES = "budgeting: {method: timeslices, slice: 5m, objective: 95}"


def warnings(objective: str, window: str, rest: str) -> list[str]:
    result = loaded(around(f"objective: {objective}\nwindow: {window}\n{rest}\n", Scope.SLO))
    assert configuration_of(result).slos
    return [problem.message for problem in result.problems if problem.code == "SG121"]


@pytest.mark.parametrize(
    ("objective", "window", "rest"),
    [
        ("99.9", "30d", THRESHOLD),
        ("99.99", "7d", THRESHOLD),
        ("99.9305", "1d", THRESHOLD),  # 1 slice in 1,440 is 0.06944 %
        ("99.99999", "1d", "owner: growth"),  # events, not slices
        ("99.9", "30d", TIMESLICES),
    ],
)
def test_objectives_that_allow_a_bad_slice(objective: str, window: str, rest: str) -> None:
    assert warnings(objective, window, rest) == []


def test_a_threshold_is_judged_by_the_evaluations_slice() -> None:
    (message,) = warnings("99.931", "1d", THRESHOLD)
    assert message == (
        "one bad slice of 1m is more than the whole error budget of availability (got 99.931): its window of 1d has "
        "1,440 slices, and 0.00069 of them is 0.9936. "
        "Use an objective of at most 99.93, a longer window or shorter slices."
    )


def test_timeslices_are_judged_by_their_own_length() -> None:
    (message,) = warnings("99.99", "30d", TIMESLICES)
    assert "one bad slice of 5m is more" in message
    assert (
        "its window of 30d has 8,640 slices, and 0.0001 of them is 0.864. Use an objective of at most 99.988,"
        in message
    )


def test_calendar_windows_are_judged_by_their_usual_length() -> None:
    (message,) = warnings("99.999", "{calendar: week}", THRESHOLD)
    assert "has 10,080 slices, and 0.00001 of them is 0.1008" in message
