"""Late data: the last hour is counted again every hour, the last day every day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from sloguard.daemon.chores import Chore
from sloguard.ledger.plan import CountingPlan
from sloguard.ledger.recount import Recount
from sloguard.model.recount import Recounted
from sloguard.model.settings import EvaluationSettings

_log = structlog.get_logger(__name__)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FIRST = timedelta(minutes=15)
"""After the start of the daemon, which has a past to fill in first."""


@dataclass(slots=True)
class Recounting:
    recount: Recount
    plan: CountingPlan
    settings: EvaluationSettings
    stopped: Callable[[], bool]
    on_changed: Callable[[tuple[Recounted, ...]], None]
    _day_counted_at: datetime | None = field(default=None)

    def run(self, now: datetime) -> None:
        """Count again what is due.

        Raises:
            PrometheusError: an answer did not come: the next run tries again.
            StoreError: the store could not be written.
        """
        until = now - self.settings.settle - self.settings.slice
        daily = self.settings.recount_daily
        # A time that has not come yet is a clock's that was ahead.
        is_counted = self._day_counted_at is not None and timedelta(0) <= now - self._day_counted_at < _DAY
        is_day = bool(daily) and not is_counted
        reach = max(daily if is_day else timedelta(0), self.settings.recount_hourly)
        if not reach:
            return
        changed = self.recount.run(self.plan, until - reach, until, now, stopped=self.stopped)
        if is_day and not self.stopped():
            self._day_counted_at = now
        for each in changed:
            more = {"bad": each.after.bad - each.before.bad, "total": each.after.total - each.before.total}
            _log.info("recounted", slo=each.slo_id, start=each.start, end=each.end, **more)
        if changed:
            self.on_changed(changed)


def recount_chore(recounting: Recounting) -> Chore:
    return Chore("recount", _HOUR, recounting.run, delay=_FIRST)
