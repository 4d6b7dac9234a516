"""When an SLO's window begins and ends: rolling, or by the calendar of a time zone, daylight saving included."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from sloguard.model.window import CalendarWindow, Period, RollingWindow, Window


@dataclass(frozen=True, slots=True)
class Span:
    """`start <= time < end`; the end of a calendar period lies in the future."""

    start_at: datetime
    end_at: datetime

    def elapsed_ratio(self, now: datetime) -> float:
        """How much of the span is over, 0..1."""
        return min(1.0, max(0.0, (now - self.start_at) / (self.end_at - self.start_at)))


def span(window: Window, now: datetime) -> Span:
    """The window in force at an instant, in UTC."""
    match window:
        case RollingWindow(length=length):
            return Span(now - length, now)
        case CalendarWindow():
            local = now.astimezone(ZoneInfo(window.zone))
            return Span(_beginning(window, local).astimezone(UTC), _next_beginning(window, local).astimezone(UTC))
        case _:
            assert_never(window)


def beginnings(window: Window, start: int, end: int) -> tuple[int, ...]:
    """Where the window's periods begin in `start <= time < end` (Unix seconds); a rolling window has none."""
    if not isinstance(window, CalendarWindow):
        return ()
    found: list[int] = []
    period = span(window, datetime.fromtimestamp(start, UTC))
    while (beginning := round(period.end_at.timestamp())) < end:
        found.append(beginning)
        period = span(window, period.end_at)
    return tuple(found)


def longest(window: Window) -> timedelta:
    """How far back the window can ever reach: a quarter has up to 92 days, and a zone may gain an hour."""
    if isinstance(window, RollingWindow):
        return window.length
    return {Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92, Period.YEAR: 366}[window.period] * timedelta(
        days=1
    ) + timedelta(hours=2)


def longest_of(windows: Iterable[Window]) -> timedelta:
    """How far back any of the windows can ever reach; nothing if there is none."""
    return max((longest(window) for window in windows), default=timedelta(0))


def _beginning(window: CalendarWindow, local: datetime) -> datetime:
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    match window.period:
        case Period.WEEK:
            return midnight - timedelta(days=midnight.weekday())
        case Period.MONTH:
            return midnight.replace(day=1)
        case Period.QUARTER:
            return midnight.replace(day=1, month=_first_month_of_quarter(midnight.month))
        case Period.YEAR:
            return midnight.replace(day=1, month=1)
        case _:
            assert_never(window.period)


def _next_beginning(window: CalendarWindow, local: datetime) -> datetime:
    # Well inside of the next period: adding to local time is calendar arithmetic, which is what is meant here.
    inside = _beginning(window, local) + longest(window) + timedelta(days=1)
    return _beginning(window, inside)


def _first_month_of_quarter(month: int) -> int:
    return (month - 1) // 3 * 3 + 1
