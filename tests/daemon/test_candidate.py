"""A daemon among others: a term for each lease, none without one, and the lease is given back at the end."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from sloguard.daemon.candidate import Candidate
from sloguard.daemon.election import Election
from sloguard.daemon.telemetry import Telemetry
from sloguard.model.lease import Lease, taken
from sloguard.model.status import StatusReport
from sloguard.ports import HealthCheck, Leadership
from sloguard.promql import names
from tests.daemon.leasing import MemoryLease
from tests.presentation.reports import every_state
from tests.support.incidents import NOON

LENGTH = timedelta(seconds=2)
PATIENCE = 20.0
STORED = every_state()


@dataclass
class RecordedTerm:
    lease: Lease
    on_lost: Callable[[], None]
    began: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.began.set()

    def stop(self) -> None:
        self.ended.set()

    def status(self) -> StatusReport | None:
        return None

    def checks(self) -> Sequence[HealthCheck]:
        return (HealthCheck("evaluation", ok=True, detail="It is on time."),)


@dataclass
class Stage:
    store: MemoryLease = field(default_factory=MemoryLease)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    terms: list[RecordedTerm] = field(default_factory=list)
    steady: float = 0.0
    """What the daemon's own clock says."""
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def candidate(self) -> Candidate:
        telemetry = Telemetry(self.registry, "1")
        election = Election(self.store, LENGTH, monotonic=lambda: self.steady)
        return Candidate(election, self.term, lambda: STORED, self.ping, telemetry)

    def term(self, lease: Lease, on_lost: Callable[[], None]) -> RecordedTerm:
        self.terms.append(RecordedTerm(lease, on_lost))
        self.begun.release()
        return self.terms[-1]

    def ping(self) -> None:
        self.store.read()

    def another_takes_over(self) -> None:
        self.store.lease = taken(self.store.lease, "there:4242:b", 100 * LENGTH, NOON)

    def another_gives_back(self) -> None:
        assert self.store.lease
        self.store.give_back(self.store.lease)

    @property
    def metric(self) -> float | None:
        return self.registry.get_sample_value(names.METRIC_LEADER)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@contextmanager
def started(stage: Stage) -> Iterator[Candidate]:
    candidate = stage.candidate()
    candidate.start()
    try:
        yield candidate
    finally:
        candidate.stop()


def test_alone_it_evaluates_at_once_and_gives_the_lease_back_at_the_end(stage: Stage) -> None:
    with started(stage) as candidate:
        (term,) = stage.terms
        assert term.began.is_set()
        assert candidate.leadership() == Leadership(leads=True, holder=term.lease.holder)
        assert (stage.metric, candidate.status()) == (1.0, None)
        assert [check.name for check in candidate.checks()] == ["evaluation", "lease"]
    assert term.ended.is_set()
    assert stage.store.lease
    assert (stage.store.lease.token, stage.store.lease.holder) == (1, None)
    assert stage.metric == 0.0


def test_beside_another_it_stands_by_says_so_once_and_shows_what_the_store_has(stage: Stage) -> None:
    stage.another_takes_over()
    with capture_logs() as logs, started(stage) as candidate:
        assert candidate.leadership() == Leadership(leads=False, holder="there:4242:b")
        assert (stage.metric, candidate.status()) == (0.0, STORED)
        said = [(check.name, check.ok, check.detail) for check in candidate.checks()]
        assert said == [
            ("store", True, "It answers."),
            ("lease", True, "Standing by: there (process 4242) evaluates."),
        ]
        stage.another_gives_back()
        assert stage.begun.acquire(timeout=PATIENCE)
    assert [log["event"] for log in logs] == ["standing_by", "evaluating"]
    assert logs[0]["holder"] == "there:4242:b"
    assert stage.terms[0].lease.token == 2


def test_a_term_whose_lease_is_lost_ends_and_the_next_one_knows_nothing_of_it(stage: Stage) -> None:
    with started(stage) as candidate:
        (first,) = stage.terms
        stage.another_takes_over()
        first.on_lost()
        assert first.ended.wait(PATIENCE)
        assert candidate.status() is STORED
        assert not candidate.leadership().leads
        stage.another_gives_back()
        for _ in range(2):
            assert stage.begun.acquire(timeout=PATIENCE)
        second = stage.terms[1]
        assert second is not first
        assert (first.lease.token, second.lease.token) == (1, 3)
        assert first.lease.holder != second.lease.holder


def looks(stage: Stage, count: int) -> None:
    """Wait until the candidate has looked at the lease so often from now on."""
    while stage.store.asks.acquire(blocking=False):
        pass
    for _ in range(count):
        assert stage.store.asks.acquire(timeout=PATIENCE)


def test_a_store_that_is_away_ends_no_term_and_is_told_of(stage: Stage) -> None:
    with capture_logs() as logs, started(stage) as candidate:
        stage.store.away = True
        stage.steady += LENGTH.total_seconds()
        assert not candidate.leadership().leads
        last = candidate.checks()[-1]
        assert (last.name, last.ok) == ("lease", False)
        assert "another daemon may evaluate now" in last.detail
        looks(stage, 2)
        stage.store.away = False
        looks(stage, 2)  # when the second begins the first is over
        assert candidate.leadership().leads
    assert len(stage.terms) == 1
    assert [log["event"] for log in logs] == ["evaluating", "lease_out_of_reach"]


def test_a_store_that_is_away_at_the_end_is_told_of(stage: Stage) -> None:
    with capture_logs() as logs, started(stage):
        stage.store.away = True
    assert logs[-1]["event"] == "lease_not_given_back"
    assert stage.terms[0].ended.is_set()
