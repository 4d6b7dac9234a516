"""The daemon as a process: killed, refused and left alone by Prometheus, it pages once and resolves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from sloguard.demo.prometheus import PrometheusServer, backfill, free_port
from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from tests.support.truth import Pod, World, openmetrics, simulate

HOUR, DAY = 3_600, 86_400
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "xoxb-not-to-be-seen"

SLO_YAML = """
version: 1
prometheus: {url: "%(prometheus)s", scrape_interval: 15s, timeout: 5s}
evaluation: {interval: 2s, slice: 60s, settle: 15s}
notify:
  slack: {oncall: {token: "${SLACK_BOT_TOKEN}", channel: "#oncall", api_url: "%(slack)s/api/"}}
  pagerduty: {primary: {routing_key: "${PAGERDUTY_ROUTING_KEY}", events_url: "%(pagerduty)s"}}
routes: {page: [pagerduty.primary, slack.oncall]}
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - name: availability
        objective: 99.9
        indicator:
          events:
            bad: 'requests_total{job="shop",code="500"}'
            total: 'requests_total{job="shop"}'
        breakdown_by: [instance, code]
        alerting: {tiers: [{severity: page, long: 1h, short: 5m, factor: 14.4}]}
"""


@dataclass
class Surroundings:
    directory: Path
    prometheus: PrometheusServer
    slack: SlackStandIn
    pagerduty: PagerDutyStandIn
    config: Path
    port: int

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10)

    @contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "sloguard", "run", "-c", str(self.config)]
        command += ["--store", f"sqlite:///{self.directory}/store.db", "--listen", f"127.0.0.1:{self.port}"]
        environment = {**os.environ, "SLACK_BOT_TOKEN": TOKEN, "PAGERDUTY_ROUTING_KEY": ROUTING_KEY}
        with (self.directory / "daemon.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def log(self) -> str:
        return (self.directory / "daemon.log").read_text(encoding="utf-8")

    def ready(self) -> bool:
        try:
            return self.get("/health/ready").status_code == 200
        except httpx.TransportError:
            return False

    def cycles(self) -> float:
        lines = [line for line in self.get("/metrics").text.splitlines() if line.startswith("sloguard_evaluations")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if "_created" not in line)


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    pytest.fail("it did not come about in time")


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[Surroundings]:
    """A service that has failed for the last ten minutes, and Prometheus has seen it."""
    now = int(time.time()) + 120  # so that the data does not end while the test runs
    world = World(
        now - DAY, now, (Pod("a", now - DAY, now),), lambda _: 5.0, lambda at: 0.6 if at > now - 720 else 0.0001
    )
    _, samples = simulate(world)
    history = tmp_path / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(tmp_path / "data", history)
    with PrometheusServer(tmp_path) as prometheus, SlackStandIn() as slack, PagerDutyStandIn() as pagerduty:
        addresses = {"prometheus": prometheus.url, "slack": slack.url, "pagerduty": pagerduty.url}
        config = tmp_path / "slo.yaml"
        config.write_text(SLO_YAML % addresses, encoding="utf-8")
        yield Surroundings(tmp_path, prometheus, slack, pagerduty, config, free_port())


def test_one_page_through_refusals_and_kill_9(surroundings: Surroundings) -> None:
    here = surroundings
    here.pagerduty.fail_next(429, headers={"Retry-After": "1"})
    here.pagerduty.fail_next(500)
    here.slack.fail_next(503)
    with here.daemon() as process:
        wait_for(lambda: here.pagerduty.pages == 1 and here.slack.messages)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with here.daemon() as process:
        wait_for(here.ready)
        before = here.cycles()
        wait_for(lambda: here.cycles() >= before + 3)
        status = here.get("/api/v1/status").json()
        page = here.get("/").text
        metrics = here.get("/metrics").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert here.pagerduty.pages == 1
    assert len(here.slack.messages) == 1
    (slo,) = status["services"][0]["slos"]
    assert [alert["severity"] for alert in slo["alerts"]] == ["page"]
    assert slo["state"] in {"burning", "exhausted"}
    assert "shop/availability" in page
    assert 'sloguard_alert_firing{severity="page",slo_id="shop/availability"' in metrics
    triggers = [request.json for request in here.pagerduty.requests if request.status == 202]
    assert {trigger["dedup_key"] for trigger in triggers} == {"sloguard/shop/availability"}
    assert "the objective is 99.9 %" in triggers[0]["payload"]["summary"]
    for secret in (TOKEN, ROUTING_KEY):
        for shown in (here.log(), page, metrics, str(status)):
            assert secret not in shown
        assert secret.encode() not in b"".join(path.read_bytes() for path in here.directory.glob("store.db*"))


def test_prometheus_away_at_the_start_and_later(surroundings: Surroundings) -> None:
    here = surroundings
    here.prometheus.stop()
    with here.daemon():
        wait_for(lambda: here.log() and "prometheus_unusable" in here.log())
        wait_for(lambda: here.get("/health/live").status_code == 200)
        unready = here.get("/health/ready")
        assert unready.status_code == 503
        assert "cannot reach Prometheus" in here.get("/health/detailed").text
        assert here.pagerduty.pages == 0
        here.prometheus.start()
        wait_for(here.ready)
        wait_for(lambda: here.pagerduty.pages == 1)
        here.prometheus.stop()
        wait_for(lambda: not here.ready())
        wait_for(lambda: here.get("/api/v1/status").json()["services"][0]["slos"][0]["alerts"])
    assert here.pagerduty.pages == 1
    assert "Traceback" not in here.log()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--listen", "nowhere"], 2, "--listen wants HOST:PORT"),
        (["--store", "mysql://x"], 2, "postgresql://"),
        (["-c", "missing.yaml"], 1, "missing.yaml"),
        (["--no-such-option"], 2, "--no-such-option"),
    ],
)
def test_it_does_not_start_on_nonsense(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    (tmp_path / "slo.yaml").write_text(
        SLO_YAML
        % {"prometheus": "http://127.0.0.1:1", "slack": "http://127.0.0.1:1", "pagerduty": "http://127.0.0.1:1"}
    )
    environment = {**os.environ, "SLACK_BOT_TOKEN": "x", "PAGERDUTY_ROUTING_KEY": ROUTING_KEY}
    command = [sys.executable, "-m", "sloguard", "run", *arguments]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
