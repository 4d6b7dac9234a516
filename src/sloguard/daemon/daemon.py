"""The running daemon: APScheduler drives the evaluation, the delivery and the replay of missing history."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from sloguard.clock import monotonic_seconds, reading, utc_now, was_set_back
from sloguard.daemon.chores import Chore
from sloguard.daemon.cycle import Cycle, CycleReport
from sloguard.daemon.deliver import DeliveryWorker
from sloguard.daemon.left_out import LeftOut
from sloguard.daemon.replicas import replicas_words
from sloguard.daemon.telemetry import Telemetry
from sloguard.daemon.watch import Sight, Watch
from sloguard.errors import LeaseLostError, SloguardError
from sloguard.evaluation.windows import longest
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import CountingPlan
from sloguard.ledger.replay import Replay, ReplayProgress
from sloguard.model.alert import SELF_ALERT
from sloguard.model.settings import Configuration
from sloguard.model.status import StatusReport
from sloguard.ports import HealthCheck, Outbox, ReplicaState

_log = structlog.get_logger(__name__)

DELIVERY_INTERVAL = timedelta(seconds=1)
REPLAY_RETRY_INTERVAL = timedelta(seconds=30)
REFUSED_RETRY_INTERVAL = timedelta(hours=1)
"""Some queries are refused for ever, others took too long once."""
_KEEP_SMALL_INTERVAL = timedelta(hours=1)
_MISFIRE_GRACE_SECONDS = 60
_CLOCK_SECONDS = 5.0
_LATE_CYCLES = 3
"""An evaluation that is overdue by so many intervals is a fault."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the daemon is put together from."""

    cycle: Cycle
    watch: Watch
    histories: Histories
    replay: Replay
    plan: CountingPlan
    delivery: DeliveryWorker
    outbox: Outbox
    store_ping: Callable[[], None]
    telemetry: Telemetry
    chores: tuple[Chore, ...] = ()
    replicas: Callable[[], Sequence[ReplicaState]] = tuple
    """The Prometheus servers there are."""
    stopping: threading.Event = field(default_factory=threading.Event)
    """Is set when it is time to stop."""
    on_lease_lost: Callable[[], None] = lambda: None
    """Is called when something could not be written because another daemon evaluates now."""


