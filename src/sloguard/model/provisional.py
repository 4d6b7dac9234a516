"""What stands in for the counts of a window until its history is replayed."""

from dataclasses import dataclass
from datetime import datetime

from sloguard.model.measurement import Counts


@dataclass(frozen=True, slots=True)
class ProvisionalCount:
    """What Prometheus answered when it was asked for the whole window at once."""

    start_at: datetime
    """Of the window that was asked for."""
    asked_at: datetime
    """Its end."""
    counts: Counts | None
    why: str = ""
    """Why there are none, in half a sentence; empty where there are."""
