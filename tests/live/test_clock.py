"""The clocks of this machine and of Prometheus: skew, and what the network takes."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from sloguard.doctor.check import State
from sloguard.doctor.server import Server, clock_skew
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.discovery import Discovery


@pytest.mark.parametrize(
    ("ahead_seconds", "state", "words"),
    [
        (0, State.OK, "agrees"),
        (3, State.OK, "agrees"),
        (30, State.WARNING, "30 s ahead of ours"),
        (-30, State.WARNING, "30 s behind ours"),
        (-300, State.PROBLEM, "300 s behind ours"),
    ],
)
def test_skew(httpserver: HTTPServer, ahead_seconds: int, state: State, words: str) -> None:
    now = time.time()
    told = {"resultType": "vector", "result": [{"metric": {}, "value": [now, str(now + ahead_seconds)]}]}
    httpserver.expect_request("/api/v1/query").respond_with_json({"status": "success", "data": told})
    settings = PrometheusSettings(url=httpserver.url_for("").rstrip("/"), timeout=timedelta(seconds=5))

    def at() -> datetime:
        return datetime.fromtimestamp(now, UTC)

    with PrometheusClient(settings) as client, Discovery(settings) as discovery:
        check = clock_skew(Server(client, discovery, at))
    assert check.state is state
    assert words in check.detail
