"""What each day spent of a budget, and what was left at its end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjustments, adjustments
from sloguard.evaluation.daily import budget_history, days
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import Observed, ObservedSlices
from sloguard.evaluation.status import slo_status
from sloguard.model.measurement import Counts, NoDataReason, Slice
from sloguard.model.slo import Slo
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from tests.evaluation.test_status import SLO
from tests.support.adjustments import exclusion

HOUR = 3_600
DAY = 24 * HOUR
START = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
WEEKLY = replace(SLO, window=RollingWindow(timedelta(days=7)))
PARIS = replace(SLO, window=CalendarWindow(Period.MONTH, "Europe/Paris"))


def at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def knowing(history: History, applying: Adjustments = NOTHING_ADJUSTED) -> Callable[[datetime], Observed]:
    return lambda now: ObservedSlices(history, None, now, timedelta(hours=1), START, applying)


def hours(count: int, bad: Callable[[int], float | None], start: int = START) -> History:
    """So many hours of 100 events each; None for an hour that was not seen."""
    rows = [(hour, bad(hour)) for hour in range(count)]
    return History.of(Slice(start + HOUR * hour, HOUR, each, 100.0) for hour, each in rows if each is not None)


def test_days_begin_at_midnight_and_end_with_now() -> None:
    found = list(days(at(START + 5 * HOUR), at(START + DAY + HOUR), "UTC"))
    assert [(each.start_at, each.end_at) for each in found] == [
        (at(START), at(START + DAY)),
        (at(START + DAY), at(START + DAY + HOUR)),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 6, 1), 24),
        ("Asia/Kolkata", date(2026, 6, 1), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),
    ],
)
def test_days_are_as_long_as_the_clocks_say(zone: str, day: date, length: int) -> None:
    """In Cairo the clocks skip midnight itself."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    first, *_ = days(noon.astimezone(UTC), noon.astimezone(UTC) + timedelta(days=2), zone)
    assert first.end_at - first.start_at == timedelta(hours=length)


@given(st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata", "Africa/Cairo", "America/St_Johns"]), st.data())
@settings(max_examples=50, deadline=None)
def test_days_meet_and_leave_nothing_out(zone: str, data: st.DataObject) -> None:
    since = at(data.draw(st.integers(START - 400 * DAY, START)))
    until = since + timedelta(seconds=data.draw(st.integers(1, 40 * DAY)))
    found = list(days(since, until, zone))
    assert found[0].start_at <= since < found[0].end_at
    assert found[-1].end_at == until
    assert all(one.end_at == other.start_at for one, other in pairwise(found))
    assert len({each.start_at.astimezone(ZoneInfo(zone)).date() for each in found}) == len(found)


def test_a_day_says_what_it_spent_and_what_was_left() -> None:
    """Of a window of 7 d with 16,800 events 1 % may be bad: 168. The third day has 84 of them."""
    history = hours(10 * 24, lambda hour: 3.5 if hour // 24 == 8 else 0.0)
    slo = replace(WEEKLY, objective_ratio=Decimal("0.99"))
    found = budget_history(slo, knowing(history), at(START + 7 * DAY), at(START + 10 * DAY))
    assert found.zone == "UTC"
    assert [each.day for each in found.days] == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 10)]
    assert [each.counts for each in found.days] == [Counts(0.0, 2400.0), Counts(84.0, 2400.0), Counts(0.0, 2400.0)]
    assert [each.spent_ratio for each in found.days] == [0.0, pytest.approx(0.5), 0.0]
    assert [each.remaining_ratio for each in found.days] == [1.0, pytest.approx(0.5), pytest.approx(0.5)]
    assert all(each.whole and each.coverage_ratio == 1.0 and not each.approximate for each in found.days)


