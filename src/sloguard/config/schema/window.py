"""Over what time a promise is kept: a duration, or a period of the calendar."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PrivateAttr

from sloguard.config.codes import values
from sloguard.config.fields import RollingLength, Zone, read_rolling
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from sloguard.model.window import Window as ModelWindow


class WindowEntry(Entry):
    """A period of the calendar. Each has a budget of its own, which begins anew with the next."""

    calendar: Literal["week", "month", "quarter", "year"] = Field(
        description="The period: a week begins on Monday, a quarter in January, April, July or October."
    )
    timezone: Zone = Field("UTC", description="IANA name of the time zone whose midnight begins the period.")
    _length: timedelta | None = PrivateAttr(default=None)

    @staticmethod
    def rolling(length: timedelta) -> "WindowEntry":
        """A duration was written instead."""
        entry = WindowEntry.model_construct(calendar="month")
        entry._length = length  # noqa: SLF001 - its own, which no key of the file can set
        return entry

    @property
    def value(self) -> ModelWindow:
        if self._length is not None:
            return RollingWindow(self._length)
        return CalendarWindow(Period(self.calendar), self.timezone)


def _read_window(value: object) -> object:
    if isinstance(value, dict | WindowEntry):
        return value
    if isinstance(value, list):
        do = "Use a rolling window such as 30d, or {calendar: month, timezone: Europe/Paris}."
        raise refusal(values.WINDOW, "must be a duration or a calendar period", do)
    return WindowEntry.rolling(read_rolling(value))


Window = Annotated[WindowEntry, BeforeValidator(_read_window, json_schema_input_type=RollingLength | WindowEntry)]
