"""Keeps the store small: rolls up and deletes what is past, in short transactions with room for others in between."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from sloguard.clock import monotonic_seconds
from sloguard.daemon.chores import Chore
from sloguard.evaluation.resolution import expired_before
from sloguard.ledger.upkeep import finenesses, of_groups, roll_ups
from sloguard.model.settings import Configuration
from sloguard.ports import LedgerReader, LedgerUpkeep

_log = structlog.get_logger(__name__)

_INTERVAL = timedelta(hours=1)
_FIRST = timedelta(minutes=5)
"""After the start of the daemon, which has other things to do first."""
_SHORTEST_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class UpkeepReport:
    """What was done."""

    complete: bool
    """False if it was stopped; what was done is kept."""
    rolled_up: int = 0
    """So many slices fewer, with the same sums."""
    expired: int = 0
    """Slices deleted, past their retention."""
    notifications: int = 0
    """Deleted, past their retention."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One run may be stopped, or killed, at any point, and goes on with the next one."""

    configuration: Configuration
    ledger: LedgerReader
    store: LedgerUpkeep
    wait: Callable[[float], bool]
    """Waits for so many seconds; whether it is time to stop."""

    def run(self, now: datetime) -> UpkeepReport:
        """Do all that is due at an instant, or at the end of what is counted if that is earlier.

        Raises:
            StoreError: the store could not be written. What was done is kept.
        """
        fine = finenesses(self.configuration.slos, self.ledger.adjustments())
        marks = self.ledger.marks()
        kept = of_groups(fine, marks)
        # By a clock that is ahead everything would be old, and gone for good.
        counted_until = max((mark.watermark for mark in marks.values()), default=0)
        now = min(now, datetime.fromtimestamp(counted_until, UTC))
        retention, unix = self.configuration.retention, int(now.timestamp())
        slice_seconds = round(self.configuration.evaluation.slice.total_seconds())
        orders = roll_ups(kept, retention, slice_seconds, unix)
        work: tuple[tuple[str, Iterator[int]], ...] = (
            ("rolled_up", (done for order in orders for done in self.store.roll_up(order))),
            ("expired", self.store.expire(expired_before(retention, unix), fine.keys())),
            ("notifications", self.store.expire_notifications(now - retention.notifications)),
        )
        done: dict[str, int] = {}
        for name, steps in work:
            done[name] = 0
            for count in self._unhurried(steps):
                if count is None:
                    return UpkeepReport(complete=False, **done)
                done[name] += count
        report = UpkeepReport(complete=True, **done)
        _log.info("store_kept_small", **done)
        return report

    def _unhurried(self, steps: Iterable[int]) -> Iterator[int | None]:
        """Between two transactions as much time as the last one took: the evaluation waits for a turn. Ends with None
        if it is time to stop.
        """
        began = monotonic_seconds()
        for count in steps:
            yield count
            if self.wait(max(_SHORTEST_PAUSE_SECONDS, monotonic_seconds() - began)):
                yield None
                return
            began = monotonic_seconds()


def upkeep_chore(upkeep: Upkeep) -> Chore:
    def run(now: datetime) -> None:
        upkeep.run(now)

    return Chore("upkeep", _INTERVAL, run, delay=_FIRST)
