"""What an evaluation that failed costs the next one."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from prometheus_client import CollectorRegistry

from sloguard.daemon.cycle import Cycle
from sloguard.daemon.daemon import Daemon, Parts
from sloguard.daemon.deliver import DeliveryWorker
from sloguard.daemon.telemetry import Telemetry
from sloguard.daemon.watch import Watch
from sloguard.errors import StoreError
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.ledger.replaying import Replaying
from sloguard.model.measurement import SliceColumns
from sloguard.ports import CycleOutcome, LedgerKey
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.store import Store, open_store
from sloguard.store.alerts import SqlAlertStore
from sloguard.store.ledger import SqlLedgerStore
from tests.daemon.test_cycle import SLICE, availability, configuration


class Watched(SqlLedgerStore):
    """Notes whose slices are read."""

    read: ClassVar[list[LedgerKey]] = []

    def columns(self, wanted: Mapping[LedgerKey, tuple[int, int]]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        self.read.extend(wanted)
        return super().columns(wanted)


class Failing(SqlAlertStore):
    """Fails with what is in `faults`, one by one."""

    faults: ClassVar[list[Exception]] = []

    def commit_cycle(self, outcome: CycleOutcome, now: datetime) -> None:
        if self.faults:
            raise self.faults.pop()
        super().commit_cycle(outcome, now)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    Watched.read.clear()
    yield opened
    opened.close()


@pytest.fixture
def daemon(store: Store) -> Iterator[Daemon]:
    """Prometheus is away."""
    settings = configuration("http://127.0.0.1:9", [availability()])
    plan = counting_plan(settings.slos)
    histories = Histories(Watched(store.engine), SLICE)
    alerts = Failing(store.engine)
    with PrometheusClient(settings.prometheus, attempts=1) as nobody, DeliveryWorker(store.outbox, {}) as delivery:
        ledger = LiveLedger(nobody, store.ledger, settings.evaluation, timedelta(seconds=15), plan)
        adhoc = AdhocQueries(settings.prometheus)
        replaying = Replaying(store.ledger, store.provisional, settings.slos)
        yield Daemon(
            settings,
            Parts(
                cycle=Cycle(settings, ledger, histories, alerts, adhoc, quiet=store.quiet, replaying=replaying),
                watch=Watch(settings, alerts, store.quiet),
                histories=histories,
                replay=Replay(nobody, store.ledger, SLICE),
                plan=plan,
                delivery=delivery,
                outbox=store.outbox,
                store_ping=store.ping,
                telemetry=Telemetry(CollectorRegistry(), "1"),
            ),
        )


def read_by(daemon: Daemon) -> list[LedgerKey]:
    """Whose slices the next evaluation reads."""
    Watched.read.clear()
    daemon.evaluate()
    return list(Watched.read)


def test_a_store_that_refuses_and_a_prometheus_that_is_away_have_nothing_read_again(daemon: Daemon) -> None:
    assert read_by(daemon) == [ledger_key(availability())], "once, at the start"
    Failing.faults[:] = [StoreError("locked"), StoreError("locked")]
    assert [read_by(daemon) for _ in range(3)] == [[], [], []]
    assert daemon.status() is not None


def test_after_an_error_that_nobody_expected_memory_is_not_trusted(daemon: Daemon) -> None:
    daemon.evaluate()
    Failing.faults[:] = [RuntimeError("a bug")]
    daemon.evaluate()
    assert read_by(daemon) == [ledger_key(availability())]
    assert read_by(daemon) == []
