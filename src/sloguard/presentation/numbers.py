"""Numbers as JSON has them: finite or null, whole where they are whole, never rounded."""

import math
from datetime import datetime, timedelta
from decimal import Decimal

from sloguard.presentation.words import rfc3339

_LARGEST_EXACT_INTEGER = 2**53
"""Above it neither a float nor a JavaScript number tells neighbours apart."""

Number = int | float | None


def number(value: float | Decimal | None) -> Number:
    """A JSON number: finite or null."""
    if value is None:
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def events(value: float | None) -> Number:
    """Whole numbers of events are written as such: 412, not 412.0."""
    if value is not None and math.isfinite(value) and value == int(value) and abs(value) <= _LARGEST_EXACT_INTEGER:
        return int(value)
    return number(value)


def seconds(length: timedelta | None) -> Number:
    return None if length is None else events(length.total_seconds())


def time(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
