"""Sends what waits in the outbox: claim, send, record.

An entry is recorded after its receiver has answered. If the process dies in between, it is sent again once its lease
has run out: PagerDuty takes the repeat for the same alert by its dedup key; Slack would show a first message twice.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType, TracebackType
from typing import Self, assert_never

import structlog

from sloguard.clock import monotonic_seconds
from sloguard.daemon.backoff import full_jitter
from sloguard.daemon.delivery_run import Batch, DeliveryReport, DeliverySettings, Outcome, Run
from sloguard.model.delivery import Delivered, DeliveryResult, OutboxEntry, Rejected, Retry
from sloguard.ports import Outbox, Receiver

__all__ = ["DeliveryReport", "DeliverySettings", "DeliveryWorker", "Outcome"]

_log = structlog.get_logger(__name__)

_MOST_THREADS = 16
_LONGEST_REQUESTED_WAIT = timedelta(hours=1)
"""A receiver that asks for more is asked again after this."""


class DeliveryWorker:
    """Sends to each receiver in its own thread, so that a slow one holds up nobody else. Close it when done."""

    def __init__(
        self,
        outbox: Outbox,
        receivers: Mapping[str, Receiver],
        *,
        name: str = "sloguard",
        backoff: Callable[[int], timedelta] = full_jitter,
        monotonic: Callable[[], float] = monotonic_seconds,
        settings: DeliverySettings | None = None,
    ) -> None:
        """`name` tells this process from others on the same store; `backoff` is given the failures so far, 1 and up."""
        self._outbox = outbox
        self._receivers = dict(receivers)
        self._name = name
        self._backoff = backoff
        self._monotonic = monotonic
        self._settings = settings or DeliverySettings()
        threads = max(1, min(_MOST_THREADS, len(self._receivers)))
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="deliver")
        self._sending: dict[str, Future[Batch]] = {}
        self._quiet_until: dict[str, datetime] = {}
        self._counts: dict[tuple[str, Outcome], int] = {}
        self._known_faults: set[str] = set()

    def run_once(self, now: datetime) -> int:
        """Send what is due until nothing is left that can be sent now; how many were delivered.

        Raises:
            StoreError: the outbox cannot be used. What was sent but could not be recorded is sent again later.
        """
        run = Run(now, self._monotonic)
        resting: set[str] = set()
        delivered = self._settle().delivered
        claimed = run.elapsed()
        while entries := self._outbox.claim(self._name, run.now(), self._settings.lease, self._settings.batch):
            self._start(entries, resting, run, claimed)
            wait(self._sending.values(), timeout=self._settings.patience.total_seconds())
            batch = self._settle()
            resting |= batch.troubled.keys()
            delivered += batch.delivered
            if not batch.progressed or run.elapsed() > self._settings.patience:
                break
            claimed = run.elapsed()
        return delivered

    def report(self) -> DeliveryReport:
        return DeliveryReport(MappingProxyType(dict(self._counts)))

    def close(self) -> None:
        """Wait for what is being sent, and record it."""
        self._pool.shutdown(wait=True)
        self._settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, entries: Sequence[OutboxEntry], resting: set[str], run: Run, claimed: timedelta) -> None:
        by_receiver = attrgetter("notification.receiver")
        for name, group in groupby(sorted(entries, key=by_receiver), key=by_receiver):
            mine = list(group)
            quiet_until = self._quiet_until.get(name, run.now())
            if quiet_until > run.now() or name in resting or name in self._sending:
                self._outbox.release(mine, max(quiet_until, run.now()))
            else:
                self._sending[name] = self._pool.submit(self._send_all, name, mine, run, claimed)

    def _settle(self) -> Batch:
        """Take in the batches that are through, and raise the first error that kept one from being recorded."""
        through = {name: future for name, future in self._sending.items() if future.done()}
        total = Batch()
        errors = []
        for name, future in through.items():
            del self._sending[name]
            error = future.exception()
            if error is not None:
                errors.append(error)
                continue
            batch = future.result()
            total.add(batch)
            self._quiet_until |= batch.troubled
            for outcome in batch.outcomes:
                self._counts[name, outcome] = self._counts.get((name, outcome), 0) + 1
        if errors:
            raise errors[0]
        return total

    def _send_all(self, name: str, entries: Sequence[OutboxEntry], run: Run, claimed: timedelta) -> Batch:
        """Send one receiver's entries in turn, up to the first that it wants again: the rest would fare alike.

        A process that was stopped for a while sends nothing that it claimed before: somebody else may have it now.
        """
        batch = Batch()
        for position, entry in enumerate(entries):
            if run.elapsed() - claimed > self._settings.sending:
                self._outbox.release(entries[position:], run.now())
                break
            answer = self._send(name, entry)
            batch.outcomes.append(self._record(entry, self._given_up(entry, answer, run.now()), run.now()))
            if isinstance(answer, Retry):
                batch.troubled[name] = run.now() + _asked(answer)
                self._outbox.release(entries[position + 1 :], batch.troubled[name])
                break
        return batch

    def _send(self, name: str, entry: OutboxEntry) -> DeliveryResult:
        receiver = self._receivers.get(name)
        if receiver is None:
            return Rejected(f"{name} is not among the configured receivers any more")
        try:
            return receiver.send(entry)
        except Exception as error:  # noqa: BLE001 - the top of a delivery: our own bug must not lose a page
            self._log_fault(name, error)
            return Retry(f"sloguard failed to send it ({type(error).__name__})")

    def _log_fault(self, name: str, error: Exception) -> None:
        """Once for each place. Neither the error's text nor the values in its frames: a credential may be there."""
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{frame.filename}:{frame.lineno} in {frame.name}"
        fault = f"{name} {type(error).__name__} {place}"
        if fault not in self._known_faults:
            self._known_faults.add(fault)
            _log.error("delivery_fault", receiver=name, error=type(error).__name__, place=place)

    def _given_up(self, entry: OutboxEntry, result: DeliveryResult, now: datetime) -> DeliveryResult:
        limits = self._settings
        if not isinstance(result, Retry):
            return result
        if now - entry.created_at < limits.give_up_after or entry.attempts + 1 < limits.least_attempts:
            return result
        return Rejected(f"given up after {entry.attempts + 1} attempts: {result.why}")

    def _record(self, entry: OutboxEntry, result: DeliveryResult, now: datetime) -> Outcome:
        notification, attempts = entry.notification, entry.attempts + 1
        log = _log.bind(
            receiver=notification.receiver, dedup_key=notification.dedup_key, kind=notification.kind, attempts=attempts
        )
        match result:
            case Delivered():
                self._outbox.record(entry, result, now, None)
                log.info("delivered")
                return Outcome.DELIVERED
            case Retry(why=why):
                retry_at = now + max(_asked(result), self._backoff(attempts))
                self._outbox.record(entry, result, now, retry_at)
                log.warning("delivery_retried", why=why, retry_at=retry_at.isoformat())
                return Outcome.RETRIED
            case Rejected(why=why):
                self._outbox.record(entry, result, now, None)
                log.error("delivery_rejected", why=why)
                return Outcome.REJECTED
            case _:
                assert_never(result)


def _asked(answer: Retry) -> timedelta:
    """The wait that the receiver itself asks for."""
    return min(answer.after or timedelta(0), _LONGEST_REQUESTED_WAIT)
