"""The only place that asks what time it is."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    return time.monotonic()
