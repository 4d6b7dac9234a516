"""Several Prometheus servers that scrape the same targets: one is asked while it answers, else another.

Replicas scrape at different instants, so that a counter stands elsewhere in each at any instant. What belongs together
is asked of one of them, and it stays with that one: each change costs up to a scrape interval's events, counted twice
or not at all.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

import structlog

from sloguard.errors import PrometheusError, PrometheusUnavailableError, QueryRejectedError, UnwatchedError
from sloguard.model.series import Sample, Series
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import MetricsSource, Proof, ReplicaState
from sloguard.prometheus.client import PrometheusClient, patiently

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


class PrometheusReplicas:
    """Implements the MetricsSource port, also for a single server. Safe to share between threads."""

    def __init__(self, settings: PrometheusSettings, *, attempts: int = 3) -> None:
        # Where there is another one to ask, none is asked twice.
        attempts_each = attempts if len(settings.urls) == 1 else 1
        self._replicas = [PrometheusClient(settings.at(url), attempts=attempts_each) for url in settings.urls]
        self._rounds = 1 if len(settings.urls) == 1 else attempts
        self._lock = threading.Lock()
        self._in_use: PrometheusClient | None = None
        self._problems: dict[PrometheusClient, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for replica in self._replicas:
            replica.close()

    @property
    def in_use(self) -> str:
        """The address of the one that answered last; of the first while none has."""
        return (self._in_use or self._replicas[0]).url

    def on_one_replica(self, work: Callable[[MetricsSource], _Answer], proof: Proof | None = None) -> _Answer:
        return self._ask(work, proof)

    def _ask(self, work: Callable[[PrometheusClient], _Answer], proof: Proof | None) -> _Answer:
        answer: _Answer = patiently(self._rounds)(self._first_answer, work, proof)
        return answer

    def _first_answer(self, work: Callable[[PrometheusClient], _Answer], proof: Proof | None) -> _Answer:
        failures: dict[PrometheusClient, PrometheusError] = {}
        for replica in self._in_order():
            try:
                self._demand(proof, replica)
                answer = work(replica)
            except QueryRejectedError:
                raise
            except PrometheusError as error:
                failures[replica] = error
                self._note(replica, str(error))
            else:
                self._use(replica, failures)
                return answer
        raise _combined(list(failures.values()))

    def states(self) -> Sequence[ReplicaState]:
        """All of them, as they are known from the last questions."""
        with self._lock:
            in_use = self._in_use
            return [ReplicaState(each.url, each is in_use, self._problems.get(each)) for each in self._replicas]

    def look_after(self, _: datetime) -> None:
        """Ask those that are not in use for as little as possible: one that is needed some day should answer then."""
        for replica in self._in_order()[1:]:
            try:
                replica.ping()
            except PrometheusError as error:
                self._note(replica, str(error))
            else:
                self._note(replica, "")

    def ping(self) -> None:
        """Ask any of them for as little as possible.

        Raises:
            PrometheusError: no usable answer.
        """
        self._ask(PrometheusClient.ping, None)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        return self.on_one_replica(lambda replica: replica.query(promql, at))

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        return self.on_one_replica(lambda replica: replica.query_raw(promql, at))

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        return self.on_one_replica(lambda replica: replica.query_range(promql, start, end, step))

    def _in_order(self) -> Sequence[PrometheusClient]:
        """The one in use first, then those after it."""
        with self._lock:
            first = self._replicas.index(self._in_use) if self._in_use else 0
        return [*self._replicas[first:], *self._replicas[:first]]

    def _note(self, replica: PrometheusClient, problem: str) -> None:
        with self._lock:
            self._problems[replica] = problem

    def _demand(self, proof: Proof | None, replica: PrometheusClient) -> None:
        """Let nobody go on who was away at that instant.

        A replica that has just come back has not seen what another has counted meanwhile: its first increase would
        bring all of that again.
        """
        if proof is None or len(self._replicas) == 1 or replica is self._in_use:
            return
        if replica.query(proof.promql, proof.at):
            return
        raise UnwatchedError(f"Prometheus at {replica.url} has no samples from {proof.at:%H:%M:%S} UTC to go on from.")

    def _use(self, replica: PrometheusClient, failures: Mapping[PrometheusClient, PrometheusError]) -> None:
        """Stay with it, unless another thread has the one before answer."""
        with self._lock:
            self._problems[replica] = ""
            before = self._in_use
            if before is not None and before not in failures:
                return
            self._in_use = replica
        if before is not None:
            _log.warning(
                "prometheus_replica_changed", before=before.url, after=replica.url, error=str(failures[before])
            )


def _combined(failures: Sequence[PrometheusError]) -> PrometheusError:
    if len(failures) == 1:
        return failures[0]
    words = " ".join(str(error) for error in failures)
    if any(isinstance(error, UnwatchedError) for error in failures):
        return UnwatchedError(words)
    return PrometheusUnavailableError(f"No replica answers. {words}")
