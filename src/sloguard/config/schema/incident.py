"""What a file of incidents may say."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainValidator

from sloguard.config.codes import files
from sloguard.config.fields import as_number
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry

_DO = "Write a time with its zone, such as 2026-11-22T03:00:00Z, or Unix seconds."


def _read_instant(value: object) -> datetime:
    number = as_number(value)
    at = _of_unix(number) if number is not None else _of_text(value)
    if at is None:
        raise refusal(files.INCIDENT_TIME, "is not a time", _DO)
    return at


def _of_unix(seconds: Decimal) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _of_text(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


Instant = Annotated[datetime, PlainValidator(_read_instant)]


class IncidentEntry(Entry):
    """One incident."""

    start_at: Instant = Field(alias="from")
    end_at: Instant = Field(alias="to")
    service: str = ""
    slo: str = ""
    name: str = ""
