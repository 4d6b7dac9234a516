"""The contract of Outbox, on every database."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from sloguard.errors import StoreError
from sloguard.model.delivery import Delivered, Notification, NotificationKind, OutboxEntry, Rejected, Retry
from sloguard.ports import CycleOutcome
from sloguard.store import Store
from tests.support.incidents import NOON, notification

TRIGGER, UPDATE, RESOLVE = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE
LEASE = timedelta(minutes=1)


def put(store: Store, *notifications: Notification) -> None:
    store.alerts.commit_cycle(CycleOutcome(notifications=notifications), NOON)


def claim(store: Store, now: datetime = NOON, *, limit: int = 100, worker: str = "w") -> Sequence[OutboxEntry]:
    return store.outbox.claim(worker, now, LEASE, limit)


def deliver_next(store: Store, reference: str | None = None) -> OutboxEntry:
    (entry,) = claim(store)
    store.outbox.record(entry, Delivered(reference), NOON, None)
    return entry


def test_one_key_is_offered_in_order_and_one_at_a_time(store: Store) -> None:
    put(store, notification(TRIGGER), notification(UPDATE), notification(RESOLVE))
    kinds = [deliver_next(store).notification.kind for _ in range(3)]
    assert kinds == [TRIGGER, UPDATE, RESOLVE]
    assert claim(store) == []
    assert store.outbox.depth() == {"pending": 0, "delivered": 3, "dead": 0}


def test_keys_and_receivers_do_not_wait_for_each_other(store: Store) -> None:
    put(store, notification(key="k1"), notification(key="k2"), notification(key="k1", receiver="pagerduty.primary"))
    put(store, notification(RESOLVE, key="k1"))
    claimed = {(entry.notification.receiver, entry.notification.dedup_key) for entry in claim(store)}
    assert claimed == {("slack.oncall", "k1"), ("slack.oncall", "k2"), ("pagerduty.primary", "k1")}


def test_a_leased_entry_is_offered_to_nobody_until_the_lease_ends(store: Store) -> None:
    put(store, notification())
    assert len(claim(store)) == 1
    assert claim(store, NOON + LEASE - timedelta(seconds=1), worker="other") == []
    assert len(claim(store, NOON + LEASE, worker="other")) == 1


def test_a_retry_waits_until_it_is_due_and_holds_its_key(store: Store) -> None:
    put(store, notification(TRIGGER), notification(RESOLVE))
    (entry,) = claim(store)
    later = NOON + timedelta(seconds=30)
    store.outbox.record(entry, Retry("busy"), NOON, later)
    assert claim(store, later - timedelta(microseconds=1)) == []
    (again,) = claim(store, later)
    assert (again.id, again.attempts, again.notification.kind) == (entry.id, 1, TRIGGER)


def test_after_a_dead_letter_the_next_is_offered(store: Store) -> None:
    put(store, notification(TRIGGER), notification(RESOLVE))
    (entry,) = claim(store)
    store.outbox.record(entry, Rejected("no such channel"), NOON, None)
    assert [entry.notification.kind for entry in claim(store)] == [RESOLVE]
    assert store.outbox.depth() == {"pending": 1, "delivered": 0, "dead": 1}


def test_what_was_released_is_due_when_said_and_counts_no_attempt(store: Store) -> None:
    put(store, notification())
    later = NOON + timedelta(seconds=5)
    store.outbox.release(claim(store), later)
    assert claim(store, NOON) == []
    (entry,) = claim(store, later)
    assert entry.attempts == 0
    store.outbox.release([], later)


def test_receivers_take_turns(store: Store) -> None:
    put(store, *(notification(key=f"k{number}") for number in range(50)))
    put(store, notification(key="k0", receiver="pagerduty.primary"))
    assert {entry.notification.receiver for entry in claim(store, limit=2)} == {"slack.oncall", "pagerduty.primary"}
    assert len(claim(store, limit=7)) == 7


def test_later_messages_refer_to_the_incidents_first(store: Store) -> None:
    put(store, notification(TRIGGER), notification(UPDATE), notification(RESOLVE), notification(TRIGGER))
    put(store, notification(RESOLVE))
    references = [deliver_next(store, reference).reference for reference in ("C1:1", None, "C1:2", None, None)]
    # The second incident's first message was not named: the first incident's name does not stand in for it.
    assert references == [None, "C1:1", "C1:1", None, None]


def test_a_message_that_was_posted_anew_is_referred_to_from_then_on(store: Store) -> None:
    put(store, notification(TRIGGER), notification(UPDATE), notification(RESOLVE))
    assert [deliver_next(store, reference).reference for reference in ("C1:1", "C1:9", None)] == [None, "C1:1", "C1:9"]


def test_a_reference_is_its_receivers_and_keys_own(store: Store) -> None:
    put(store, notification(TRIGGER, key="k1"))
    deliver_next(store, "C1:1")
    put(store, notification(UPDATE, key="k2"))
    put(store, notification(UPDATE, key="k1", receiver="slack.team"))
    assert [entry.reference for entry in claim(store)] == [None, None]


def test_an_answer_after_somebody_elses_changes_nothing(store: Store) -> None:
    """A worker that was slower than its lease: another one has delivered, or tried, the entry meanwhile."""
    put(store, notification())
    (slow,) = claim(store)
    (quick,) = claim(store, NOON + LEASE)
    store.outbox.record(quick, Retry("busy"), NOON, NOON)
    store.outbox.record(slow, Retry("late"), NOON, NOON + timedelta(days=1))
    store.outbox.record(slow, Rejected("late"), NOON, None)
    (quick,) = claim(store, NOON + LEASE)
    assert quick.attempts == 1
    store.outbox.record(quick, Delivered("C1:1"), NOON, None)
    store.outbox.record(slow, Rejected("late"), NOON, None)
    store.outbox.record(slow, Delivered("C1:2"), NOON, None)
    assert store.outbox.depth() == {"pending": 0, "delivered": 1, "dead": 0}
    put(store, notification(RESOLVE))
    assert claim(store)[0].reference == "C1:1"


def test_a_late_delivery_counts_even_if_another_try_failed(store: Store) -> None:
    put(store, notification())
    (slow,) = claim(store)
    (quick,) = claim(store, NOON + LEASE)
    store.outbox.record(quick, Retry("busy"), NOON, NOON)
    store.outbox.record(slow, Delivered(), NOON, None)
    assert store.outbox.depth()["delivered"] == 1


@pytest.mark.parametrize(("result", "retry_at"), [(Retry("busy"), None), (Delivered(), NOON), (Rejected("no"), NOON)])
def test_a_retry_and_its_instant_go_together(
    store: Store, result: Delivered | Retry | Rejected, retry_at: datetime | None
) -> None:
    put(store, notification())
    (entry,) = claim(store)
    with pytest.raises(ValueError, match="retry_at"):
        store.outbox.record(entry, result, NOON, retry_at)


def test_any_text_of_a_receiver_can_be_stored(store: Store) -> None:
    put(store, notification())
    (entry,) = claim(store)
    store.outbox.record(entry, Rejected("nul \x00, half a pair \ud800, long " + "x" * 5_000), NOON, None)
    with store.engine.connect() as connection:
        stored = connection.execute(text("SELECT last_error FROM outbox")).scalar_one()
    assert stored.startswith("nul , half a pair ?, long xxx")
    assert len(stored) == 1_000


def test_an_entry_that_cannot_be_read_is_named(store: Store) -> None:
    put(store, notification())
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET incident = '[]'"))
    with pytest.raises(StoreError, match="Outbox entry 1 cannot be read"):
        claim(store)


ANSWERS = st.sampled_from(["deliver", "deliver", "retry", "reject", "crash"])


@given(
    keys=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=1, max_size=12),
    answers=st.lists(ANSWERS, max_size=30),
    limit=st.integers(1, 5),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_is_kept_and_nothing_lost_whatever_happens(
    store: Store, keys: list[tuple[str, str]], answers: list[str], limit: int
) -> None:
    """Answers of every kind and crashed workers: each key's entries are settled in order, each exactly once."""
    already = sum(store.outbox.depth().values())
    put(store, *(notification(receiver=receiver, key=key) for receiver, key in keys))
    now, settled = NOON, defaultdict[tuple[str, str], list[int]](list)
    script = iter(answers)
    while store.outbox.depth()["pending"]:
        for entry in claim(store, now, limit=limit):
            key = (entry.notification.receiver, entry.notification.dedup_key)
            match next(script, "deliver"):
                case "deliver":
                    store.outbox.record(entry, Delivered(), now, None)
                    settled[key].append(entry.id)
                case "reject":
                    store.outbox.record(entry, Rejected("no"), now, None)
                    settled[key].append(entry.id)
                case "retry":
                    store.outbox.record(entry, Retry("busy"), now, now + timedelta(seconds=10))
                case _:
                    pass  # the worker died: only the end of its lease brings the entry back
        now += timedelta(seconds=20)
    assert all(ids == sorted(ids) for ids in settled.values())
    assert sum(map(len, settled.values())) == len(keys)
    assert sum(store.outbox.depth().values()) == already + len(keys)
