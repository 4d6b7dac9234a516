"""Provisional numbers while history is being replayed: asked for where replay takes long, and every ten minutes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from sloguard.clock import monotonic_seconds
from sloguard.daemon.chores import Chore
from sloguard.errors import PrometheusError
from sloguard.ledger.provisional import ProvisionalCounting
from sloguard.ledger.replaying import Replaying
from sloguard.model.slo import Slo
from sloguard.ports import ProvisionalStore

_log = structlog.get_logger(__name__)

_LOOK = timedelta(seconds=5)
ASK_INTERVAL = timedelta(minutes=10)
LONGEST_SECONDS = 60.0
"""Of asking at a time. Where it is not enough for all, the next time begins with those that had no turn."""
SOON = timedelta(seconds=20)
"""A replay that is done in so short a time is not worth the question, which reads the whole window as well."""


@dataclass(slots=True)
class Provisionally:
    """Looks how replay goes on until it is done, and asks for the windows that it has not come to yet."""

    counting: ProvisionalCounting
    replaying: Replaying
    store: ProvisionalStore
    slos: tuple[Slo, ...]
    stopped: Callable[[], bool]
    _began: tuple[datetime, float] | None = field(default=None)
    """When it was first looked, and how many windows lacked then: a half that is replayed lacks a half."""
    _next_at: datetime | None = field(default=None)
    _fault: str = field(default="")
    _is_done: bool = field(default=False)

    def run(self, now: datetime) -> None:
        """Ask if it is time to.

        Raises:
            StoreError: the store cannot be used: the next run tries again.
        """
        if self._is_done or (self._next_at is not None and now < self._next_at):
            return
        self.replaying.look(now)
        lacking = self.replaying.lacking
        if not lacking:
            self.store.forget_provisional(now + timedelta.resolution)
            self._is_done = True
        elif not self._is_soon_done(lacking, now):
            self._ask([slo for slo in self.slos if slo.declared_id in lacking], now)
            self._next_at = now + ASK_INTERVAL

    def _is_soon_done(self, lacking: Mapping[str, float], now: datetime) -> bool:
        """By the pace of the replay so far; of which nothing is known at the first look."""
        windows = sum(1.0 - ratio for ratio in lacking.values())
        if self._began is None:
            self._began = now, windows
            return True
        at, before = self._began
        done = before - windows
        return done > 0 and (now - at) * (windows / done) <= SOON

    def _ask(self, slos: list[Slo], now: datetime) -> None:
        known = set(self.counting.refused)
        until = monotonic_seconds() + LONGEST_SECONDS
        try:
            self.counting.run(slos, now, lambda: self.stopped() or monotonic_seconds() > until)
        except PrometheusError as error:
            if str(error) != self._fault:
                _log.warning("provisional_numbers_unknown", error=str(error))
            self._fault = str(error)
        else:
            self._fault = ""
        new = {key: why for key, why in self.counting.refused.items() if key not in known}
        if new:
            key, why = next(iter(new.items()))
            _log.warning("provisional_numbers_refused", slos=len(new), slo=key.slo_id, reason=why)


def provisional_chore(provisionally: Provisionally) -> Chore:
    return Chore("provisional", _LOOK, provisionally.run)
