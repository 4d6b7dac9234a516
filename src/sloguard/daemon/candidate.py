"""A daemon among others on one store: it evaluates while it holds the lease, and stands by while another one does."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from sloguard.daemon.daemon import store_check
from sloguard.daemon.election import Election
from sloguard.daemon.telemetry import Telemetry
from sloguard.errors import SloguardError, StoreError
from sloguard.model.lease import Lease
from sloguard.model.status import StatusReport
from sloguard.ports import HealthCheck, Leadership
from sloguard.presentation.leadership_words import leadership_words

_log = structlog.get_logger(__name__)

_RENEWALS = 4
"""So many in the length of a lease."""
_LONGEST_LOOK_SECONDS = 1.0
"""Between two looks of who stands by: what is given back is taken at once, for one small read a second."""


class Term(Protocol):
    """A daemon that evaluates from start to stop."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def status(self) -> StatusReport | None: ...

    def checks(self) -> Sequence[HealthCheck]: ...


class Candidate:
    """Implements the DaemonView port.

    Each time the lease is taken, a daemon is made from nothing but the configuration and the store (a *term*), and
    given up when the lease is lost. So nothing that it knew, or was about to write, reaches into the next one's time.
    """

    def __init__(
        self,
        election: Election,
        term: Callable[[Lease, Callable[[], None]], Term],
        stored: Callable[[], StatusReport | None],
        store_ping: Callable[[], None],
        telemetry: Telemetry,
    ) -> None:
        """`term` makes a daemon that writes under a lease, and calls what it is given when that was lost; `stored` is
        the status as the store has it.
        """
        self._election = election
        self._renew_seconds = election.length.total_seconds() / _RENEWALS
        self._term = term
        self._stored = stored
        self._store_ping = store_ping
        self._telemetry = telemetry
        self._daemon: Term | None = None
        self._lease: Lease | None = None
        """Of the present term."""
        self._endings: list[threading.Thread] = []
        """Of terms whose lease was lost, while what was under way comes to its end."""
        self._told_of: str | None = None
        self._out_of_reach = False
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def start(self) -> None:
        """Evaluate, or stand by.

        Raises:
            StoreError: the store cannot be used.
        """
        self._telemetry.leading(lambda: self._election.leadership.leads)
        self._follow(self._election.look())
        self._thread.start()

    def stop(self) -> None:
        """Let what runs come to its end, and the lease be renewed as long as that takes; then give it back."""
        with self._turn:
            self._stopping.set()
        if self._daemon is not None:
            self._daemon.stop()
        for ending in self._endings:
            ending.join()
        self._over.set()
        self._wake.set()
        self._thread.join()
        try:
            self._election.give_back()
        except StoreError as error:
            _log.warning("lease_not_given_back", error=str(error))

    def leadership(self) -> Leadership:
        return self._election.leadership

    def status(self) -> StatusReport | None:
        daemon = self._daemon
        return daemon.status() if daemon is not None else self._stored()

    def checks(self) -> Sequence[HealthCheck]:
        daemon = self._daemon
        parts = daemon.checks() if daemon is not None else (store_check(self._store_ping),)
        return (*parts, self._lease_check())

    def _keep(self) -> None:
        while not self._over.is_set():
            self._wake.wait(self._pause_seconds())
            self._wake.clear()
            with self._turn:
                self._step()

    def _pause_seconds(self) -> float:
        return self._renew_seconds if self._daemon is not None else min(self._renew_seconds, _LONGEST_LOOK_SECONDS)

    def _step(self) -> None:
        try:
            held = self._election.look()
        except StoreError as error:
            if not self._out_of_reach:
                _log.error("lease_out_of_reach", error=str(error))
            self._out_of_reach = True
            return
        self._out_of_reach = False
        if not self._stopping.is_set():
            self._follow(held)

    def _follow(self, held: Lease | None) -> None:
        """End the term whose lease was lost, and begin one under a new lease."""
        if self._lease is not None and not _same_term(self._lease, held):
            self._end_term()
        if held is None:
            self._stand_by()
        elif self._daemon is None:
            daemon = self._term(held, self._wake.set)
            daemon.start()
            self._daemon, self._lease, self._told_of = daemon, held, None
            _log.info("evaluating", holder=held.holder, token=held.token)

    def _end_term(self) -> None:
        daemon, self._daemon, self._lease = self._daemon, None, None
        _log.warning("lease_lost")
        self._telemetry.stand_by()
        if daemon is not None:
            # What it sends may take long, and the lease must be watched meanwhile.
            ending = threading.Thread(target=_end, args=(daemon,), name="term-end", daemon=True)
            ending.start()
            self._endings = [*(each for each in self._endings if each.is_alive()), ending]

    def _stand_by(self) -> None:
        holder = self._election.leadership.holder
        if holder is not None and holder != self._told_of:
            _log.info("standing_by", holder=holder)
            self._told_of = holder

    def _lease_check(self) -> HealthCheck:
        now = self._election.leadership
        expired = self._daemon is not None and not now.leads
        return HealthCheck("lease", not expired, _EXPIRED if expired else leadership_words(now))


_EXPIRED = "The lease on the store could not be renewed in time: another daemon may evaluate now."


def _same_term(lease: Lease, held: Lease | None) -> bool:
    return held is not None and (lease.token, lease.holder) == (held.token, held.holder)


def _end(daemon: Term) -> None:
    try:
        daemon.stop()
    except SloguardError as error:
        _log.error("term_not_ended_well", error=str(error))
