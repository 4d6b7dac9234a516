"""The contract of LedgerStore, on every database."""

import itertools
import time
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sloguard.errors import StoreError
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.ports import CountedRange, LedgerKey, LedgerMark
from sloguard.store import Store

KEY = LedgerKey("onboarding/availability", "f1")
OTHER = LedgerKey("onboarding/latency", "f1")


def minutes(first: int, count: int, *, bad: float = 1.0, total: float = 10.0) -> tuple[Slice, ...]:
    return tuple(Slice(60 * number, 60, bad, total) for number in range(first, first + count))


def counted(slices: Sequence[Slice], *, key: LedgerKey = KEY) -> CountedRange:
    return CountedRange(key, slices[0].start, slices[-1].end, tuple(slices))


def test_a_new_ledger_is_empty(store: Store) -> None:
    assert store.ledger.marks() == {}
    assert store.ledger.replayed() == {}
    assert list(store.ledger.slices(KEY, 0, 10**10)) == []


def test_what_is_written_is_read(store: Store) -> None:
    slices = (
        Slice(60, 60, 0.25, 3.5),
        Slice(120, 60, -1.0, 0.0, bridged=True),
        Slice(180, 300, 2.0**60, 1e300, unseen_seconds=60),
    )
    store.ledger.write_ranges([counted(slices)])
    assert tuple(store.ledger.slices(KEY, 0, 10_000)) == slices
    assert store.ledger.marks() == {KEY: LedgerMark(60, 480)}


def test_writing_the_same_again_changes_nothing(store: Store) -> None:
    ranges = [counted(minutes(0, 5)), counted(minutes(10, 5), key=OTHER)]
    store.ledger.write_ranges(ranges)
    before = store.ledger.slices(KEY, 0, 900), store.ledger.slices(OTHER, 0, 900), store.ledger.marks()
    store.ledger.write_ranges(ranges)
    assert (store.ledger.slices(KEY, 0, 900), store.ledger.slices(OTHER, 0, 900), store.ledger.marks()) == before


def test_a_range_replaces_what_begins_in_it(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 10))])
    store.ledger.write_ranges([CountedRange(KEY, 120, 360, (Slice(120, 120, 5.0, 6.0),))])
    starts = [(piece.start, piece.seconds) for piece in store.ledger.slices(KEY, 0, 600)]
    assert starts == [(0, 60), (60, 60), (120, 120), (360, 60), (420, 60), (480, 60), (540, 60)]


def test_a_range_without_slices_deletes_and_moves_no_mark(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 3))])
    store.ledger.write_ranges([CountedRange(KEY, 60, 600, ()), CountedRange(OTHER, 0, 600, ())])
    assert [piece.start for piece in store.ledger.slices(KEY, 0, 600)] == [0]
    assert store.ledger.marks() == {KEY: LedgerMark(0, 180)}


@pytest.mark.parametrize(
    ("start", "end", "starts"),
    [(0, 60, [0]), (59, 61, [0, 60]), (60, 60, []), (300, 301, [180]), (779, 780, [180]), (780, 900, [])],
)
def test_slices_that_overlap_are_found(store: Store, start: int, end: int, starts: list[int]) -> None:
    store.ledger.write_ranges([counted((*minutes(0, 3), Slice(180, 600, 1.0, 2.0)))])
    assert [piece.start for piece in store.ledger.slices(KEY, start, end)] == starts


@pytest.mark.parametrize("latest", [900, 90_000])
def test_many_are_read_at_once_as_each_by_itself(store: Store, latest: int) -> None:
    """Each over a time of its own; a day or more, or less."""
    bounds = [*itertools.product([0, 59, 60, 61, 180, 300, 779, 780], [60, 61, 181, latest])] * 4
    wanted = {LedgerKey(f"service/{number}", "f"): each for number, each in enumerate(bounds)}
    parts = (*minutes(0, 3), Slice(180, 600, 1.0, 2.0, unseen_seconds=30), *minutes(14, 2))
    store.ledger.write_ranges([counted(parts, key=key) for key in wanted])
    store.ledger.write_ranges([counted(parts, key=LedgerKey("service/7", "another generation"))])
    singly = {key: SliceColumns.of(store.ledger.slices(key, *each)) for key, each in wanted.items()}
    found = store.ledger.columns({**wanted, OTHER: (0, 900)})
    assert dict(found) == {key: columns for key, columns in singly.items() if columns.start}


def test_marks_widen_and_never_shrink(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(100, 2))])
    store.ledger.write_ranges([counted(minutes(101, 1))])
    assert store.ledger.marks() == {KEY: LedgerMark(6000, 6120)}
    store.ledger.write_ranges([counted(minutes(50, 1)), CountedRange(KEY, 6120, 6300, minutes(102, 1))])
    assert store.ledger.marks() == {KEY: LedgerMark(3000, 6300)}


