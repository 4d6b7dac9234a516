"""What a recount has changed: what was known of a span before, and what is known of it now."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a span of time."""

    bad: float
    total: float
    seen_seconds: int
    bridged_seconds: int = 0
    """Of the time seen: so much of which only the sum is known."""


@dataclass(frozen=True, slots=True)
class Recounted:
    """One SLO's counts between two instants (Unix seconds), replaced by better ones."""

    slo_id: str
    start: int
    end: int
    before: Known
    after: Known


@dataclass(frozen=True, slots=True)
class RecountRecord:
    """An entry of the journal."""

    at: datetime
    change: Recounted
