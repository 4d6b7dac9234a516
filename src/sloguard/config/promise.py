"""What an SLO promises, as far as its alerting depends on it."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sloguard.config.nodes import Path


@dataclass(frozen=True, slots=True)
class Promise:
    """What tiers depend on, of one SLO."""

    id: str
    path: Path
    objective_ratio: Decimal
    window: timedelta
    timeslice: timedelta | None = None
    """Length of its timeslices, if they are what is counted: its tiers' windows consist of whole ones."""

    @property
    def budget_ratio(self) -> Decimal:
        return 1 - self.objective_ratio

    def place(self, declared: Path) -> Path:
        """Where to report a problem with what is declared somewhere: there, if that is the SLO's own, or at the SLO."""
        return declared if declared[: len(self.path)] == self.path else self.path