def test_another_indicator_starts_another_generation(store: Store) -> None:
    changed = LedgerKey(KEY.slo_id, "f2")
    store.ledger.write_ranges([counted(minutes(0, 2))])
    store.ledger.write_ranges([counted(minutes(5, 2), key=changed)])
    assert [piece.start for piece in store.ledger.slices(KEY, 0, 900)] == [0, 60]
    assert [piece.start for piece in store.ledger.slices(changed, 0, 900)] == [300, 360]


def test_replay_remembers_how_far_it_came(store: Store) -> None:
    store.ledger.write_replayed([counted(minutes(10, 2))], {KEY: (600, 720), OTHER: (0, 720)})
    assert store.ledger.replayed() == {KEY: (600, 720), OTHER: (0, 720)}
    assert store.ledger.marks() == {KEY: LedgerMark(600, 720)}
    store.ledger.write_replayed([], {KEY: (0, 720)})
    assert store.ledger.replayed() == {KEY: (0, 720), OTHER: (0, 720)}
    assert len(store.ledger.slices(KEY, 0, 900)) == 2


def test_what_replay_skips_is_a_hole_until_it_is_asked_for(store: Store) -> None:
    store.ledger.write_replayed([], {KEY: (600, 720), OTHER: (600, 720)})
    store.ledger.write_replayed([], {KEY: (900, 960)})
    store.ledger.write_replayed([], {KEY: (0, 60)})
    assert store.ledger.replayed() == {KEY: (0, 960), OTHER: (600, 720)}
    assert store.ledger.holes() == {KEY: ((60, 600), (720, 900))}
    store.ledger.write_replayed([], {KEY: (540, 840)})
    assert store.ledger.holes() == {KEY: ((60, 540), (840, 900))}
    store.ledger.write_replayed([], {KEY: (60, 540)})
    store.ledger.write_replayed([], {KEY: (780, 1020), OTHER: (720, 780)})
    assert store.ledger.holes() == {}
    assert store.ledger.replayed() == {KEY: (0, 1020), OTHER: (600, 780)}


def test_what_was_counted_live_is_no_hole(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(10, 5))])
    store.ledger.write_replayed([], {KEY: (0, 600)})
    assert store.ledger.holes() == {}
    store.ledger.write_replayed([], {KEY: (960, 1020)})
    assert store.ledger.holes() == {KEY: ((900, 960),)}


def test_a_hole_is_noted_before_it_is_jumped_over(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 5))])
    store.ledger.note_holes({KEY: (300, 600), OTHER: (0, 60)})
    store.ledger.note_holes({KEY: (300, 900)})
    assert store.ledger.holes() == {KEY: ((300, 900),)}, "an SLO that is not known has no hole"
    store.ledger.write_ranges([counted(minutes(15, 1))])
    assert store.ledger.holes() == {KEY: ((300, 900),)}
    assert store.ledger.marks() == {KEY: LedgerMark(0, 960)}


def test_all_ranges_or_none(store: Store) -> None:
    store.ledger.write_ranges([counted(minutes(0, 2))])
    no_number = Slice(180, 60, None, 1.0)  # type: ignore[arg-type] # what the database must refuse
    with pytest.raises(StoreError):
        store.ledger.write_ranges([counted(minutes(0, 2, bad=7.0)), CountedRange(OTHER, 180, 240, (no_number,))])
    assert tuple(store.ledger.slices(KEY, 0, 900)) == minutes(0, 2)
    assert list(store.ledger.marks()) == [KEY]


RANGES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(0, 2**8 - 1), st.sampled_from(["a/a", "a/b"])),
    min_size=1,
    max_size=4,
)


@given(batches=st.lists(RANGES, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_behaves_as_a_dictionary_by_start(store: Store, batches: list[list[tuple[int, int, int, str]]]) -> None:
    """Ranges of any order and overlap, even in one batch, against the plainest model there is."""
    generation = str(len(store.ledger.marks()) + time.monotonic_ns())
    model: dict[tuple[str, int], Slice] = {}
    for number, batch in enumerate(batches):
        ranges = []
        for first, length, held, slo_id in batch:
            slices = tuple(
                Slice(60 * (first + place), 60, float(number), float(held))
                for place in range(length)
                if held >> place & 1
            )
            ranges.append(CountedRange(LedgerKey(slo_id, generation), 60 * first, 60 * (first + length), slices))
            for place in range(first, first + length):
                model.pop((slo_id, 60 * place), None)
            model |= {(slo_id, piece.start): piece for piece in slices}
        store.ledger.write_ranges(ranges)
    for slo_id in ("a/a", "a/b"):
        expected = [piece for (owner, _), piece in sorted(model.items()) if owner == slo_id]
        assert list(store.ledger.slices(LedgerKey(slo_id, generation), 0, 10_000)) == expected


def test_a_cycle_of_a_thousand_slos_is_quick(store: Store) -> None:
    """A cycle has 30 s; this takes 0.05 s on SQLite. The bound only catches a statement for each row."""
    ranges = [counted(minutes(5, 1), key=LedgerKey(f"service/{number}", "f")) for number in range(1_000)]
    store.ledger.write_ranges(ranges)
    began = time.monotonic()
    store.ledger.write_ranges(ranges)
    assert time.monotonic() - began < 5.0