def test_a_day_that_was_not_seen_is_no_data_and_no_zero() -> None:
    history = hours(9 * 24, lambda hour: None if hour // 24 == 7 else 0.0)
    quiet, after = budget_history(WEEKLY, knowing(history), at(START + 7 * DAY), at(START + 9 * DAY)).days
    assert (quiet.counts, quiet.success_ratio, quiet.spent_ratio) == (None, None, None)
    assert quiet.no_data is NoDataReason.LOW_COVERAGE
    assert quiet.coverage_ratio == 0.0
    assert after.counts == Counts(0.0, 2400.0)
    before = budget_history(WEEKLY, knowing(history), at(START - DAY), at(START)).days
    assert [each.no_data for each in before] == [NoDataReason.NEVER_SEEN]


def test_a_day_without_events_spent_nothing() -> None:
    history = History.of([Slice(START, DAY, 0.0, 0.0)])
    (day,) = budget_history(WEEKLY, knowing(history), at(START), at(START + DAY)).days
    assert (day.counts, day.success_ratio, day.spent_ratio, day.remaining_ratio) == (Counts(0.0, 0.0), None, 0.0, 1.0)


def test_the_day_that_is_not_over_is_told() -> None:
    history = hours(36, lambda _: 0.0)
    whole, part = budget_history(WEEKLY, knowing(history), at(START), at(START + 36 * HOUR)).days
    assert (whole.whole, part.whole) == (True, False)
    assert part.counts == Counts(0.0, 1200.0)


def test_the_day_of_the_first_sample_counts_by_what_of_it_could_be_seen() -> None:
    """Seven hours of a day, burning at half the pace that the objective allows, of a window of a week."""
    half = float(WEEKLY.budget_ratio) * 100 / 2
    history = hours(31, lambda _: half, START + 17 * HOUR)
    first, second = budget_history(WEEKLY, knowing(history), at(START), at(START + 2 * DAY)).days
    assert (first.first_seen_at, first.whole) == (at(START + 17 * HOUR), False)
    assert first.counts is not None
    assert first.counts.bad == pytest.approx(7 * half)
    assert first.counts.total == 700
    assert first.coverage_ratio == pytest.approx(7 / 24)
    assert first.no_data is None
    assert first.spent_ratio == pytest.approx(0.5 * 7 / 168), "not half of a budget that seven hours have made"
    assert (second.first_seen_at, second.whole, second.coverage_ratio) == (None, True, 1.0)
    assert second.spent_ratio == pytest.approx(0.5 * 24 / 168), "the window still has no more than 31 of its 168 hours"
    assert first.remaining_ratio == second.remaining_ratio == pytest.approx(0.5), "as the status says it"


def test_a_day_is_whole_if_the_first_sample_is_of_its_beginning() -> None:
    (day,) = budget_history(WEEKLY, knowing(hours(24, lambda _: 0.0)), at(START), at(START + DAY)).days
    assert (day.first_seen_at, day.whole, day.coverage_ratio) == (None, True, 1.0)


def test_the_first_day_within_a_period_spends_of_the_period_so_far() -> None:
    """October began in Paris 22 h before START's day does; the first sample is of the third local day, at noon."""
    beginning = int(datetime(2026, 9, 30, 22, tzinfo=UTC).timestamp())
    full = float(PARIS.budget_ratio) * 100
    history = hours(36, lambda _: full, beginning + 60 * HOUR)
    first, second = budget_history(PARIS, knowing(history), at(beginning + 60 * HOUR), at(beginning + 96 * HOUR)).days
    assert (first.day, first.coverage_ratio) == (date(2026, 10, 3), 0.5)
    assert first.spent_ratio == pytest.approx(12 / 72)
    assert second.spent_ratio == pytest.approx(24 / 96)


def test_what_is_excluded_was_not_to_be_seen_on_the_first_day_either() -> None:
    history = hours(7, lambda _: 0.0, START + 17 * HOUR)
    applying = adjustments([exclusion(START, START + 10 * HOUR)])
    (day,) = budget_history(WEEKLY, knowing(history, applying), at(START), at(START + DAY)).days
    assert day.coverage_ratio == pytest.approx(7 / 14)
    all_of_it = adjustments([exclusion(START, START + DAY)])
    (day,) = budget_history(WEEKLY, knowing(history, all_of_it), at(START), at(START + DAY)).days
    assert (day.counts, day.spent_ratio, day.coverage_ratio) == (Counts(0.0, 0.0), 0.0, 1.0)


@given(st.integers(1, 23), st.integers(1, 240), st.floats(0, 5))
@settings(max_examples=50, deadline=None)
def test_a_steady_pace_spends_each_hour_the_same_part_of_a_rolling_window(begun: int, count: int, pace: float) -> None:
    """However young the SLO: a pace of 1 over the whole window spends all of its budget."""
    history = hours(count, lambda _: pace * float(WEEKLY.budget_ratio) * 100, START + begun * HOUR)
    found = budget_history(WEEKLY, knowing(history), at(START), at(START + (begun + count) * HOUR)).days
    for day in found:
        if day.counts is not None:
            assert day.spent_ratio == pytest.approx(pace * day.counts.total / 100 / 168, abs=1e-9)


def test_the_last_day_of_a_period_still_has_its_budget() -> None:
    """October ends in Paris an hour before UTC's, and has 745 hours."""
    start = int(datetime(2026, 9, 30, 22, tzinfo=UTC).timestamp())
    history = hours(800, lambda _: 0.5, start)
    found = budget_history(PARIS, knowing(history), at(start + 740 * HOUR), at(start + 760 * HOUR)).days
    assert [(each.day, each.end_at) for each in found] == [
        (date(2026, 10, 31), at(start + 745 * HOUR)),
        (date(2026, 11, 1), at(start + 760 * HOUR)),
    ]
    allowed = float(PARIS.budget_ratio) * 100
    assert found[0].remaining_ratio == pytest.approx(1 - 0.5 / allowed)
    assert found[0].spent_ratio == pytest.approx(0.5 * 24 / (745 * allowed))
    assert found[1].spent_ratio == pytest.approx(0.5 / allowed), "November's budget is its own"


def test_what_is_excluded_is_out_of_its_day_and_told() -> None:
    history = hours(9 * 24, lambda hour: 100.0 if hour // 24 == 7 else 0.0)
    applying = adjustments([exclusion(START + 7 * DAY, START + 7 * DAY + 12 * HOUR)])
    broken, after = budget_history(WEEKLY, knowing(history, applying), at(START + 7 * DAY), at(START + 9 * DAY)).days
    assert (broken.adjusted, after.adjusted) == (True, False)
    assert broken.counts == Counts(1200.0, 1200.0)
    assert broken.coverage_ratio == 1.0


@given(st.lists(st.integers(0, 100), min_size=48, max_size=400), st.integers(0, 23), st.sampled_from([WEEKLY, PARIS]))
@settings(max_examples=50, deadline=None)
def test_the_days_add_up_to_the_whole_and_end_as_the_status_says(bad: list[int], shift: int, slo: Slo) -> None:
    history = hours(len(bad), lambda hour: float(bad[hour]), START + shift * HOUR)
    end = at(START + (shift + len(bad)) * HOUR)
    found = budget_history(slo, knowing(history), at(START), end).days
    seen = [each.counts for each in found if each.counts]
    assert sum(each.bad for each in seen) == sum(bad)
    assert sum(each.total for each in seen) == 100 * len(bad)
    status = slo_status(slo, knowing(history)(end), (), None)
    assert status.budget is not None
    assert found[-1].remaining_ratio == status.budget.remaining_ratio
