"""The contract of ProvisionalStore, on every database."""

from datetime import timedelta

from sloguard.model.measurement import Counts
from sloguard.model.provisional import ProvisionalCount
from sloguard.ports import LedgerKey
from sloguard.store import Store
from tests.support.incidents import NOON

MONTH = timedelta(days=30)
ORDERS, GROUP = LedgerKey("shop/orders", "f1"), LedgerKey('shop/orders{tenant="ü\'x"}', "f1")
SEEN = ProvisionalCount(NOON - MONTH, NOON, Counts(bad=0.1, total=2.0**60))
REFUSED = ProvisionalCount(NOON - MONTH, NOON, None, "Prometheus refuses it: 100 % too many")


def test_counts_and_reasons_are_kept_as_they_are(store: Store) -> None:
    assert store.provisional.provisional() == {}
    store.provisional.keep_provisional({ORDERS: SEEN, GROUP: REFUSED})
    store.provisional.keep_provisional({})
    assert store.provisional.provisional() == {ORDERS: SEEN, GROUP: REFUSED}


def test_a_newer_answer_takes_the_place_of_the_older_one_of_the_same_slo(store: Store) -> None:
    store.provisional.keep_provisional({ORDERS: SEEN, GROUP: REFUSED})
    newer = ProvisionalCount(NOON, NOON + MONTH, None, "gone")
    store.provisional.keep_provisional({ORDERS: newer, ORDERS._replace(fingerprint="f2"): SEEN})
    assert store.provisional.provisional() == {
        ORDERS: newer,
        GROUP: REFUSED,
        ORDERS._replace(fingerprint="f2"): SEEN,
    }


def test_what_was_asked_for_before_an_instant_is_forgotten(store: Store) -> None:
    later = ProvisionalCount(NOON, NOON + timedelta.resolution, SEEN.counts)
    store.provisional.keep_provisional({ORDERS: SEEN, GROUP: later})
    store.provisional.forget_provisional(NOON)
    assert store.provisional.provisional() == {ORDERS: SEEN, GROUP: later}
    store.provisional.forget_provisional(NOON + timedelta.resolution)
    assert store.provisional.provisional() == {GROUP: later}
