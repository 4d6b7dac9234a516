"""Windows by the calendar, in zones that change their clocks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.evaluation.windows import longest, span
from sloguard.model.window import CalendarWindow, Period, RollingWindow


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "zone", "now", "start", "end"),
    [
        (Period.WEEK, "UTC", "2026-11-22T03:00", "2026-11-16T00:00", "2026-11-23T00:00"),
        (Period.MONTH, "UTC", "2026-11-22T03:00", "2026-11-01T00:00", "2026-12-01T00:00"),
        (Period.MONTH, "UTC", "2026-12-31T23:59", "2026-12-01T00:00", "2027-01-01T00:00"),
        (Period.QUARTER, "UTC", "2026-11-22T03:00", "2026-10-01T00:00", "2027-01-01T00:00"),
        (Period.YEAR, "UTC", "2026-11-22T03:00", "2026-01-01T00:00", "2027-01-01T00:00"),
        # Summer time ends within October: the month has 31 days and an hour.
        (Period.MONTH, "Europe/Paris", "2026-10-31T12:00", "2026-09-30T22:00", "2026-10-31T23:00"),
        # And begins within March: 31 days less an hour.
        (Period.MONTH, "Europe/Paris", "2026-03-10T12:00", "2026-02-28T23:00", "2026-03-31T22:00"),
        (Period.WEEK, "America/New_York", "2026-03-08T12:00", "2026-03-02T05:00", "2026-03-09T04:00"),
        # Just before and just after midnight in Tokyo.
        (Period.MONTH, "Asia/Tokyo", "2026-10-31T14:59", "2026-09-30T15:00", "2026-10-31T15:00"),
        (Period.MONTH, "Asia/Tokyo", "2026-10-31T15:00", "2026-10-31T15:00", "2026-11-30T15:00"),
        # Samoa skipped the 30th of December, and was in 2012 already at this instant.
        (Period.YEAR, "Pacific/Apia", "2011-12-31T12:00", "2011-12-31T10:00", "2012-12-31T10:00"),
    ],
)
def test_periods(period: Period, zone: str, now: str, start: str, end: str) -> None:
    found = span(CalendarWindow(period, zone), utc(now))
    assert (found.start_at, found.end_at) == (utc(start), utc(end))


ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


@given(st.sampled_from(Period), ZONES, INSTANTS)
def test_periods_hold_their_instant_and_follow_each_other(period: Period, zone: str, now: datetime) -> None:
    window = CalendarWindow(period, zone)
    found = span(window, now)
    assert found.start_at <= now < found.end_at
    assert found.end_at - found.start_at <= longest(window)
    assert span(window, found.end_at).start_at == found.end_at
    assert span(window, found.start_at) == found
    assert 0 <= found.elapsed_ratio(now) < 1


def test_a_rolling_window_ends_now() -> None:
    now = utc("2026-11-22T03:00")
    found = span(RollingWindow(timedelta(days=30)), now)
    assert (found.start_at, found.end_at) == (now - timedelta(days=30), now)
    assert found.elapsed_ratio(now) == 1.0
