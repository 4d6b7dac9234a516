"""The daemon's own replay: it comes to its end, and what Prometheus refuses is asked for again without a restart."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from sloguard.clock import utc_now
from sloguard.daemon.daemon import REFUSED_RETRY_INTERVAL, Daemon, Parts
from sloguard.daemon.telemetry import Telemetry
from sloguard.errors import QueryTimeoutError
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.model.series import Series
from sloguard.model.settings import Configuration
from sloguard.model.slo import Service
from sloguard.store import Store, open_store
from tests.ledger.conftest import slo_of
from tests.support.scripted import ScriptedSource

SHOP, MALL = slo_of("shop"), slo_of("mall")


@dataclass
class Overloaded(ScriptedSource):
    """It answers nothing about the shop in time."""

    is_overloaded: bool = True

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        if self.is_overloaded and "shop" in promql:
            raise QueryTimeoutError("query timed out")
        return super().query_range(promql, start, end, step)


def daemon_of(store: Store, source: ScriptedSource) -> Daemon:
    """One that replays, and does nothing else."""
    configuration = Configuration(tuple(Service(slo.service, (slo,)) for slo in (SHOP, MALL)))
    others = dict.fromkeys(("cycle", "watch", "histories", "delivery", "outbox", "store_ping"), cast("Any", None))
    return Daemon(
        configuration,
        Parts(
            replay=Replay(source, store.ledger, configuration.evaluation.slice),
            plan=counting_plan(configuration.slos),
            telemetry=Telemetry(CollectorRegistry(), "0"),
            **others,
        ),
    )


def test_what_takes_too_long_once_is_asked_for_again_later(tmp_path: Path) -> None:
    store, source = open_store(f"sqlite:///{tmp_path}/store.db"), Overloaded()
    daemon = daemon_of(store, source)
    daemon._scheduler.add_job(daemon.replay, "interval", seconds=30, id="replay")
    daemon._scheduler.start(paused=True)
    daemon.replay()
    assert set(store.ledger.marks()) == {ledger_key(MALL)}
    again = daemon._scheduler.get_job("replay")
    assert again is not None
    assert again.trigger.interval == REFUSED_RETRY_INTERVAL
    assert again.next_run_time > utc_now() + REFUSED_RETRY_INTERVAL / 2
    source.is_overloaded = False
    daemon.replay()
    assert set(store.ledger.marks()) == {ledger_key(SHOP), ledger_key(MALL)}
    assert daemon._scheduler.get_job("replay") is None
    daemon._scheduler.shutdown()
    store.close()


def test_a_store_that_cannot_be_used_is_told_of_and_tried_again(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("ALTER TABLE series RENAME TO elsewhere")
    daemon = daemon_of(store, Overloaded(is_overloaded=False))
    with capture_logs() as logs:
        daemon.replay()
    assert [(log["event"], "no such table" in log["error"]) for log in logs] == [("replay_interrupted", True)]
    store.close()
