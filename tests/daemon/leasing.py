"""A lease to test with: in memory, and out of reach when the test wants it so."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime

from sloguard.errors import StoreError
from sloguard.model.lease import Lease


@dataclass
class MemoryLease:
    """What the contract in tests/store/test_lease.py asks of a LeaseStore."""

    lease: Lease | None = None
    away: bool = False
    asks: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """One more for each time that somebody has asked."""

    def read(self) -> Lease | None:
        self._answer()
        return self.lease

    def take(self, seen: Lease | None, new: Lease) -> bool:
        self._answer()
        if self.lease != seen:
            return False
        self.lease = new
        return True

    def renew(self, held: Lease, now: datetime) -> Lease | None:
        self._answer()
        if not self._is_held(held):
            return None
        self.lease = replace(held, renewals=held.renewals + 1, renewed_at=now, expires_at=now + held.length)
        return self.lease

    def give_back(self, held: Lease) -> None:
        self._answer()
        if self.lease is not None and self._is_held(held):
            self.lease = replace(self.lease, holder=None)

    def _is_held(self, held: Lease) -> bool:
        return self.lease is not None and (self.lease.token, self.lease.holder) == (held.token, held.holder)

    def _answer(self) -> None:
        self.asks.release()
        if self.away:
            raise StoreError("The store is away.")
