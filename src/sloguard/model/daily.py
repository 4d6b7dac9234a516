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
    over: bool
    """False for the day that goes on."""
    counts: Counts | None
    """None where too little of the day was seen; `no_data` says why."""
    spent_ratio: float | None
    """So much of the budget of the window that was in force at the day's end are the day's bad events.

    A window that had begun before the SLO's first sample counts as if it had been like the part that was seen.
    """
    remaining_ratio: float | None
    """Of the window that was in force at the day's end; negative when overspent."""
    coverage_ratio: float
    """Time seen / time of the day so far, 0..1."""
    approximate: bool
    adjusted: bool
    """Exclusions or corrections have a part in the day's own numbers."""
    no_data: NoDataReason | None = None
    first_seen_at: datetime | None = None
    """The SLO's first sample, if it is of this day: nothing before it was to be expected."""

    @property
    def whole(self) -> bool:
        """It is over, and was to be seen from its beginning."""
        return self.over and self.first_seen_at is None

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
