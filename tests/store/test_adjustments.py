"""The contract of AdjustmentStore, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sloguard.errors import StoreError
from sloguard.model.adjustment import AdjustmentRecord, Removal
from sloguard.store import Store, open_store
from tests.support.adjustments import MADE_AT, correction, exclusion

LOAD_TEST = replace(exclusion(0.25, 3600.5, "shop/*"), reason="<b>load</b> test\N{PILE OF POO}'; DROP TABLE slices; --")
TWICE = correction(3600, 7200, -1200.0, -1200.5)
TAKEN_BACK = Removal("grace", "it was real", MADE_AT + timedelta(hours=1, microseconds=7))


def test_what_is_made_is_in_force_in_order_and_as_it_was_given(store: Store) -> None:
    assert store.ledger.adjustments() == []
    first, second = store.adjustments.add(LOAD_TEST), store.adjustments.add(TWICE)
    assert first < second
    assert store.ledger.adjustments() == [replace(LOAD_TEST, number=first), replace(TWICE, number=second)]


def test_what_is_taken_back_is_no_longer_in_force_and_stays_on_record(store: Store) -> None:
    first, second = store.adjustments.add(LOAD_TEST), store.adjustments.add(TWICE)
    gone = AdjustmentRecord(replace(LOAD_TEST, number=first), TAKEN_BACK)
    assert store.adjustments.remove(first, TAKEN_BACK) == gone
    assert store.ledger.adjustments() == [replace(TWICE, number=second)]
    assert store.adjustments.records() == [gone, AdjustmentRecord(replace(TWICE, number=second))]


def test_the_first_removal_is_the_one_that_is_kept(store: Store) -> None:
    number = store.adjustments.add(TWICE)
    store.adjustments.remove(number, TAKEN_BACK)
    again = store.adjustments.remove(number, Removal("eve", "to hide it", MADE_AT + timedelta(days=9)))
    assert again is not None
    assert again.removal == TAKEN_BACK


def test_what_was_never_made_cannot_be_taken_back(store: Store) -> None:
    assert store.adjustments.remove(7, TAKEN_BACK) is None
    assert store.adjustments.remove(-(2**62), TAKEN_BACK) is None
    assert store.adjustments.records() == []


def test_a_number_is_never_given_twice(store: Store) -> None:
    numbers = []
    for _ in range(3):
        numbers.append(store.adjustments.add(TWICE))
        store.adjustments.remove(numbers[-1], TAKEN_BACK)
    assert len(set(numbers)) == 3


def test_adjustments_survive_a_restart(store_url: str) -> None:
    store = open_store(store_url)
    number = store.adjustments.add(LOAD_TEST)
    store.close()
    again = open_store(store_url)
    assert again.ledger.adjustments() == [replace(LOAD_TEST, number=number)]
    again.close()


def test_what_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(StoreError):
        store.adjustments.add(replace(LOAD_TEST, author=None))  # type: ignore[arg-type] # what the database must refuse
    assert store.adjustments.records() == []
