"""Rolling up forgets the course of what is old, and changes no window that is promised."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.evaluation.resolution import LARGEST_SHIFT_RATIO, Band, bands, fitting, kept_step, rolled_up
from sloguard.evaluation.windows import beginnings, span
from sloguard.model.measurement import Measurement, Slice
from sloguard.model.retention import Retention
from sloguard.model.window import CalendarWindow, Period, RollingWindow

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOW = 1_795_000_000 // MINUTE * MINUTE
RETENTION = Retention()
KOLKATA = CalendarWindow(Period.MONTH, "Asia/Kolkata")
PARIS = CalendarWindow(Period.YEAR, "Europe/Paris")


def at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def course(start: int, end: int, seconds: int) -> list[Slice]:
    """No two slices alike, some missing: a sum over another time is another sum."""
    times = [time for time in range(start, end, seconds) if time // seconds % 13]
    return [Slice(time, seconds, float(time // seconds % 7), float(time // seconds % 101)) for time in times]


def kept(slices: Sequence[Slice], now: int, *, cuts: Sequence[int] = (), longest_step: int | None = None) -> History:
    history = History.of(slices)
    for band in bands(RETENTION, now, slices[0].seconds, longest_step):
        history.roll_up(band, cuts)
    return history


@pytest.mark.parametrize("slice_seconds", [MINUTE, 15 * MINUTE])
@pytest.mark.parametrize("passed", [0, 17 * MINUTE, HOUR - MINUTE])
def test_every_tier_keeps_a_sum_of_whole_slices(slice_seconds: int, passed: int) -> None:
    """Also of the tiers of a week and of a quarter; up to an hour after the roll-up, before the next one."""
    now = NOW + passed
    full = course(NOW // HOUR * HOUR - 12 * DAY, now // slice_seconds * slice_seconds, slice_seconds)
    history, whole = kept(full, NOW), History.of(full)
    assert len(list(history.slices(0, now))) < len(full) / 2
    for length in (5 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 17 * HOUR, DAY, 3 * DAY, 9 * DAY, 11 * DAY):
        start = round((now - length) / slice_seconds) * slice_seconds
        low, high = history.bounds(start)
        moved = low if start - low <= high - start else high
        assert abs(moved - start) <= LARGEST_SHIFT_RATIO * length
        expected = whole.sum(moved, now)
        assert history.sum(moved, now) == expected
        seen = ObservedSlices(history, None, at(now), timedelta(seconds=slice_seconds), 0).last(timedelta(0, length))
        if length > 20 * slice_seconds:
            assert isinstance(seen, Measurement)
            assert not seen.approximate
            assert (seen.counts.bad, seen.counts.total) == (expected.bad, expected.total)


def test_short_windows_stay_what_they_were_to_the_slice() -> None:
    full = course(NOW // HOUR * HOUR - 12 * DAY, NOW, MINUTE)
    history, whole = kept(full, NOW), History.of(full)
    for now in range(NOW, NOW + HOUR, 7 * MINUTE):
        for length in (5 * MINUTE, HOUR, 6 * HOUR):
            assert history.sum(now - length, now) == whole.sum(now - length, now)


@pytest.mark.parametrize("window", [KOLKATA, PARIS, CalendarWindow(Period.WEEK, "America/St_Johns")])
@pytest.mark.parametrize("age", [timedelta(days=2), timedelta(days=20), timedelta(days=200)])
def test_a_period_begins_with_a_slice(window: CalendarWindow, age: timedelta) -> None:
    """At midnight in its own zone, be it half an hour off; also when its beginning is so old that days are kept."""
    start_at = span(window, at(NOW)).start_at
    start, now = round(start_at.timestamp()), round((start_at + age).timestamp())
    full = course(start // HOUR * HOUR - 2 * DAY, start // HOUR * HOUR + 3 * DAY, 15 * MINUTE)
    cuts = beginnings(window, start - 300 * DAY, now)
    history = kept(full, now, cuts=cuts)
    assert history.bounds(start) == (start, start)
    assert history.sum(start, now) == History.of(full).sum(start, now)


def test_periods_begin_at_midnight_whatever_the_clock_does() -> None:
    found = [at(time).isoformat() for time in beginnings(PARIS, 1_700_000_000, NOW)]
    assert found == ["2023-12-31T23:00:00+00:00", "2024-12-31T23:00:00+00:00", "2025-12-31T23:00:00+00:00"]
    assert beginnings(RollingWindow(timedelta(days=30)), 0, NOW) == ()
    october = beginnings(CalendarWindow(Period.MONTH, "Europe/Paris"), 1_790_000_000, 1_794_000_000)
    assert [at(time).hour for time in october] == [22, 23]


@pytest.mark.parametrize("length", [60, 300, 600, 900, 3_600])
def test_a_timeslice_is_known_however_old_it_is(length: int) -> None:
    full = course(NOW // HOUR * HOUR - 10 * DAY, NOW, MINUTE)
    history, whole = kept(full, NOW, longest_step=length), History.of(full)
    for start in range(NOW // HOUR * HOUR - 10 * DAY, NOW // HOUR * HOUR, 37 * length):
        assert history.sum(start, start + length) == whole.sum(start, start + length)


def test_a_window_in_the_past_is_exact_where_its_slices_are_kept_finely_enough() -> None:
    """A week that ended in the middle of an hour, ten days ago, ends with the hour before; five minutes are a guess."""
    full = course(NOW // HOUR * HOUR - 20 * DAY, NOW, MINUTE)
    past = at(NOW // HOUR * HOUR - 10 * DAY + 1_500)
    observed = ObservedSlices(kept(full, NOW), None, past, timedelta(seconds=MINUTE), 0)
    week, short = observed.last(timedelta(days=7)), observed.last(timedelta(minutes=5))
    assert isinstance(week, Measurement)
    assert not week.approximate
    end = NOW // HOUR * HOUR - 10 * DAY
    expected = History.of(full).sum(end - 7 * DAY, end)
    assert (week.counts.bad, week.counts.total) == (expected.bad, expected.total)
    assert isinstance(short, Measurement)
    assert short.approximate


@given(st.integers(0, 10**9), st.sampled_from([60, 300, 600, 900, 1_200, 3_600]), st.sampled_from([None, 900, 3_600]))
def test_bands_lie_end_to_end_and_get_coarser(now: int, slice_seconds: int, longest_step: int | None) -> None:
    found = bands(RETENTION, now, slice_seconds, longest_step)
    for newer, older in pairwise(found):
        assert older.end == newer.start
        assert older.step >= newer.step
    for band in found:
        assert band.step % slice_seconds == 0
        assert longest_step is None or longest_step % band.step == 0 or band.step <= slice_seconds
        assert band.end <= now - 6 * HOUR


@pytest.mark.parametrize(
    ("step", "slice_seconds", "longest", "expected"),
    [
        (300, 60, None, 300),
        (300, 240, None, 240),
        (3_600, 240, None, 3_600),
        (3_600, 60, 900, 900),
        (300, 60, 900, 300),
        (300, 60, 240, 60),
        (300, 60, 60, 60),
        (DAY, 60, 3_600, 3_600),
    ],
)
def test_steps_fit_slices_and_timeslices(step: int, slice_seconds: int, longest: int | None, expected: int) -> None:
    assert fitting(step, slice_seconds, longest) == expected


@pytest.mark.parametrize(
    ("hours", "minutes"), [(1, 1), (6, 1), (7, 5), (72, 5), (73, 60), (90 * 24, 60), (91 * 24, 1440)]
)
def test_the_older_the_coarser(hours: int, minutes: int) -> None:
    assert kept_step(timedelta(hours=hours), RETENTION, timedelta(minutes=1)) == timedelta(minutes=minutes)


@given(st.lists(st.integers(0, 2**50), min_size=1, max_size=30), st.lists(st.integers(0, 30), max_size=3))
def test_rolling_up_keeps_sums_and_is_done_once(counts: list[int], marks: list[int]) -> None:
    slices = [Slice(MINUTE * place, MINUTE, 1.0, float(count)) for place, count in enumerate(counts)]
    cuts = sorted({MINUTE * mark for mark in marks})
    rolled = rolled_up(slices, 600, cuts)
    assert sum(part.total for part in rolled) == sum(counts)
    assert rolled_up(rolled, 600, cuts) == rolled
    history = History.of(slices)
    history.roll_up(Band(0, HOUR, 600), cuts)
    assert list(history.slices(0, HOUR)) == rolled
