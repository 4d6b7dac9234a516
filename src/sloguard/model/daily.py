"""How an SLO's error budget went, day by day."""

from dataclasses import dataclass
from datetime import date, datetime

from sloguard.model.measurement import Counts, NoDataReason
from sloguard.model.slo import Slo


@dataclass(frozen=True, slots=True)
class BudgetDay:
    """One day, and how the budget stood at its end. Absent numbers are None."""

    day: date
    """In the history's time zone."""
    start_at: datetime
    end_at: datetime
    whole: bool
    """False for the day that is not over yet."""
    counts: Counts | None
    """None where too little of the day was seen; `no_data` says why."""
    spent_ratio: float | None
    """So much of the window's budget, as it was at the day's end, are the day's bad events."""
    remaining_ratio: float | None
    """Of the window that was in force at the day's end; negative when overspent."""
    coverage_ratio: float
    approximate: bool
    adjusted: bool
    """Exclusions or corrections have a part in the day's own numbers."""
    no_data: NoDataReason | None = None

    @property
    def success_ratio(self) -> float | None:
        return self.counts.good / self.counts.total if self.counts and self.counts.total else None


@dataclass(frozen=True, slots=True)
class BudgetHistory:
    slo: Slo
    zone: str
    """IANA name of the time zone in which its days begin at midnight."""
    days: tuple[BudgetDay, ...]
    """The oldest first."""
