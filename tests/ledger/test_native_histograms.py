"""A native histogram in a real Prometheus: its observations are estimated as they were, live and replayed."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.dashboards.indicators import latency_quantile
from sloguard.demo.prometheus import PrometheusServer
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.model.slo import LatencyIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.prometheus import PrometheusClient
from sloguard.promql.rates import bad_rate, total_rate
from sloguard.store import open_store
from tests.ledger.conftest import at
from tests.support.remote_write import NativeHistogram, write_histograms

HOUR, MINUTE, SCRAPE = 3_600, 60, 15
END = 1_795_000_000 // HOUR * HOUR
START = END - 2 * HOUR
SLOW_FROM = END - HOUR
"""From here on one more of ten observations takes longer than a second."""

INDICATOR = LatencyIndicator("work_seconds", 'job="worker"', timedelta(milliseconds=500), native=True)
SLO = Slo("work", "latency", Decimal("0.9"), RollingWindow(timedelta(days=30)), INDICATOR, AlertPolicy())


def observed() -> Iterator[NativeHistogram]:
    """Ten observations between two scrapes: up to 0.5 s (bucket -1), up to 1 s (none), or up to 2 s."""
    fast = slow = 0
    for when in range(START, END + 1, SCRAPE):
        late = when > SLOW_FROM
        fast, slow = fast + (8 if late else 9), slow + (2 if late else 1)
        yield NativeHistogram(when, -1, (fast, 0, slow))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    arguments = ("--enable-feature=native-histograms", "--web.enable-remote-write-receiver")
    with (
        PrometheusServer(tmp_path_factory.mktemp("native"), arguments=arguments) as server,
        PrometheusClient(PrometheusSettings(url=server.url)) as client,
    ):
        write_histograms(server.url, {"__name__": "work_seconds", "job": "worker", "instance": "a"}, observed())
        yield client


def test_replay_and_live_estimate_what_was_observed(client: PrometheusClient, tmp_path: Path) -> None:
    plan, key = counting_plan([SLO]), ledger_key(SLO)
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    outcome = Replay(client, store.ledger, timedelta(minutes=1)).run(plan, at(START), at(END))
    assert not outcome.refused
    live = open_store(f"sqlite:///{tmp_path}/live.db")
    ledger = LiveLedger(client, live.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=SCRAPE), plan)
    for now in range(SLOW_FROM - 10 * MINUTE, SLOW_FROM + 10 * MINUTE + 1, MINUTE):
        settled = ledger.settle(at(now))
        live.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    for found in (store, live):
        for start, end, bad in ((SLOW_FROM - 10 * MINUTE, SLOW_FROM, 40), (SLOW_FROM, SLOW_FROM + 10 * MINUTE, 80)):
            slices = found.ledger.slices(key, start, end)
            assert sum(part.total for part in slices) == pytest.approx(400, rel=0.001)
            assert sum(part.bad for part in slices) == pytest.approx(bad, rel=0.001)
        found.close()


def test_rules_and_dashboards_see_the_same(client: PrometheusClient) -> None:
    slice_length = timedelta(minutes=1)
    total = total_rate(INDICATOR, slice_length)
    for query, value in (
        (total, 10 / SCRAPE),
        (bad_rate(INDICATOR, slice_length, f"({total})"), 2 / SCRAPE),
    ):
        (sample,) = client.query(query, at(END))
        assert sample.value == pytest.approx(value, rel=0.001), query
    (median,) = client.query(latency_quantile(INDICATOR, "0.5"), at(END))
    assert 0.25 < median.value < 0.5
