"""A timeline answers like a plain list of slices; it never changes, so histories may share it."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.history import History
from sloguard.evaluation.timeline import NO_TIME, Timeline
from sloguard.model.measurement import Slice

MINUTE = 60
Time = tuple[int, int, int]
"""Start, length and unseen seconds of a slice."""


@dataclass(frozen=True)
class Edit:
    low: int
    high: int
    put: int


def times(start: int, lengths: list[tuple[int, int, int]]) -> list[Time]:
    """Slices one after the other; each that is drawn stands for several that are alike, after a gap or none."""
    result = []
    for gap, length, count in lengths:
        start += gap * MINUTE
        for _ in range(count):
            result.append((start, length * MINUTE, 20 if count == 2 else 0))
            start += length * MINUTE
    return result


SLICES = st.lists(st.tuples(st.sampled_from([0, 0, 1]), st.sampled_from([1, 5, 60]), st.integers(1, 4)), max_size=6)
EDITS = st.lists(st.builds(Edit, st.integers(0, 24), st.integers(0, 24), st.integers(0, 4)), max_size=4)


def timeline_of(slices: list[Time]) -> Timeline:
    return Timeline.of(*(list(zip(*slices, strict=True)) or [(), (), ()]))


def shrunk(slices: list[Time], edit: Edit) -> tuple[int, int, list[Time]]:
    """Some of the slices, and shorter ones that fit into their place."""
    low, high = sorted((min(edit.low, len(slices)), min(edit.high, len(slices))))
    begin = slices[low][0] if low < len(slices) else (sum(slices[-1][:2]) if slices else 0)
    end = slices[high][0] if high < len(slices) else 10**9
    return low, high, times(begin, [(0, 1, min(edit.put, (end - begin) // MINUTE))])


@given(SLICES, EDITS)
def test_it_answers_like_the_list_of_its_slices(drawn: list[tuple[int, int, int]], edits: list[Edit]) -> None:
    model = times(0, drawn)
    timeline = timeline_of(model)
    for edit in edits:
        low, high, put = shrunk(model, edit)
        timeline, model = timeline.replaced(low, high, timeline_of(put)), model[:low] + put + model[high:]
    assert list(timeline.slices(0, len(timeline))) == model
    for index in range(len(model) + 1):
        assert timeline.seen_before(index) == sum(length - unseen for _, length, unseen in model[:index])
    for time in range(0, 40 * MINUTE, 30):
        assert timeline.place(time) == sum(start + length <= time for start, length, _ in model)
        assert timeline.place_from(time) == sum(start < time for start, _, _ in model)


@given(SLICES, EDITS)
def test_what_is_equal_is_one_however_it_came_to_be(drawn: list[tuple[int, int, int]], edits: list[Edit]) -> None:
    model = times(0, drawn)
    timeline = timeline_of(model)
    for edit in edits:
        low, high, put = shrunk(model, edit)
        before, held = timeline, list(timeline.slices(0, len(timeline)))
        timeline, model = timeline.replaced(low, high, timeline_of(put)), model[:low] + put + model[high:]
        assert list(before.slices(0, len(before))) == held, "it never changes"
    assert timeline is timeline_of(model)


def test_histories_that_were_counted_at_the_same_times_share_them() -> None:
    minutes = [Slice(start, MINUTE, 0.0, 1.0) for start in range(0, 3_000, MINUTE)]
    one, other = History.of(minutes), History.of([each._replace(total=5.0) for each in minutes])
    assert one._times is other._times
    for history in (one, other):
        history.replace_from(3_000, [Slice(3_000, MINUTE, 0.0, 2.0)])
    assert one._times is other._times
    one.forget_before(1_500)
    assert (one.first, other.first) == (1_500, 0), "the one does not change the other"
    assert History()._times is NO_TIME


def test_there_may_be_more_of_them_than_are_remembered() -> None:
    models = [times(start, [(0, 1, 3), (1, 5, 2)]) for start in range(1_000)]
    made = [timeline_of(model) for model in models]
    assert [list(timeline.slices(0, len(timeline))) for timeline in made] == models
