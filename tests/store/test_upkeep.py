"""The contract of LedgerUpkeep, on every database: sums stay, holes stay, and doing it again changes nothing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sloguard.evaluation.resolution import rolled_up
from sloguard.model.delivery import Delivered, Notification, NotificationKind, Rejected
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey, LedgerMark, RollUp
from sloguard.store import Store
from tests.store.test_ledger import KEY, OTHER, counted, minutes
from tests.support.incidents import INCIDENT, NOON

HOUR, DAY = 3_600, 86_400
MONTH = timedelta(days=30)


def all_slices(store: Store, key: LedgerKey = KEY) -> Sequence[Slice]:
    return store.ledger.slices(key, 0, 10**9)


def order(*keys: LedgerKey, start: int = 0, end: int = 10 * DAY, step: int = HOUR, cuts: Sequence[int] = ()) -> RollUp:
    return RollUp(keys or (KEY,), start, end, step, tuple(cuts))


def test_minutes_become_hours(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 150)), counted(minutes(0, 150), key=OTHER)])
    assert sum(store.upkeep.roll_up(order())) == 147
    assert list(all_slices(store)) == [
        Slice(0, HOUR, 60.0, 600.0),
        Slice(HOUR, HOUR, 60.0, 600.0),
        Slice(2 * HOUR, HOUR // 2, 30.0, 300.0),
    ]
    assert len(all_slices(store, OTHER)) == 150
    assert store.ledger.marks()[KEY] == LedgerMark(0, 9000)


def test_a_hole_stays_a_hole(store: Store) -> None:
    """Its place is forgotten, its length is not; a sum reaches no further than what was seen."""
    seen = (*minutes(5, 10), *minutes(40, 10))
    store.ledger.write_ranges([CountedRange(KEY, 0, HOUR, seen)])
    assert sum(store.upkeep.roll_up(order())) == 19
    assert list(all_slices(store)) == [Slice(300, 45 * 60, 20.0, 200.0, unseen_seconds=25 * 60)]
    store.ledger.write_ranges([counted(minutes(60, 1))])
    assert sum(store.upkeep.roll_up(order(step=DAY))) == 1
    assert list(all_slices(store)) == [Slice(300, 56 * 60, 21.0, 210.0, unseen_seconds=35 * 60)]


def test_what_was_bridged_stays_marked(store: Store) -> None:
    store.ledger.write_ranges([counted((*minutes(0, 2), Slice(120, 60, 0.0, 1.0, bridged=True)))])
    assert sum(store.upkeep.roll_up(order())) == 2
    assert list(all_slices(store)) == [Slice(0, 180, 2.0, 21.0, bridged=True)]


def test_no_slice_crosses_a_cut(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 120))])
    list(store.upkeep.roll_up(order(step=DAY, cuts=[45 * 60, 60 * 60])))
    assert [(part.start, part.end) for part in all_slices(store)] == [(0, 2700), (2700, 3600), (3600, 7200)]


def test_only_its_time_is_rolled_up(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 180))])
    list(store.upkeep.roll_up(order(start=HOUR, end=2 * HOUR)))
    assert [part.seconds for part in all_slices(store)] == [60] * 60 + [HOUR] + [60] * 60


def test_what_is_longer_than_a_step_is_left_alone(store: Store) -> None:
    slices = (Slice(0, HOUR, 1.0, 2.0), *minutes(60, 10))
    store.ledger.write_ranges([counted(slices)])
    assert sum(store.upkeep.roll_up(order(step=300))) == 8
    assert [part.seconds for part in all_slices(store)] == [HOUR, 300, 300]


def test_a_recount_of_what_was_rolled_up_replaces_it(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 120))])
    list(store.upkeep.roll_up(order()))
    again = minutes(60, 60, bad=2.0)
    store.ledger.write_ranges([counted(again)])
    assert tuple(all_slices(store)) == (Slice(0, HOUR, 60.0, 600.0), *again)


def test_it_can_be_stopped_after_any_transaction(store: Store) -> None:
    keys = [LedgerKey(f"service/{number}", "f") for number in range(1100)]
    store.ledger.write_ranges([counted(minutes(0, 3), key=key) for key in keys])
    steps = store.upkeep.roll_up(order(*keys))
    assert next(steps) == 1000
    del steps
    assert sum(len(all_slices(store, key)) for key in keys[:20]) in range(20, 61)
    assert list(store.upkeep.roll_up(order(*keys))) == [1000, 200]
    assert list(store.upkeep.roll_up(order(*keys))) == []
    assert all_slices(store, keys[-1]) == [Slice(0, 180, 3.0, 30.0)]


def test_a_transaction_is_short_however_much_there_is(store: Store) -> None:
    keys = [LedgerKey(f"service/{number}", "f") for number in range(15)]
    store.ledger.write_ranges([counted(minutes(0, 3 * 1440), key=key) for key in keys])
    done = list(store.upkeep.roll_up(order(*keys, step=300)))
    assert sum(done) == 15 * 3 * 1440 * 4 // 5
    assert max(done) <= 20_000


@st.composite
def histories(draw: st.DrawFn) -> list[Slice]:
    """With gaps, of several lengths, whole counts."""
    at, parts = 60 * draw(st.integers(0, 300)), []
    for _ in range(draw(st.integers(1, 25))):
        at += 60 * draw(st.sampled_from([0, 0, 0, 1, 7, 200]))
        seconds = draw(st.sampled_from([60, 60, 60, 300, 3600]))
        parts.append(Slice(at, seconds, float(draw(st.integers(0, 9))), float(draw(st.integers(0, 99)))))
        at += seconds
    return parts


@given(
    parts=histories(),
    step=st.sampled_from([300, HOUR, DAY]),
    bounds=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    cuts=st.lists(st.integers(0, 40).map(lambda number: 900 * number), max_size=3),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_store_rolls_up_as_memory_does(
    store: Store, parts: list[Slice], step: int, bounds: tuple[int, int], cuts: list[int]
) -> None:
    start, end = HOUR * min(bounds), HOUR * max(bounds)
    cuts = sorted(set(cuts))
    key = LedgerKey("a/a", str(len(store.ledger.marks())))
    store.ledger.write_ranges([counted(parts, key=key)])
    list(store.upkeep.roll_up(order(key, start=start, end=end, step=step, cuts=cuts)))
    within = [part for part in parts if start <= part.start < end]
    expected = [
        *(part for part in parts if part.start < start),
        *rolled_up(within, step, cuts),
        *(part for part in parts if part.start >= end),
    ]
    assert list(all_slices(store, key)) == expected


def test_what_is_past_is_deleted(store: Store) -> None:
    store.ledger.write_replayed([counted(minutes(0, 120))], {KEY: (0, 7200)})
    assert sum(store.upkeep.expire(3600, {KEY})) == 60
    assert tuple(all_slices(store)) == minutes(60, 60)
    assert store.ledger.marks() == {KEY: LedgerMark(3600, 7200)}
    assert store.ledger.replayed() == {KEY: (3600, 7200)}
    assert sum(store.upkeep.expire(3600, {KEY})) == 0


def test_a_slice_that_reaches_beyond_the_end_of_retention_stays(store: Store) -> None:
    store.ledger.write_ranges([counted((Slice(0, HOUR, 1.0, 2.0), *minutes(60, 1)))])
    assert sum(store.upkeep.expire(1800, {KEY})) == 0
    assert len(all_slices(store)) == 2


def test_what_nobody_declares_is_forgotten_when_it_is_past(store: Store) -> None:
    """Another generation, a removed SLO, and one that was asked for and never seen."""
    generation, unseen = LedgerKey(KEY.slo_id, "before"), LedgerKey("gone/unseen", "f")
    store.ledger.write_ranges([counted(minutes(0, 60), key=generation), counted(minutes(0, 90), key=OTHER)])
    store.ledger.write_replayed([counted(minutes(0, 60))], {KEY: (0, 3600), unseen: (0, 3600)})
    list(store.upkeep.expire(3600, {KEY}))
    assert store.ledger.marks() == {KEY: LedgerMark(3600, 3600), OTHER: LedgerMark(3600, 5400)}
    assert set(store.ledger.replayed()) == {KEY}
    assert list(all_slices(store, generation)) == []


def test_what_is_forgotten_takes_its_holes_along_and_no_hole_outlives_its_time(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 60), key=OTHER), counted(minutes(0, 180))])
    store.ledger.note_holes({OTHER: (0, 600)})
    for hole in ((0, 600), (3000, 4200), (6000, 6600)):
        store.ledger.note_holes({KEY: hole})
    list(store.upkeep.expire(3600, {KEY}))
    assert store.ledger.marks().keys() == {KEY}
    assert store.ledger.holes() == {KEY: ((3000, 4200), (6000, 6600))}


KINDS = {"t": NotificationKind.TRIGGER, "u": NotificationKind.UPDATE, "r": NotificationKind.RESOLVE}
COURSES: Mapping[str, str] = {
    # What became of each entry, and which of them are left: + delivered, ? waiting, - dead.
    "t+ r+": "",
    "t+ u+ r+": "",
    "t+ u+": "t+ u+",
    "t+ r?": "t+ r?",
    "t- r+": "t-",
    "t+ r-": "t+ r-",
    "t+ r+ t+": "t+",
    "t+ r+ t+ r+": "",
    "t+ r+ t?": "t+ r+ t?",
}


def record(store: Store, course: str) -> None:
    entries = course.split()
    notifications = tuple(Notification("r", "key", KINDS[each[0]], INCIDENT) for each in entries)
    for notification, each in zip(notifications, entries, strict=True):
        store.alerts.commit_cycle(CycleOutcome(notifications=(notification,)), NOON)
        if each[1] != "?":
            (claimed,) = store.outbox.claim("w", NOON, timedelta(minutes=1), 1)
            store.outbox.record(claimed, Delivered("ref") if each[1] == "+" else Rejected("no"), NOON, None)


@pytest.mark.parametrize("course", COURSES)
def test_notifications_of_what_is_over_are_deleted(store: Store, course: str) -> None:
    record(store, course)
    assert sum(store.upkeep.expire_notifications(NOON)) == 0
    left = COURSES[course].split()
    deleted = len(course.split()) - len(left)
    assert sum(store.upkeep.expire_notifications(NOON + MONTH)) == deleted
    ends = [each[1] for each in left]
    expected = {"delivered": ends.count("+"), "pending": ends.count("?"), "dead": ends.count("-")}
    assert store.outbox.depth() == expected


def test_an_incident_of_another_receiver_keeps_its_own(store: Store) -> None:
    record(store, "t+ r+")
    store.alerts.commit_cycle(
        CycleOutcome(notifications=(Notification("other", "key", NotificationKind.TRIGGER, INCIDENT),)), NOON
    )
    (claimed,) = store.outbox.claim("w", NOON, timedelta(minutes=1), 1)
    store.outbox.record(claimed, Delivered("ref"), NOON, None)
    assert sum(store.upkeep.expire_notifications(NOON + MONTH)) == 2
    assert store.outbox.depth()["delivered"] == 1
