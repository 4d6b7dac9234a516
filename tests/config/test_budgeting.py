"""What is counted against a budget: events, or slices of time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.timeslices import EmptySlices, Timeslices
from tests.config.texts import configuration_of, loaded, only_slo, with_slo

FIVE = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", None),
        ("{method: occurrences}", None),
        ("{method: timeslices, slice: 5m, objective: 95}", Timeslices(FIVE, Decimal("0.95"))),
        ("{method: timeslices, slice: 5m, objective: 100}", Timeslices(FIVE, Decimal(1))),
        ("{method: timeslices, slice: 1h, objective: '99.5', empty: bad}", (60, "0.995", EmptySlices.BAD)),
        ("{method: timeslices, slice: 60s, objective: 50, empty: good}", (1, "0.5", EmptySlices.GOOD)),
    ],
)
def test_budgeting(text: str, expected: Timeslices | tuple[int, str, EmptySlices] | None) -> None:
    if isinstance(expected, tuple):
        expected = Timeslices(timedelta(minutes=expected[0]), Decimal(expected[1]), expected[2])
    assert only_slo(with_slo(f"budgeting: {text}\n")).timeslices == expected


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("{method: timeslices}", "SG036 budgeting needs slice and objective for timeslices (got a mapping). Write"),
        ("{method: timeslices, slice: 5m}", "SG036 budgeting needs slice and objective for timeslices"),
        ("{slice: 5m, objective: 95}", "SG036 budgeting describes timeslices, and its method is occurrences"),
        ("{method: timeslices, slice: 7m, objective: 95}", "SG036 budgeting.slice must divide an hour (got 7m)."),
        ("{method: timeslices, slice: 2h, objective: 95}", "SG036 budgeting.slice must divide an hour (got 2h)."),
        (
            "{method: timeslices, slice: 90s, objective: 95}",
            "SG036 a timeslice of 1m30s is no whole number of slices of 1m",
        ),
        ("{method: timeslices, slice: 5m, objective: 0.95}", "SG011 budgeting.objective must be in percent"),
        ("{method: timeslices, slice: 5m, objective: 101}", "SG012 budgeting.objective must be below 100 (got 101)"),
        ("{method: slices}", "SG024 budgeting.method must be 'occurrences' or 'timeslices' (got slices)."),
        ("{method: timeslices, slice: 5m, objective: 95, empty: maybe}", "SG024 budgeting.empty must be"),
        (
            "{method: timeslices, slice: 5m, objektive: 95}",
            "SG020 there is no key objektive here. Did you mean objective?",
        ),
        ("timeslices", "SG022 budgeting must be a mapping (got timeslices)."),
    ],
)
def test_budgeting_that_cannot_be(fragment: str, words: str) -> None:
    result = with_slo(f"budgeting: {fragment}\n")
    assert result.configuration is None
    assert words in " | ".join(f"{problem.code} {problem.message}" for problem in result.problems)


def test_standard_tiers_look_at_whole_timeslices() -> None:
    slo = only_slo(with_slo("budgeting: {method: timeslices, slice: 10m, objective: 95}\n"))
    assert slo.tiers == standard_tiers(slo.budget_ratio, timedelta(days=30), timedelta(minutes=10))
    assert min(tier.short for tier in slo.tiers) == timedelta(minutes=20)


def test_own_tiers_must_hold_two_timeslices() -> None:
    result = with_slo(
        "budgeting: {method: timeslices, slice: 5m, objective: 95}\n"
        "alerting: {tiers: [{severity: page, long: 1h, short: 5m, factor: 14.4}]}\n"
    )
    (problem,) = result.problems
    assert (problem.code, problem.column) == ("SG061", 62)
    assert "both windows must be whole numbers of 5m, the short one at least two" in problem.message


def test_it_is_inherited() -> None:
    text = """version: 1
defaults: {runbook_url: "https://r.example.com", budgeting: {method: timeslices, slice: 5m, objective: 95}}
services:
  - name: shop
    slos:
      - {name: sliced, objective: 99, indicator: {events: {bad: e, total: t}}}
      - {name: counted, objective: 99, budgeting: {method: occurrences}, indicator: {events: {bad: e, total: t}}}
"""
    found = [slo.timeslices for slo in configuration_of(loaded(text)).slos]
    assert found == [Timeslices(FIVE, Decimal("0.95")), None]
