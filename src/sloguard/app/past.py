"""What the daemon's pages and API read from the store when somebody asks: the past, and all while it stands by."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sloguard.clock import monotonic_seconds, utc_now
from sloguard.errors import StoreError
from sloguard.ledger.budget_days import stored_histories
from sloguard.ledger.reporting import counted_until, stored_status
from sloguard.model.adjustment import AdjustmentRecord
from sloguard.model.daily import BudgetHistory
from sloguard.model.settings import Configuration
from sloguard.model.status import StatusReport
from sloguard.store import Store

_LONGEST_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class StoredPast:
    """Implements the PastView port. One history is read at a time: the evaluation must not have to wait for many."""

    configuration: Configuration
    store: Store
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def history(self, slo_id: str, days: int) -> BudgetHistory | None:
        declared = slo_id.partition("{")[0]
        if declared not in {slo.declared_id for slo in self.configuration.slos}:
            return None
        with self._own_turn():
            until = counted_until(self.configuration, self.store.ledger) or utc_now()
            # At midnight the last day is the one that has just ended.
            since = until - timedelta.resolution - timedelta(days=days - 1)
            found = stored_histories(self.configuration, self.store.ledger, [slo_id], since, until)
        return next((each for each in found if each.slo.id == slo_id), None)

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        """Whoever waits has one of the web server's threads, which health checks need too."""
        if not self._turn.acquire(timeout=_LONGEST_WAIT_SECONDS):
            raise StoreError("Other histories are being read. Ask again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    def adjustments(self) -> Sequence[AdjustmentRecord]:
        return self.store.adjustments.records()


@dataclass(slots=True)
class StoredStatus:
    """The status as the store has it: what another daemon has committed."""

    configuration: Configuration
    store: Store
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _read: tuple[float, StatusReport] | None = None
    """When, and what."""

    def status(self) -> StatusReport | None:
        """Read anew when what was read is older than an evaluation's interval; None if it cannot be read.

        While it is being read, others get what was read before: they have the web server's threads.
        """
        known = self._read
        if not self._turn.acquire(timeout=0.0 if known else _LONGEST_WAIT_SECONDS):
            return known[1] if known else None
        try:
            return self._fresh()
        finally:
            self._turn.release()

    def _fresh(self) -> StatusReport | None:
        interval = self.configuration.evaluation.interval.total_seconds()
        if self._read is None or monotonic_seconds() - self._read[0] >= interval:
            try:
                self._read = (monotonic_seconds(), stored_status(self.configuration, self.store, None))
            except StoreError:  # the check of the store tells
                self._read = None
        return self._read[1] if self._read else None
