"""Series that were born, reset or came back."""

import pytest

from sloguard.ledger.exceptions import (
    Evidence,
    Interval,
    exceptional_increases,
    increase_without_reset,
    may_carry_on,
    reset_aware_increase,
)

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


def test_a_renamed_series_goes_on_where_it_was() -> None:
    old, new = labels(instance="a", code="500"), labels(instance="b", code="500")
    evidence = Evidence([new], {old: [(50, 900), (80, 970), (95, 1000)], new: [(110, 1030), (140, 1100)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 100


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([(50, 900), (95, 1000)], [(110, 40), (140, 90)]),
        ([(50, 900), (95, 1000)], [(110, 4_000), (140, 4_050)]),
        ([(65, 0), (95, 60)], [(110, 62), (140, 120)]),
        ([(50, 3), (95, 3)], [(110, 3), (140, 3)]),
    ],
    ids=["lower", "far-higher", "as-young", "too-few-to-tell"],
)
def test_a_pod_that_takes_over_from_another_counts_from_zero(
    old: list[tuple[float, float]], new: list[tuple[float, float]]
) -> None:
    before, after = labels(pod="x-1"), labels(pod="x-2")
    evidence = Evidence([after], {before: old, after: new}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == new[-1][1]


def test_series_of_other_label_names_are_strangers() -> None:
    old, new = labels(pod="x", zone="1"), labels(instance="x", zone="1")
    evidence = Evidence([new], {old: [(50, 900), (95, 1000)], new: [(110, 1001)]}, {})
    assert exceptional_increase(evidence, INTERVAL, known=True) == 1001


@pytest.mark.parametrize(
    ("end", "origin", "expected"), [(7, None, 7), (1007, 1000, 7), (5, 1000, 5), (NAN, 3, None), (5, NAN, None)]
)
def test_without_a_reset_the_last_values_are_enough(end: float, origin: float | None, expected: float | None) -> None:
    assert increase_without_reset(end, origin) == expected


def test_raw_samples_are_fetched_only_where_a_series_may_carry_on_another() -> None:
    new, old = labels(pod="x-2"), labels(pod="x-1")
    assert may_carry_on(new, 1005, {old: 1000})
    assert not may_carry_on(new, 60, {old: 1000}), "it is lower than where the other ended"
    assert not may_carry_on(new, 60, {old: 5}), "too few to tell"
    assert not may_carry_on(new, 1005, {labels(instance="x"): 1000})
    assert may_carry_on(labels(pod="x", zone="a"), 9, {labels(pod="x"): 5})
