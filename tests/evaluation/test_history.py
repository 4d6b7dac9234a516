"""Any window of a history is the sum of its slices."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.history import History, WindowSum
from sloguard.model.measurement import Slice

MINUTE = 60


@st.composite
def slices(draw: st.DrawFn) -> list[Slice]:
    start, result = 0, []
    for _ in range(draw(st.integers(0, 30))):
        start += MINUTE * draw(st.integers(0, 5))
        seconds = MINUTE * draw(st.sampled_from([1, 1, 5, 60]))
        total = draw(st.integers(0, 1000))
        result.append(Slice(start, seconds, float(draw(st.integers(0, total))), float(total)))
        start += seconds
    return result


def added(parts: list[Slice], start: int, end: int) -> tuple[float, float, float]:
    bad = total = seconds = 0.0
    for part in parts:
        share = max(0, min(end, part.end) - max(start, part.start)) / part.seconds
        bad, total, seconds = bad + share * part.bad, total + share * part.total, seconds + share * part.seconds
    return bad, total, seconds


def close(found: WindowSum, expected: tuple[float, float, float]) -> bool:
    numbers = (found.bad, found.total, found.seen_seconds)
    return all(abs(a - b) < 1e-6 for a, b in zip(numbers, expected, strict=True))


@given(slices(), st.integers(0, 2000), st.integers(0, 2000))
@settings(max_examples=200)
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


@given(slices(), slices(), st.integers(0, 40))
def test_replacing_the_end_is_like_never_having_had_it(before: list[Slice], after: list[Slice], cut: int) -> None:
    shift = 10_000 * MINUTE
    kept = [part for part in before if part.start < cut * 10 * MINUTE]
    moved = [Slice(part.start + shift, part.seconds, part.bad, part.total) for part in after]
    history = History.of(before)
    history.replace_from(cut * 10 * MINUTE, moved)
    again = History.of([*kept, *moved])
    assert history.first == again.first
    assert history.last == again.last
    found, expected = history.sum(0, 2 * shift), again.sum(0, 2 * shift)
    assert close(found, (expected.bad, expected.total, expected.seen_seconds))


def test_an_empty_history_knows_nothing() -> None:
    history = History()
    assert history.first is None
    assert history.last is None
    assert history.sum(0, 100) == WindowSum()
