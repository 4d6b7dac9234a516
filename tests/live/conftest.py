"""One real Prometheus: three hours of a shop, kept for 30 days, two metrics more, and the rules in `rules`."""

import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.discovery import Discovery
from tests.live.shop import SCRAPED, counters
from tests.support.history import write_history

HISTORY = timedelta(hours=3)


def _keeping_30_days(command: Sequence[str]) -> Sequence[str]:
    return [each.replace("retention.time=400d", "retention.time=30d") for each in command]


@pytest.fixture(scope="session")
def shop_target() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/metrics").respond_with_data(SCRAPED, content_type="text/plain; version=0.0.4")
        yield server


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, shop_target: HTTPServer) -> Iterator[PrometheusServer]:
    directory: Path = tmp_path_factory.mktemp("shop")
    end = int(time.time()) // 15 * 15
    history = directory / "history.om"
    write_history(history, end - int(HISTORY.total_seconds()), end, counters())
    backfill(directory / "data", history)
    config = (
        "global: {scrape_interval: 1s}\n"
        "rule_files: ['rules/*.yaml']\n"
        f"scrape_configs: [{{job_name: target, static_configs: [{{targets: ['127.0.0.1:{shop_target.port}']}}]}}]\n"
    )
    with PrometheusServer(directory, config, launcher=_keeping_30_days) as server:
        _wait_for_metadata(server.url)
        yield server


def _wait_for_metadata(url: str) -> None:
    deadline = time.monotonic() + 20
    with Discovery(PrometheusSettings(url=url)) as discovery:
        while "queue_length" not in discovery.metric_types():
            assert time.monotonic() < deadline, "Prometheus has not scraped the target"
            time.sleep(0.2)
