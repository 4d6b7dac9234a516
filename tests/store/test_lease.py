"""The contract of the lease and of its fence, on every database."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.errors import LeaseLostError, StoreError
from sloguard.model.delivery import Delivered, Rejected, Retry
from sloguard.model.lease import Lease, taken
from sloguard.model.recount import Known, Recounted
from sloguard.ports import CycleOutcome, RollUp
from sloguard.store import Store, open_store
from sloguard.store.backup import back_up, restore
from sloguard.store.connection import writing
from tests.store.killed_cycle import outcome
from tests.store.test_ledger import KEY, counted, minutes
from tests.support.incidents import NOON, notification

LENGTH = timedelta(seconds=60)
LATER = NOON + timedelta(seconds=20)
CLAIM = timedelta(minutes=1)


def take(store: Store, holder: str, length: timedelta = LENGTH) -> Lease:
    """Whatever was before."""
    seen = store.lease.read()
    new = taken(seen, holder, length, NOON)
    assert store.lease.take(seen, new)
    return new


def test_nobody_has_held_it_at_first(store: Store) -> None:
    assert store.lease.read() is None


def test_it_is_read_as_it_was_taken(store: Store) -> None:
    first = take(store, "a:1:x")
    assert store.lease.read() == first == Lease(1, "a:1:x", 0, NOON, NOON, NOON + LENGTH)
    assert take(store, "b:2:y").token == 2


def test_only_who_saw_it_as_it_is_takes_it(store: Store) -> None:
    first = take(store, "a:1:x")
    assert not store.lease.take(None, taken(None, "b:2:y", LENGTH, NOON))
    renewed = store.lease.renew(first, LATER)
    assert not store.lease.take(first, taken(first, "b:2:y", LENGTH, NOON)), "it was renewed meanwhile"
    assert store.lease.take(renewed, taken(renewed, "b:2:y", LENGTH, NOON))
    assert not store.lease.take(renewed, taken(renewed, "c:3:z", LENGTH, NOON)), "it was taken meanwhile"


def test_a_renewal_holds_it_for_its_length_from_then_on(store: Store) -> None:
    renewed = store.lease.renew(take(store, "a:1:x"), LATER)
    assert renewed == Lease(1, "a:1:x", 1, NOON, LATER, LATER + LENGTH) == store.lease.read()


def test_what_is_lost_is_neither_renewed_nor_given_back(store: Store) -> None:
    first = take(store, "a:1:x")
    second = take(store, "b:2:y")
    assert store.lease.renew(first, LATER) is None
    store.lease.give_back(first)
    assert store.lease.read() == second


def test_what_was_given_back_belongs_to_nobody_and_its_number_is_not_given_again(store: Store) -> None:
    first = take(store, "a:1:x")
    store.lease.give_back(first)
    assert store.lease.read() == replace(first, holder=None)
    assert store.lease.renew(first, LATER) is None
    assert take(store, "a:1:z").token == 2


@pytest.mark.parametrize("is_new", [True, False])
def test_of_many_that_try_at_once_one_succeeds(store: Store, is_new: bool) -> None:
    seen = None if is_new else take(store, "before:0:x")
    together = threading.Barrier(8)

    def attempt(number: int) -> bool:
        together.wait()
        return store.lease.take(seen, taken(seen, f"host:{number}:x", LENGTH, NOON))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(8)))
    read = store.lease.read()
    assert answers.count(True) == 1
    assert read
    assert read.holder == f"host:{answers.index(True)}:x"


UNCHANGED = Recounted(KEY.slo_id, 0, 120, Known(0, 0, 0, 0), Known(0, 0, 0, 0))
WRITES: list[Callable[[Store], object]] = [
    lambda store: store.alerts.commit_cycle(outcome(1), NOON),
    lambda store: store.ledger.write_ranges([counted(minutes(0, 2))]),
    lambda store: store.ledger.write_replayed([counted(minutes(0, 2))], {KEY: (0, 120)}),
    lambda store: store.ledger.note_holes({KEY: (0, 60)}),
    lambda store: store.recounts.revise([(counted(minutes(0, 2)), UNCHANGED)], NOON),
    lambda store: store.outbox.claim("w", NOON, CLAIM, 10),
    lambda store: list(store.upkeep.roll_up(RollUp((KEY,), 0, 3_600, 3_600))),
    lambda store: list(store.upkeep.expire(10**9, ())),
    lambda store: list(store.upkeep.expire_notifications(NOON)),
]
"""All that a daemon writes on a schedule, each when there is something for it to do."""


def test_whoever_holds_it_writes_and_nobody_else(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 2))])
    first = store.fenced(take(store, "a:1:x"))
    second = store.fenced(take(store, "b:2:y"))
    for write in WRITES:
        with pytest.raises(LeaseLostError):
            write(first)
        write(second)


def test_a_cycle_of_who_has_lost_it_leaves_nothing(store: Store) -> None:
    first = store.fenced(take(store, "a:1:x"))
    take(store, "b:2:y")
    with pytest.raises(LeaseLostError):
        first.alerts.commit_cycle(outcome(1), NOON)
    assert store.ledger.marks() == {}
    assert store.alerts.alerts() == {}
    assert store.outbox.depth() == {"pending": 0, "delivered": 0, "dead": 0}


def test_who_takes_it_again_cannot_finish_what_was_begun_before(store: Store) -> None:
    first = store.fenced(take(store, "a:1:x"))
    take(store, "b:2:y")
    again = store.fenced(take(store, "a:1:x"))
    with pytest.raises(LeaseLostError):
        first.alerts.commit_cycle(outcome(1), NOON)
    again.alerts.commit_cycle(outcome(1), NOON)


def test_what_anybody_may_do_needs_no_lease(store: Store) -> None:
    take(store, "a:1:x")
    store.ledger.write_replayed([counted(minutes(0, 2))], {KEY: (0, 120)})
    assert len(store.ledger.slices(KEY, 0, 120)) == 2


def test_an_answer_is_recorded_even_if_the_lease_is_lost_meanwhile(store: Store) -> None:
    first = store.fenced(take(store, "a:1:x"))
    first.alerts.commit_cycle(CycleOutcome(notifications=(notification(),)), NOON)
    (entry,) = first.outbox.claim("a", NOON, CLAIM, 10)
    second = store.fenced(take(store, "b:2:y"))
    assert second.outbox.claim("b", NOON, CLAIM, 10) == [], "it is being sent"
    first.outbox.record(entry, Delivered(), NOON, None)
    assert second.outbox.depth() == {"pending": 0, "delivered": 1, "dead": 0}


def test_who_comes_back_late_does_not_take_an_entry_from_who_sends_it_now(store: Store) -> None:
    store.alerts.commit_cycle(CycleOutcome(notifications=(notification(),)), NOON)
    (late,) = store.outbox.claim("a", NOON, CLAIM, 10)
    (now,) = store.outbox.claim("b", NOON + CLAIM, CLAIM, 10)
    store.outbox.release([late], NOON)
    store.outbox.record(late, Retry("busy"), NOON, NOON)
    store.outbox.record(late, Rejected("never"), NOON, None)
    assert store.outbox.claim("c", NOON + CLAIM, CLAIM, 10) == []
    store.outbox.record(now, Retry("busy"), NOON, NOON)
    assert [entry.attempts for entry in store.outbox.claim("c", NOON + CLAIM, CLAIM, 10)] == [1]


def test_a_renewal_does_not_wait_for_what_is_being_written_and_a_change_of_hands_does(store: Store) -> None:
    held = take(store, "a:1:x")
    if store.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    changed = threading.Event()

    def change() -> None:
        take(store, "b:2:y")
        changed.set()

    other = threading.Thread(target=change)
    with writing(store.fenced(held).engine):
        assert store.lease.renew(held, LATER)
        other.start()
        assert not changed.wait(0.3)
    other.join(30)
    assert changed.is_set()


def test_who_sleeps_while_it_writes_keeps_nobody_waiting_for_ever(store: Store) -> None:
    held = take(store, "a:1:x", timedelta(seconds=1))
    if store.engine.dialect.name == "sqlite":
        pytest.skip("a process that is stopped while it writes has the file: docs/store.md says so")
    asleep = store.fenced(held)
    with pytest.raises(StoreError), writing(asleep.engine) as connection:  # noqa: PT012 - the commit is what fails
        take(store, "b:2:y")  # waits until the server has ended the other's transaction
        connection.exec_driver_sql("SELECT 1")
    store.fenced(held).engine.connect().close()  # the pool gives out no dead connection
    with pytest.raises(LeaseLostError):
        asleep.alerts.commit_cycle(outcome(1), NOON)


def test_a_store_that_was_restored_is_held_by_nobody_from_before(store: Store, tmp_path: Path, store_url: str) -> None:
    back_up(store.engine, tmp_path / "early.backup", NOON)
    first = store.fenced(take(store, "a:1:x"))
    back_up(store.engine, tmp_path / "late.backup", NOON)
    store.close()
    for name in ("early.backup", "late.backup"):
        restore(tmp_path / name, store_url, replace=True)
        again = open_store(store_url)
        read = again.lease.read()
        assert read is None or read.holder is None
        again.close()
    with pytest.raises(LeaseLostError):
        first.alerts.commit_cycle(outcome(1), NOON)
