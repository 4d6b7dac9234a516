"""A column answers like a plain list, whatever numbers it holds and however it came to hold them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.column import CHUNK, Column

WHOLE = st.one_of(st.just(0), st.integers(-200, 200), st.integers(-40_000, 40_000), st.integers(0, 2**40)).map(float)
ANY = st.one_of(WHOLE, st.floats(-1e6, 1e6))
SIZES = st.integers(0, 3 * CHUNK)
Edit = tuple[int, int, list[float]]


def columns(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[float]]:
    """Long enough for several chunks, without drawing each number."""
    return st.tuples(st.lists(numbers, max_size=20), st.integers(0, 40)).map(lambda drawn: drawn[0] * drawn[1])


def edits(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[Edit]]:
    return st.lists(st.tuples(SIZES, SIZES, st.lists(numbers, max_size=5)), max_size=6)


def edited(numbers: list[float], changes: list[Edit]) -> tuple[Column, list[float]]:
    """The same done to a column and to a list."""
    column, model = Column(numbers), list(numbers)
    for one, other, put in changes:
        low, high = sorted((min(one, len(model)), min(other, len(model))))
        column.replace(low, high, put)
        model[low:high] = put
    return column, model


@given(columns(WHOLE), edits(WHOLE), SIZES)
def test_sums_of_whole_numbers_are_exact(numbers: list[float], changes: list[Edit], index: int) -> None:
    column, model = edited(numbers, changes)
    index = min(index, len(model))
    assert column.sum_before(index) == sum(map(int, model[:index]))
    assert len(column) == len(model)


@given(columns(ANY), edits(ANY), SIZES, SIZES)
def test_numbers_come_out_as_they_went_in(numbers: list[float], changes: list[Edit], low: int, high: int) -> None:
    column, model = edited(numbers, changes)
    assert list(column.values(low := min(low, len(model)), high := min(high, len(model)))) == model[low:high]
    assert [column[place] for place in range(low, high)] == model[low:high]


@given(columns(ANY), edits(ANY), SIZES)
def test_other_sums_are_rounded_as_floats_are(numbers: list[float], changes: list[Edit], index: int) -> None:
    column, model = edited(numbers, changes)
    index = min(index, len(model))
    exact = sum(map(Fraction, model[:index]), Fraction())
    magnitude = sum(map(abs, model))
    assert abs(Fraction(column.sum_before(index)) - exact) <= Fraction(magnitude) * len(model) * Fraction(1, 2**52)


@given(columns(ANY), SIZES)
def test_sums_are_added_up_in_the_same_order_always(numbers: list[float], index: int) -> None:
    """Chunk after chunk: another order would round otherwise."""
    index = min(index, len(numbers))
    whole = index // CHUNK * CHUNK
    before = 0.0
    for begin in range(0, whole, CHUNK):
        before += sum(numbers[begin : begin + CHUNK])
    assert Column(numbers).sum_before(index) == before + sum(numbers[whole:index])


@given(st.lists(ANY, max_size=2 * CHUNK))
def test_growing_one_by_one_is_like_having_them_at_once(numbers: list[float]) -> None:
    grown = Column()
    for number in numbers:
        grown.replace(len(grown), len(grown), (number,))
    assert list(grown.values(0, len(grown))) == numbers


@pytest.mark.parametrize(("largest", "most_bytes"), [(0, 0), (100, 1), (30_000, 2), (2_000_000_000, 4), (2.0**40, 8)])
def test_small_numbers_take_little_room(largest: float, most_bytes: int) -> None:
    column = Column([largest] * CHUNK)
    assert len(column._full) == most_bytes * CHUNK
