"""Any window of a history is the sum of its slices."""

from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.history import History, WindowSum
from sloguard.model.measurement import Slice, SliceColumns

MINUTE = 60


@st.composite
def slices(draw: st.DrawFn) -> list[Slice]:
    """With gaps, of any lengths, some of them rolled up over a hole."""
    start, result = 0, []
    for _ in range(draw(st.integers(0, 8))):
        start += MINUTE * draw(st.integers(0, 5))
        seconds = MINUTE * draw(st.sampled_from([1, 1, 5, 60]))
        for _ in range(draw(st.sampled_from([1, 1, 5, 5, 140]))):
            total = draw(st.sampled_from([0, 1, 200, 70_000]))
            unseen = draw(st.sampled_from([0, 0, 20]))
            result.append(Slice(start, seconds, float(total // 3), float(total), unseen_seconds=unseen))
            start += seconds
    return result


def added(parts: list[Slice], start: int, end: int) -> tuple[float, float, float]:
    bad = total = seconds = 0.0
    for part in parts:
        share = max(0, min(end, part.end) - max(start, part.start)) / part.seconds
        seen = part.seconds - part.unseen_seconds
        bad, total, seconds = bad + share * part.bad, total + share * part.total, seconds + share * seen
    return bad, total, seconds


def close(found: WindowSum, expected: tuple[float, float, float]) -> bool:
    numbers = (found.bad, found.total, found.seen_seconds)
    return all(abs(a - b) < 1e-6 for a, b in zip(numbers, expected, strict=True))


@given(slices(), st.integers(0, 2000), st.integers(0, 2000))
def test_a_window_is_the_sum_of_what_lies_within(parts: list[Slice], low: int, length: int) -> None:
    start, end = low * MINUTE, (low + length) * MINUTE
    assert close(History.of(parts).sum(start, end), added(parts, start, end))


@given(slices(), st.integers(0, 600), st.integers(0, 600), st.integers(0, 600))
def test_splitting_a_window_leaves_the_sum_unchanged(parts: list[Slice], low: int, first: int, second: int) -> None:
    start, middle, end = low * MINUTE, (low + first) * MINUTE, (low + first + second) * MINUTE
    history = History.of(parts)
    whole = history.sum(start, end)
    halves = history.sum(start, middle) + history.sum(middle, end)
    assert close(halves, (whole.bad, whole.total, whole.seen_seconds))


@given(slices(), st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 300))
def test_what_is_replaced_is_like_never_having_had_it(before: list[Slice], low: int, length: int, put: int) -> None:
    start, end = low * MINUTE, (low + length) * MINUTE
    put_there = [Slice(start + MINUTE * number, MINUTE, 1.0, 2.0) for number in range(min(put, length))]
    history = History.of(before)
    history.replace(start, end, SliceColumns.of(put_there))
    left = [part for part in before if part.start < start], [part for part in before if part.start >= end]
    expected = [*left[0], *put_there, *left[1]]
    assert list(history.slices(0, 10**9)) == expected
    assert (history.first, history.last) == ((expected[0].start, expected[-1].end) if expected else (None, None))
    assert close(history.sum(0, 10**9), added(expected, 0, 10**9))


@given(slices(), st.integers(0, 2000), st.integers(1, 2000))
def test_a_widened_stretch_cuts_no_slice_and_takes_in_the_gaps_beside_it(
    parts: list[Slice], low: int, length: int
) -> None:
    start, end = low * MINUTE, (low + length) * MINUTE
    begins = [part.start for part in parts if part.start < start < part.end] + [
        max((part.end for part in parts if part.end <= start), default=start)
    ]
    ends = [part.end for part in parts if part.start < end < part.end]
    after = next((part for part in parts if part.start >= end), None)
    if after is not None and after.start > end:
        ends.append(after.end)
    assert History.of(parts).widened(start, end) == (begins[0], [*ends, end][0])


@given(slices(), st.integers(0, 2000), st.integers(0, 20))
def test_replacing_the_end_goes_on_from_there(before: list[Slice], cut: int, put: int) -> None:
    start = cut * MINUTE
    put_there = [Slice(start + MINUTE * number, MINUTE, 1.0, 2.0) for number in range(put)]
    history = History.of(before)
    history.replace_from(start, put_there)
    assert list(history.slices(0, 10**9)) == [*(part for part in before if part.start < start), *put_there]


@given(slices(), st.integers(0, 4000))
def test_what_is_forgotten_had_ended(before: list[Slice], cut: int) -> None:
    history = History.of(before)
    history.forget_before(cut * MINUTE)
    assert list(history.slices(0, 10**9)) == [part for part in before if part.end > cut * MINUTE]


@given(slices(), st.integers(0, 4000 * MINUTE))
def test_a_time_lies_within_one_slice_or_none(parts: list[Slice], time: int) -> None:
    within = [(part.start, part.end) for part in parts if part.start < time < part.end]
    assert History.of(parts).bounds(time) == (within[0] if within else (time, time))


def test_an_empty_history_knows_nothing() -> None:
    history = History()
    assert history.first is None
    assert history.last is None
    assert history.sum(0, 100) == WindowSum()
