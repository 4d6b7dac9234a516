"""Two real Prometheus servers that scrape one target at different instants: killed, brought back, counted once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, start_http_server

from sloguard.demo.prometheus import PrometheusServer
from sloguard.errors import PrometheusError
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.prometheus import PrometheusReplicas
from sloguard.store import open_store

SCRAPE, SLICE = 1, 4
PER_TICK, TICK = 5, 0.05
INDICATOR = EventsIndicator(total=("shop_requests_total",), bad=('shop_requests_total{code="500"}',))
SLO = Slo("shop", "availability", Decimal("0.99"), RollingWindow(timedelta(days=1)), INDICATOR, AlertPolicy())


class Target:
    """A service with a steady stream of requests, every fifth of which fails; it remembers when it had had how many."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        requests = Counter("shop_requests_total", "Requests.", ["code"], registry=registry)
        self._codes = [requests.labels(code) for code in ("500", "200", "200", "200", "200")]
        self._stopped = threading.Event()
        self._counted: list[tuple[float, int]] = []
        self._server, _ = start_http_server(0, addr="127.0.0.1", registry=registry)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        total = 0
        while not self._stopped.wait(TICK):
            for code in self._codes:
                code.inc()
            total += PER_TICK
            self._counted.append((time.time(), total))

    def between(self, start: float, end: float) -> int:
        before, after = (max((total for at, total in self._counted if at <= when), default=0) for when in (start, end))
        return after - before

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def target() -> Iterator[Target]:
    target = Target()
    yield target
    target.stop()


def prometheus(directory: Path, name: str, target: Target) -> PrometheusServer:
    # External labels are part of what decides the offset of the scrapes.
    config = f"""global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s, external_labels: {{replica: {name}}}}}
scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['127.0.0.1:{target.port}']}}]}}]
"""
    return PrometheusServer(directory / name, config)


@pytest.mark.slow
def test_what_two_replicas_see_is_counted_once(target: Target, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    first, second = (prometheus(tmp_path, name, target) for name in ("a", "b"))
    settings = PrometheusSettings(
        url=first.url,
        fallback_urls=(second.url,),
        scrape_interval=timedelta(seconds=SCRAPE),
        timeout=timedelta(seconds=3),
    )
    evaluation = EvaluationSettings(slice=timedelta(seconds=SLICE), settle=timedelta(seconds=1))
    used: list[str] = []
    with first, second, PrometheusReplicas(settings, attempts=1) as source:
        ledger = LiveLedger(source, store.ledger, evaluation, settings.scrape_interval, counting_plan([SLO]))

        def evaluate_for(seconds: float) -> None:
            """Cycles like the daemon's, by the wall clock: Prometheus scrapes by it."""
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                now = datetime.now(UTC)
                try:
                    settled = ledger.settle(now)
                    ledger.tail(settled, now)
                except PrometheusError as error:
                    pytest.fail(f"the other replica should have been asked: {error}")
                store.ledger.write_ranges(settled.ranges)
                ledger.committed(settled)
                used.append(source.in_use)
                time.sleep(0.5)

        time.sleep(3 * SLICE)  # Prometheus begins to scrape five seconds after its start
        evaluate_for(5)
        assert set(used) == {first.url}
        first.stop()
        evaluate_for(8)
        assert used[-1] == second.url
        first.start()
        evaluate_for(12)
        assert used[-1] == second.url, "there is no going back while it answers"
        second.stop()
        evaluate_for(8)
        assert used[-1] == first.url
    slices = store.ledger.slices(ledger_key(SLO), 0, 2**40)
    start, end = slices[0].start, slices[-1].end
    assert sum(part.seconds for part in slices) == end - start, "no slice is missing"
    truth = target.between(start, end)
    rate = PER_TICK / TICK
    changes, ends = 2, 2
    assert sum(part.total for part in slices) == pytest.approx(truth, abs=(changes + ends) * SCRAPE * rate)
    assert truth > 24 * rate * 0.5, "more than would be counted twice if the first one brought back what it had missed"
    assert sum(part.bad for part in slices) == pytest.approx(sum(part.total for part in slices) / 5, rel=0.05)
    store.close()
