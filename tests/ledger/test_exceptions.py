"""Series that were born, reset or came back."""

import pytest

from sloguard.ledger.exceptions import Evidence, Interval, exceptional_increases, reset_aware_increase

INTERVAL = Interval(100.0, 160.0)


def exceptional_increase(evidence: Evidence, interval: Interval, *, known: bool) -> float:
    return sum(exceptional_increases(evidence, interval, known=known).values())


def labels(**names: str) -> frozenset[tuple[str, str]]:
    return frozenset(names.items())


A = labels(instance="a")


@pytest.mark.parametrize(
    ("base", "values", "expected"),
    [(10, [12, 15], 5), (10, [3], 3), (10, [12, 1, 4], 6), (10, [], 0), (2**60, [2**60 + 512], 512), (5, [0, 0], 0)],
)
def test_a_fall_is_a_new_beginning(base: float, values: list[float], expected: float) -> None:
    assert reset_aware_increase(base, values) == expected


def test_a_newborn_series_counts_from_zero() -> None:
    evidence = Evidence([A], {A: [(110, 3), (140, 7)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 7


def test_where_history_begins_the_first_value_is_the_baseline() -> None:
    evidence = Evidence([A], {A: [(110, 5_000_003), (140, 5_000_007)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=False) == 4


def test_a_series_that_comes_back_goes_on_from_its_last_value() -> None:
    evidence = Evidence([A], {A: [(110, 1003), (140, 1007)]}, {A: 1000})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 7


def test_several_resets_within_the_interval() -> None:
    evidence = Evidence([A], {A: [(95, 50), (110, 2), (120, 9), (130, 1), (150, 4)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 2 + 7 + 1 + 3


NAN = float("nan")


@pytest.mark.parametrize(
    ("samples", "origins", "expected"),
    [
        ([(95, 50), (110, NAN), (140, 57)], {}, 7),
        ([(95, NAN), (110, 1003), (140, 1007)], {}, 4),
        ([(110, 1003), (140, 1007)], {A: NAN}, 4),
        ([(95, 50), (110, NAN), (140, NAN)], {}, 0),
        ([(95, 50), (110, float("inf")), (140, 52)], {}, 2),
    ],
)
def test_what_is_no_number_is_no_event(
    samples: list[tuple[float, float]], origins: dict[frozenset[tuple[str, str]], float], expected: float
) -> None:
    assert exceptional_increase(Evidence([A], {A: samples}, origins), INTERVAL, known=True) == expected


@pytest.mark.parametrize("changed", [labels(instance="a", zone="x"), frozenset()], ids=["added", "dropped"])
def test_a_label_is_added_or_dropped_and_the_count_goes_on(changed: frozenset[tuple[str, str]]) -> None:
    evidence = Evidence([changed], {A: [(80, 990), (95, 1000)], changed: [(110, 1004), (140, 1009)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 9


def test_an_heir_cannot_have_less_than_its_ancestor() -> None:
    heir = labels(instance="a", zone="x")
    evidence = Evidence([heir], {A: [(95, 1000)], heir: [(110, 4), (140, 9)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 9


def test_one_ancestor_has_one_heir() -> None:
    one, two = labels(instance="a", zone="x"), labels(instance="a", zone="y")
    evidence = Evidence([one, two], {A: [(95, 100)], one: [(110, 105)], two: [(110, 103)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 5 + 103


def test_another_series_that_goes_on_is_no_ancestor() -> None:
    heir = labels(instance="a", zone="x")
    evidence = Evidence([heir], {A: [(95, 100), (155, 110)], heir: [(110, 104), (155, 106)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 106
