"""Maintenance as it is planned in slo.yaml: once, or again and again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class Maintenance:
    name: str
    """Unique."""
    starts_at: datetime
    """Naive: local wall time in `zone`. If it is repeated, the first time, and the time of day."""
    duration: timedelta
    """Of real time: three hours stay three hours when the clocks change."""
    services: frozenset[str] = frozenset()
    """Names; `*` stands for all."""
    slos: frozenset[str] = frozenset()
    """Ids as declared; that of an SLO with groups means all of them."""
    rrule: str = ""
    """An RFC 5545 recurrence rule that was checked; empty for once."""
    zone: str = "UTC"
    reason: str = ""

    def concerns(self, service: str, declared_id: str) -> bool:
        return declared_id in self.slos or service in self.services or EVERYTHING in self.services
