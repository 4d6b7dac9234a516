"""Over what time a promise is kept: the last so many days, or the calendar's week, month, quarter or year."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sloguard.model.duration import format_duration


class Period(StrEnum):
    WEEK = "week"
    """Begins on Monday."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_NOMINAL_DAYS = {Period.WEEK: 7, Period.MONTH: 30, Period.QUARTER: 90, Period.YEAR: 365}


@dataclass(frozen=True, slots=True)
class RollingWindow:
    length: timedelta

    @property
    def nominal(self) -> timedelta:
        return self.length

    def __str__(self) -> str:
        return format_duration(self.length)


@dataclass(frozen=True, slots=True)
class CalendarWindow:
    """From the period's beginning until now, in the zone's own time."""

    period: Period
    zone: str = "UTC"
    """IANA name."""

    @property
    def nominal(self) -> timedelta:
        """A usual length, by which alerting tiers are scaled."""
        return timedelta(days=_NOMINAL_DAYS[self.period])

    def __str__(self) -> str:
        return f"calendar {self.period} ({self.zone})"


Window = RollingWindow | CalendarWindow