class Daemon:
    """Evaluates and delivers from start to stop. What it shows is as in the DaemonView port."""

    def __init__(self, configuration: Configuration, parts: Parts) -> None:
        self._configuration = configuration
        self._parts = parts
        self._left_out = LeftOut(configuration.slos)
        self._stopping = parts.stopping
        self._latest: CycleReport | None = None
        self._last_good_at: datetime | None = None
        self._fault: str | None = None
        self._delivery_fault: str | None = None
        self._started_at = self._small_at = utc_now()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(5)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": _MISFIRE_GRACE_SECONDS},
            timezone="UTC",
        )

    def start(self) -> None:
        now = utc_now()
        self._started_at = now
        interval = self._configuration.evaluation.interval
        self._schedule("evaluate", self.evaluate, interval, now)
        self._schedule("watch", self.watch, interval, now + interval)
        self._schedule("deliver", self.deliver, DELIVERY_INTERVAL, now)
        self._schedule("replay", self.replay, REPLAY_RETRY_INTERVAL, now)
        for chore in self._parts.chores:
            self._schedule(chore.name, chore.do, chore.interval, now + chore.delay)
        self._scheduler.start()
        threading.Thread(target=self._mind_the_clock, name="clock", daemon=True).start()

    def stop(self) -> None:
        """Let what runs come to its end, begin nothing new."""
        self._stopping.set()
        self._scheduler.pause()
        self._scheduler.shutdown(wait=True)
        self._parts.delivery.close()

    def _schedule(self, name: str, work: Callable[[], None], interval: timedelta, first: datetime) -> None:
        seconds = interval.total_seconds()
        self._scheduler.add_job(self._unless_lost, "interval", [work], seconds=seconds, next_run_time=first, id=name)

    def _unless_lost(self, work: Callable[[], None]) -> None:
        """Another daemon that has taken over does the same work: what this one could not write is dropped."""
        try:
            work()
        except LeaseLostError as error:
            _log.info("work_dropped", why=str(error))
            self._parts.on_lease_lost()

    def evaluate(self) -> None:
        started, now = monotonic_seconds(), utc_now()
        try:
            if now - self._small_at >= _KEEP_SMALL_INTERVAL:
                self._small_at = now
                self._parts.histories.keep_small(self._configuration.slos, self._configuration.retention, now)
            report = self._parts.cycle.run(now)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 - the top of the loop: the next evaluation must come
            self._fault = _words(error)
            if not isinstance(error, SloguardError):
                # What is in memory may have been left half changed.
                self._parts.histories.distrust()
            _log.error("evaluation_failed", error=self._fault, exc_info=not isinstance(error, SloguardError))
            self._parts.telemetry.evaluated("failure", monotonic_seconds() - started, now)
            return
        self._conclude(report, monotonic_seconds() - started, now)

    def watch(self) -> None:
        """Look whether the evaluations themselves go well: beside them, for one may hang."""
        try:
            decision = self._parts.watch.run(self._sight(), utc_now())
        except SloguardError as error:
            _log.error("watch_failed", error=str(error))
            return
        if decision is not None:
            self._parts.telemetry.decided({SELF_ALERT: decision})

    def deliver(self) -> None:
        try:
            self._parts.delivery.run_once(utc_now())
            self._parts.telemetry.delivered(self._parts.delivery.report(), self._parts.outbox.depth())
            self._delivery_fault = None
        except SloguardError as error:
            self._delivery_fault = str(error)
            _log.error("delivery_failed", error=str(error))

    def replay(self) -> None:
        """Fill in the history that the windows need; the job ends once nothing is missing.

        What Prometheus refuses is missing still, and asked for again after a while.
        """
        now = utc_now()
        reach = max((longest(slo.window) for slo in self._configuration.slos), default=timedelta(0))
        until = now - self._configuration.evaluation.settle
        try:
            outcome = self._parts.replay.run(
                self._parts.plan,
                now - reach,
                until,
                on_progress=self._replayed,
                stopped=self._stopping.is_set,
            )
        except SloguardError as error:
            _log.warning("replay_interrupted", error=str(error))
            return
        if outcome.complete and outcome.refused:
            _log.warning("replay_refused", slos=len(outcome.refused), reason=next(iter(outcome.refused.values())))
            self._scheduler.reschedule_job(
                "replay", trigger="interval", seconds=round(REFUSED_RETRY_INTERVAL.total_seconds())
            )
        elif outcome.complete:
            self._scheduler.remove_job("replay")
            _log.info("replay_complete")

    def status(self) -> StatusReport | None:
        return self._latest.status if self._latest else None

    def checks(self) -> Sequence[HealthCheck]:
        return (
            self._prometheus_check(),
            store_check(self._parts.store_ping),
            self._evaluation_check(),
            HealthCheck("delivery", self._delivery_fault is None, self._delivery_fault or "The outbox is worked off."),
            *self._left_out.checks(),
        )

    def _sight(self) -> Sight:
        error = self._latest.error if self._latest else None
        return Sight(self._started_at, self._last_good_at, self._fault or str(error or ""))

    def _mind_the_clock(self) -> None:
        """Jobs are due by the wall clock: one that was ahead and is put back would leave them waiting."""
        before = reading()
        while not self._stopping.wait(_CLOCK_SECONDS):
            after = reading()
            if was_set_back(before, after):
                _log.warning("clock_set_back", seconds=round((before.at - after.at).total_seconds()))
                self._last_good_at = min(self._last_good_at or after.at, after.at)
                hurry(self._scheduler, after.at)
            before = after

    def _conclude(self, report: CycleReport, seconds: float, now: datetime) -> None:
        previous = self._latest.error if self._latest else None
        self._latest = report
        self._fault = None
        self._parts.telemetry.decided(report.decisions)
        self._parts.telemetry.held_back(report.held_back)
        self._parts.telemetry.left_out(report.left_out)
        self._left_out.note(report.left_out)
        self._parts.telemetry.replicas(self._parts.replicas())
        if report.error is None:
            self._last_good_at = now
            self._parts.telemetry.evaluated("success", seconds, now)
            if previous is not None:
                _log.info("prometheus_is_back")
            return
        self._parts.telemetry.evaluated("prometheus_error", seconds, now)
        if previous is None or str(previous) != str(report.error):
            _log.warning("prometheus_unusable", error=str(report.error))

    def _replayed(self, progress: ReplayProgress) -> None:
        self._parts.telemetry.replayed(progress.done / progress.total if progress.total else 1.0)

    def _prometheus_check(self) -> HealthCheck:
        if self._latest is None:
            return HealthCheck("prometheus", ok=False, detail="Prometheus has not been asked yet.")
        if self._latest.error is not None:
            return HealthCheck("prometheus", ok=False, detail=str(self._latest.error))
        refused = self._latest.refused
        if refused:
            slo_id, why = next(iter(refused.items()))
            return HealthCheck("prometheus", ok=True, detail=f"{len(refused)} SLOs cannot be counted. {slo_id}: {why}")
        return HealthCheck("prometheus", ok=True, detail=replicas_words(self._parts.replicas()))

    def _evaluation_check(self) -> HealthCheck:
        if self._fault is not None:
            return HealthCheck("evaluation", ok=False, detail=self._fault)
        limit = self._configuration.evaluation.interval * _LATE_CYCLES + timedelta(seconds=_MISFIRE_GRACE_SECONDS)
        age = utc_now() - (self._last_good_at or self._started_at)
        if age > limit:
            return HealthCheck(
                "evaluation", ok=False, detail=f"No complete evaluation for {age.total_seconds():.0f} s."
            )
        return HealthCheck("evaluation", ok=True, detail="Evaluations are on time.")


def hurry(scheduler: BackgroundScheduler, now: datetime) -> None:
    """Have every job run now, and go on from here."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=now)


def store_check(ping: Callable[[], None]) -> HealthCheck:
    try:
        ping()
    except SloguardError as error:
        return HealthCheck("store", ok=False, detail=str(error))
    return HealthCheck("store", ok=True, detail="It answers.")


def _words(error: Exception) -> str:
    if isinstance(error, SloguardError):
        return str(error)
    return f"An evaluation failed for a reason that sloguard did not expect ({type(error).__name__}); see the log."
