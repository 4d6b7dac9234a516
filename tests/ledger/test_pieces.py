"""What replay asks for: all that is missing, once, in steps that fit."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sloguard.ledger.pieces import Counted, Piece, chunks, missing_pieces
from sloguard.model.span import Span, between, hull, joined, without
from sloguard.ports import LedgerKey, LedgerMark

HOUR = 3_600
KEY = LedgerKey("shop/availability", "f")


@given(st.integers(0, 5_000), st.integers(1, 5_000), st.integers(0, 5_000), st.sampled_from([30, 60, 90, 300, 600]))
def test_chunks_cut_an_interval_into_whole_steps(start: int, length: int, later: int, slice_seconds: int) -> None:
    begin, end = start * slice_seconds, (start + length) * slice_seconds
    cut = chunks(begin, end, end + later * slice_seconds, slice_seconds)
    assert cut[0].start == begin
    assert cut[-1].end == end
    assert all(before.end == after.start for before, after in pairwise(cut))
    for chunk in cut:
        assert chunk.end > chunk.start
        assert (chunk.end - chunk.start) % chunk.step == 0
        assert chunk.start % chunk.step == 0
        assert (chunk.end - chunk.start) // chunk.step <= 11_000


def test_recent_time_is_replayed_finely_and_old_time_coarsely() -> None:
    newest = 1_000 * 24 * HOUR
    steps = {(newest - chunk.end) // HOUR: chunk.step for chunk in chunks(newest - 30 * 24 * HOUR, newest, newest, 60)}
    assert {step for age, step in steps.items() if age < 6} == {60}
    assert {step for age, step in steps.items() if 6 <= age < 72} == {300}
    assert {step for age, step in steps.items() if age >= 72} == {3600}


@given(
    st.integers(0, 5_000),
    st.integers(1, 5_000),
    st.sampled_from([(60, 60), (60, 300), (60, 360), (60, 3600), (90, 900), (30, 720), (600, 1800)]),
)
def test_timeslices_are_known_as_finely_as_they_are_long(start: int, length: int, cut: tuple[int, int]) -> None:
    slice_seconds, longest = cut
    begin, end = start * slice_seconds, (start + length) * slice_seconds
    parts = chunks(begin, end, end, slice_seconds, longest)
    assert (parts[0].start, parts[-1].end) == (begin, end)
    assert all(before.end == after.start for before, after in pairwise(parts))
    for part in parts:
        assert longest % part.step == 0
        assert (part.end - part.start) % part.step == 0
        assert part.start % part.step == 0


def test_slos_with_other_timeslices_are_asked_for_apart() -> None:
    other, third = LedgerKey("shop/latency", "f"), LedgerKey("shop/orders", "f")
    assert missing_pieces([KEY, other, third], Counted(), 0, 100, longest_steps={other: 300, third: 300}) == [
        Piece((KEY,), 0, 100, ascending=False),
        Piece((other, third), 0, 100, ascending=False, longest_step=300),
    ]


def pieces(
    mark: LedgerMark | None, replayed: Span | None, since: int, until: int, holes: tuple[Span, ...] = ()
) -> list[Piece]:
    marks = {KEY: mark} if mark else {}
    done = {KEY: replayed} if replayed else {}
    return missing_pieces([KEY], Counted(marks, done, {KEY: holes}), since, until)


def test_nothing_counted_yet() -> None:
    assert pieces(None, None, 0, 100) == [Piece((KEY,), 0, 100, ascending=False)]


def test_only_what_is_before_and_after_is_missing() -> None:
    assert pieces(LedgerMark(40, 60), None, 0, 100) == [
        Piece((KEY,), 60, 100, ascending=True),
        Piece((KEY,), 0, 40, ascending=False),
    ]


def test_time_that_was_asked_for_in_vain_is_not_asked_for_again() -> None:
    assert pieces(LedgerMark(40, 60), (0, 50), 0, 60) == []


def test_an_interrupted_replay_goes_on_below() -> None:
    assert pieces(LedgerMark(70, 100), (70, 100), 0, 100) == [Piece((KEY,), 0, 70, ascending=False)]


def test_holes_are_missing_too_the_newest_first() -> None:
    assert pieces(LedgerMark(0, 90), (0, 50), 5, 100, holes=((10, 20), (60, 70))) == [
        Piece((KEY,), 90, 100, ascending=True),
        Piece((KEY,), 60, 70, ascending=True),
        Piece((KEY,), 10, 20, ascending=True),
    ]


def test_time_that_does_not_begin_where_something_ends_is_filled_downwards() -> None:
    """What happened between the two is nobody's knowledge yet, and not in the increases of what comes after it."""
    assert pieces(LedgerMark(0, 90), None, 95, 100) == [Piece((KEY,), 95, 100, ascending=False)]
    assert pieces(LedgerMark(0, 90), None, 15, 90, holes=((10, 20),)) == [Piece((KEY,), 15, 20, ascending=False)]


def test_what_was_counted_before_replay_began_is_not_asked_for_again() -> None:
    assert pieces(LedgerMark(20, 100), (60, 100), 0, 100) == [Piece((KEY,), 0, 20, ascending=False)]


def test_an_slo_that_is_left_behind_leaves_a_hole() -> None:
    ahead, unknown = LedgerKey("shop/latency", "f"), LedgerKey("shop/new", "f")
    counted = Counted({KEY: LedgerMark(10, 40), ahead: LedgerMark(10, 80)}, {KEY: (0, 50)})
    assert counted.skipped([KEY, ahead, unknown], 80) == {KEY: (50, 80)}


SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted).map(lambda pair: (pair[0], pair[1]))


@given(st.lists(st.tuples(st.booleans(), SPANS), max_size=8))
def test_spans_are_sets_of_instants(changes: list[tuple[bool, Span]]) -> None:
    spans: tuple[Span, ...] = ()
    instants: set[int] = set()
    for is_added, span in changes:
        spans = joined(spans, span) if is_added else without(spans, span)
        instants = instants | set(range(*span)) if is_added else instants - set(range(*span))
        assert {at for each in spans for at in range(*each)} == instants
        assert all(before[1] < after[0] for before, after in pairwise(spans))


def test_hull_and_what_lies_between() -> None:
    assert hull((5, 7), None, (1, 2)) == (1, 7)
    assert hull(None) is None
    assert between((1, 2), (5, 7)) == between((5, 7), (1, 2)) == (2, 5)
    assert between((1, 5), (5, 7)) is None


def test_slos_that_lack_the_same_are_asked_for_together() -> None:
    other = LedgerKey("shop/latency", "f")
    assert missing_pieces([KEY, other], Counted(), 0, 100) == [Piece((KEY, other), 0, 100, ascending=False)]
