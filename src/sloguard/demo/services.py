"""The demonstration's onboarding and resume services, instrumented with prometheus-client."""

from collections.abc import Mapping
from random import Random
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from sloguard.demo import traffic
from sloguard.demo.chance import poisson, split
from sloguard.demo.faults import BACKUP_AGE_SECONDS, Fault, activities, initial_series
from sloguard.demo.traffic import Activity, Latency

HELP: Mapping[str, str] = {
    traffic.HTTP_REQUESTS: "Answered HTTP requests.",
    traffic.HTTP_DURATION: "Time from the request to the end of the answer in seconds.",
    traffic.REGISTRATIONS: "Registration forms sent, by how it ended.",
    traffic.EMAILS: "Mails handed to the recipient's server, by what it answered.",
    traffic.STEPS: "Steps of the funnel that a visitor started, by how they ended.",
    traffic.BACKUP: "When the accounts were last backed up, in Unix seconds.",
    traffic.OPERATIONS: "Operations on a résumé, by how they ended.",
    traffic.OPERATION_DURATION: "Time that an operation on a résumé took in seconds.",
}


class Services:
    """Both services as one process. Time passes only when `advance` says so; the same seed tells the same story."""

    def __init__(self, started_at: float, seed: int = 1) -> None:
        self.registry = CollectorRegistry()
        self._random = Random(seed)  # noqa: S311 - a simulation, no secret
        self._lock = Lock()
        self._now = started_at
        self._faults: frozenset[Fault] = frozenset()
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        self._backup = Gauge(traffic.BACKUP, HELP[traffic.BACKUP], ["service"], registry=self.registry)
        self._declare_series()

    @property
    def faults(self) -> frozenset[Fault]:
        return self._faults

    def set_faults(self, faults: frozenset[Fault]) -> None:
        with self._lock:
            self._faults = faults
            self._declare_series()

    def advance(self, now: float) -> None:
        """Let everything happen that happens up to `now` (Unix seconds)."""
        with self._lock:
            seconds, self._now = now - self._now, now
            if seconds <= 0:
                return
            for activity in activities(self._faults):
                self._happen(activity, poisson(self._random, activity.expected(now - seconds / 2, seconds)))
            self._set_backup()

    def _happen(self, activity: Activity, times: int) -> None:
        counts = split(self._random, times, [outcome.probability for outcome in activity.outcomes])
        for outcome, count in zip(activity.outcomes, counts, strict=True):
            if count:
                self._counters[activity.counter].labels(**dict(activity.series(outcome))).inc(count)
        if activity.latency is not None:
            observer = self._histograms[activity.latency.histogram].labels(**dict(activity.latency.labels))
            for _ in range(times):
                observer.observe(activity.latency.draw(self._random))

    def _declare_series(self) -> None:
        for counter, labels in initial_series(self._faults):
            if counter not in self._counters:
                names = [name for name, _ in labels]
                self._counters[counter] = Counter(counter, HELP[counter], names, registry=self.registry)
            self._counters[counter].labels(**dict(labels))
        for activity in activities(self._faults):
            if activity.latency is not None:
                self._declare_histogram(activity.latency)
        self._set_backup()

    def _declare_histogram(self, latency: Latency) -> None:
        name = latency.histogram
        if name not in self._histograms:
            names = [label for label, _ in latency.labels]
            self._histograms[name] = Histogram(
                name, HELP[name], names, buckets=traffic.BUCKETS[name], registry=self.registry
            )
        self._histograms[name].labels(**dict(latency.labels))

    def _set_backup(self) -> None:
        age = BACKUP_AGE_SECONDS if Fault.BACKUP_STOPPED in self._faults else 0
        self._backup.labels(service="onboarding").set(traffic.last_backup(self._now) - age)
