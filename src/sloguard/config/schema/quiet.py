"""When alerts are not told, or are told together, and how often they are told again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from sloguard.config.codes import quiet, shape
from sloguard.config.fields import Duration, Positive, References, SecretText, Text, Zone, read_duration
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry
from sloguard.model.duration import format_duration
from sloguard.model.policy import Severity
from sloguard.model.settings import DEFAULT_REMINDERS, Folding

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_FOLDING = Folding()
_A_FILE = "A file that holds it; relative to the configuration's directory."


def _read_start(value: object) -> datetime:
    """As it stands in the file: with an offset, or without."""
    do = "Write it like 2026-12-05T02:00, in the time of `timezone`."
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or not _FIRST_YEAR <= at.year < _LAST_YEAR:
        what = f"must be a day and time between {_FIRST_YEAR} and {_LAST_YEAR}"
        raise refusal(quiet.MAINTENANCE, what, do)
    return at if at.tzinfo is None else at.astimezone(UTC)


Start = Annotated[datetime, PlainValidator(_read_start), WithJsonSchema({"type": "string", "x-takes": "day and time"})]


class MaintenanceEntry(Entry):
    """A time in which alerts are kept and shown, but not told. What still fires at its end is told then."""

    name: Text = Field(description="Unique, at most 100 characters.")
    starts_at: Start = Field(
        description="Day and time, like `2026-12-05T02:00`, in `timezone` unless it has an offset. Of what is repeated "
        "it is the first time, and the time of day."
    )
    duration: Duration = Field(description="At most 31d. Real time: three hours stay three when the clocks change.")
    services: References = Field(default=[], description="Services that it concerns; `*` for all.")
    slos: References = Field(default=[], description="SLOs that it concerns, as `service/slo`.")
    rrule: Text = Field(
        "",
        description="How it is repeated, as RFC 5545 writes it: `FREQ=WEEKLY;BYDAY=SA`. With FREQ (DAILY to YEARLY), "
        "INTERVAL up to 100, BYDAY, BYMONTH, WKST and UNTIL; of months and years also BYMONTHDAY, or BYSETPOS. "
        "Without it, it takes place once.",
    )
    timezone: Zone = Field("UTC", description="IANA name of the time zone in whose wall time it is planned.")
    reason: Text = Field("", description="It stands beside what is held back.")


class FoldingEntry(Entry):
    """Alerts of one service that fire together are one incident for each receiver, and so is a storm over many."""

    within: Duration = Field(
        _FOLDING.within,
        description="So long after it was opened, or joined last, an alert may join an incident; for an hour at most.",
        json_schema_extra={"default": format_duration(_FOLDING.within)},
    )
    more_than: Positive = Field(
        Decimal(_FOLDING.more_than),
        description="So many incidents of different services are told on their own within that time; what comes "
        "beyond joins them. 1 to 100.",
        json_schema_extra={"default": _FOLDING.more_than},
    )


NO_FOLDING = FoldingEntry.model_construct()
NEVER = timedelta(0)
"""These stand for the word `none`."""


def _folding(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    if isinstance(value, str):
        if value != "none":
            raise refusal(shape.CHOICE, "must be `none`, or a mapping", "Use one of these.")
        return NO_FOLDING
    return handler(value)


FoldingOrNone = Annotated[FoldingEntry, WrapValidator(_folding, json_schema_input_type=Literal["none"] | FoldingEntry)]


def _read_interval(value: object) -> timedelta:
    return NEVER if value == "none" else read_duration(value)


Interval = Annotated[
    timedelta,
    PlainValidator(_read_interval),
    WithJsonSchema({"type": "string", "x-takes": "duration, or `none`"}),
]


def _usual(severity: Severity) -> str:
    return format_duration(DEFAULT_REMINDERS[severity]) if severity in DEFAULT_REMINDERS else "none"


class RemindersEntry(Entry):
    """By severity, how long after anything was said last. Not of what is acknowledged, silenced or in maintenance."""

    page: Interval | None = Field(
        None, description="At least 5m, or `none`.", json_schema_extra={"default": _usual(Severity.PAGE)}
    )
    ticket: Interval | None = Field(
        None, description="At least 5m, or `none`.", json_schema_extra={"default": _usual(Severity.TICKET)}
    )
    info: Interval | None = Field(
        None, description="At least 5m, or `none`.", json_schema_extra={"default": _usual(Severity.INFO)}
    )


class WebEntry(Entry):
    """The page and the API are for reading, unless there is a token."""

    api_token: SecretText | None = Field(
        None,
        description="Whoever sends it (`Authorization: Bearer …`) may silence and acknowledge alerts by the API; "
        "at least 16 characters. Without one nobody may.",
    )
    api_token_file: Text | None = Field(None, description=_A_FILE)
