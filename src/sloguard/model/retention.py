"""How long counts are kept, and how finely: the older, the coarser."""

from dataclasses import dataclass
from datetime import timedelta

FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Retention:
    """Ages. Each is at least as great as the one before it."""

    slices: timedelta = timedelta(hours=6)
    """So long slices are kept as they were counted."""
    five_minutes: timedelta = timedelta(days=3)
    """Until this age they are kept as sums of five minutes."""
    hours: timedelta = timedelta(days=90)
    """Until this age as sums of hours."""
    days: timedelta = timedelta(days=400)
    """Until this age as sums of days; then they are deleted."""
    notifications: timedelta = timedelta(days=30)
    """So long a notification is kept after it was delivered, if its incident is over."""

    @property
    def levels(self) -> tuple[tuple[timedelta, timedelta], ...]:
        """From which age on time is kept in which steps, the finest first."""
        return ((self.slices, FIVE_MINUTES), (self.five_minutes, HOUR), (self.hours, DAY))
