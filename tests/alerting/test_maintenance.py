"""When a maintenance is under way: once, again and again, and when the clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.alerting.maintenance import end_of_maintenance
from sloguard.alerting.standing import muted
from sloguard.model.maintenance import Maintenance
from sloguard.model.matcher import parse_matcher
from sloguard.model.quiet import Muted, Quiet, QuietReason, Silence

HOUR = timedelta(hours=1)
wall = datetime.fromisoformat
"""A day and time of some zone."""
ONCE = Maintenance("once", wall("2026-12-05T23:00"), 3 * HOUR)
WEEKLY = Maintenance("weekly", wall("2026-01-03T02:00"), 2 * HOUR, rrule="FREQ=WEEKLY;BYDAY=SA", zone="Europe/Paris")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type] # a date's parts


@pytest.mark.parametrize(
    ("window", "now", "end"),
    [
        (ONCE, utc(2026, 12, 5, 22, 59), None),
        (ONCE, utc(2026, 12, 5, 23), utc(2026, 12, 6, 2)),
        (ONCE, utc(2026, 12, 6, 1, 59), utc(2026, 12, 6, 2)),
        (ONCE, utc(2026, 12, 6, 2), None),
        (ONCE, utc(2026, 12, 12, 23), None),
        # In winter 02:00 in Paris is 01:00 UTC, in summer 00:00.
        (WEEKLY, utc(2026, 1, 10, 1), utc(2026, 1, 10, 3)),
        (WEEKLY, utc(2026, 7, 4, 0), utc(2026, 7, 4, 2)),
        (WEEKLY, utc(2026, 7, 4, 2), None),
        (WEEKLY, utc(2026, 7, 5, 1), None),
        (WEEKLY, utc(2025, 12, 27, 1, 30), None),
    ],
)
def test_when_it_is_under_way(window: Maintenance, now: datetime, end: datetime | None) -> None:
    assert end_of_maintenance(window, now) == end


def test_when_the_clocks_change() -> None:
    daily = Maintenance("daily", wall("2026-03-01T02:30"), HOUR, rrule="FREQ=DAILY", zone="Europe/Paris")
    # On 29 March there is no 02:30: it begins at 03:30, which is 01:30 UTC.
    assert end_of_maintenance(daily, utc(2026, 3, 28, 1, 30)) == utc(2026, 3, 28, 2, 30)
    assert end_of_maintenance(daily, utc(2026, 3, 29, 1, 29)) is None
    assert end_of_maintenance(daily, utc(2026, 3, 29, 1, 30)) == utc(2026, 3, 29, 2, 30)
    assert end_of_maintenance(daily, utc(2026, 3, 30, 0, 30)) == utc(2026, 3, 30, 1, 30)
    # On 25 October 02:30 comes twice, the maintenance once.
    assert end_of_maintenance(daily, utc(2026, 10, 25, 0, 30)) == utc(2026, 10, 25, 1, 30)
    assert end_of_maintenance(daily, utc(2026, 10, 25, 1, 30)) is None


def test_it_may_last_for_days_and_overlap() -> None:
    long = Maintenance("long", wall("2026-01-01T00:00"), timedelta(days=10), rrule="FREQ=WEEKLY")
    assert end_of_maintenance(long, utc(2026, 1, 9)) == utc(2026, 1, 18)
    assert end_of_maintenance(long, utc(2026, 1, 7)) == utc(2026, 1, 11)


def test_until_ends_it() -> None:
    short = Maintenance("short", wall("2026-01-01T05:00"), HOUR, rrule="FREQ=DAILY;UNTIL=20260103T050000")
    assert end_of_maintenance(short, utc(2026, 1, 3, 5, 30)) is not None
    assert end_of_maintenance(short, utc(2026, 1, 4, 5, 30)) is None


@given(
    st.datetimes(wall("2026-01-03T00:00"), wall("2027-06-01T00:00")),
    st.sampled_from(["Europe/Paris", "America/New_York"]),
)
def test_a_daily_one_is_under_way_for_its_duration_each_day(now: datetime, zone: str) -> None:
    """Against the plain definition, for a time of day that no change of the clocks touches."""
    from zoneinfo import ZoneInfo

    daily = Maintenance("daily", wall("2026-01-01T22:00"), 4 * HOUR, rrule="FREQ=DAILY", zone=zone)
    instant = now.replace(tzinfo=UTC)
    local = instant.astimezone(ZoneInfo(zone))
    begun = [
        datetime(day.year, day.month, day.day, 22, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in (local.date(), local.date() - timedelta(days=1))
    ]
    expected = any(start <= instant < start + 4 * HOUR for start in begun)
    assert (end_of_maintenance(daily, instant) is not None) is expected


def test_all_that_is_in_force_is_told_by_its_end_whether_or_not_anything_fires() -> None:
    now = utc(2026, 12, 5, 23)
    matchers = (parse_matcher("slo=shop/a"), parse_matcher("severity=ticket"))
    silence = Silence(matchers, now, now + HOUR, "ann", "deploy", 7)
    planned = replace(silence, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    moves = replace(ONCE, services=frozenset({"shop"}), slos=frozenset({"db/up"}), reason="new racks")
    everywhere = replace(ONCE, name="night", services=frozenset({"*"}))
    assert muted([silence, planned], [moves, everywhere, WEEKLY], now) == (
        Muted('slo="shop/a", severity="ticket"', Quiet(QuietReason.SILENCED, "7", "ann: deploy", now + HOUR)),
        Muted("all services", Quiet(QuietReason.MAINTENANCE, "night", "", now + 3 * HOUR)),
        Muted("db/up, shop", Quiet(QuietReason.MAINTENANCE, "once", "new racks", now + 3 * HOUR)),
    )
    assert muted([silence], [moves], now + 4 * HOUR) == ()
