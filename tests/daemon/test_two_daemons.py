"""Two daemons on one store, as processes: one evaluates, nobody is paged twice, and the other takes over."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.demo.prometheus import free_port
from sloguard.model.alert import SELF_ALERT
from sloguard.promql.breakdown import LABEL_TAG
from tests.daemon.test_process import ROUTING_KEY, SLO_YAML, TOKEN, Surroundings, surroundings, wait_for
from tests.store import postgres

__all__ = ["surroundings"]

INTERVAL_SECONDS = 3
LEASE_SECONDS = 9
SLACK_SECONDS = 30
"""What a busy machine may add to a take-over."""
KEY = "sloguard/shop/availability"


@pytest.fixture(params=("sqlite", "postgresql") if postgres.is_installed() else ("sqlite",))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.db'}"
    else:
        with postgres.running_server() as url:
            yield url


@dataclass
class Peer:
    """One of several daemons."""

    process: subprocess.Popen[bytes]
    url: str
    log_file: Path

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=20)

    @property
    def health(self) -> str:
        try:
            return str(self.get("/health").json()["status"])
        except httpx.TransportError:
            return "away"

    @property
    def leads(self) -> bool:
        return "\nsloguard_leader 1.0" in self.get("/metrics").text

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def evaluations(self) -> float:
        text = self.get("/metrics").text
        found = re.search(r'^sloguard_evaluations_total{result="success"} (\S+)$', text, re.MULTILINE)
        assert found
        return float(found[1])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def peer(here: Surroundings, store_url: str, name: str, prometheus: str | None = None, slo: str = "") -> Iterator[Peer]:
    """A daemon with a file of its own. With `slo` it declares an SLO of that name instead."""
    addresses = {"prometheus": prometheus or here.prometheus.url, "slack": here.slack.url}
    text = SLO_YAML % {**addresses, "pagerduty": here.pagerduty.url}
    text = text.replace("interval: 2s", f"interval: {INTERVAL_SECONDS}s").replace(", slack.oncall]", "]")
    if slo:
        text = (
            text.replace("name: availability", f"name: {slo}")
            .replace("alerting: {tiers", "alerting: {no_data: none, tiers")
            .replace("14.4", "900")
        )
    config, log_file, port = here.directory / f"{name}.yaml", here.directory / f"{name}.log", free_port()
    config.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sloguard", "run", "-c", str(config), "--store", store_url]
    environment = {**os.environ, "SLACK_BOT_TOKEN": TOKEN, "PAGERDUTY_ROUTING_KEY": ROUTING_KEY}
    with log_file.open("ab") as log:
        process = subprocess.Popen([*command, "--listen", f"127.0.0.1:{port}"], stdout=log, stderr=log, env=environment)
    started = Peer(process, f"http://127.0.0.1:{port}", log_file)
    try:
        yield started
    finally:
        started.kill()


def told(here: Surroundings, action: str) -> list[str]:
    """Dedup keys of what PagerDuty has accepted."""
    accepted = [request.json for request in here.pagerduty.requests if request.status == 202]
    return [event["dedup_key"] for event in accepted if event["event_action"] == action]


def test_one_page_from_two_through_kill_9_and_a_clean_stop(surroundings: Surroundings, store_url: str) -> None:
    here = surroundings
    with peer(here, store_url, "first") as first, peer(here, store_url, "second") as second:
        wait_for(lambda: {first.health, second.health} == {"ok", "standby"})
        leader, other = (first, second) if first.leads else (second, first)
        wait_for(lambda: told(here, "trigger"))
        assert not other.leads
        ready = other.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "standby")
        holder = leader.get("/health").json()["evaluates"]
        assert f":{leader.process.pid}:" in holder
        assert other.get("/health").json()["evaluates"] == holder
        assert f"(process {leader.process.pid}) evaluates. This page shows what the store has." in other.get("/").text
        wait_for(lambda: alerts_of(other))
        assert "sloguard_objective_ratio{" not in other.get("/metrics").text
        leader.kill()
        wait_for(lambda: other.leads and other.evaluations() >= 3, LEASE_SECONDS + SLACK_SECONDS)
        assert alerts_of(other) == ["page"]
        with peer(here, store_url, "third", slo="another") as third:
            wait_for(lambda: third.health == "standby")
            other.stop()
            wait_for(lambda: third.leads, LEASE_SECONDS / 2)
            wait_for(lambda: told(here, "resolve"))
            wait_for(lambda: third.evaluations() >= 2)
            third.stop()
    assert told(here, "trigger") == [KEY]
    assert told(here, "resolve") == [KEY]
    for each in (first, second, third):
        assert "Traceback" not in each.log
    assert other.log.count("standing_by") == 1
    assert third.log.count("standing_by") == 1


def alerts_of(one: Peer) -> list[str]:
    (slo,) = one.get("/api/v1/status").json()["services"][0]["slos"]
    return [alert["severity"] for alert in slo["alerts"]]


@contextmanager
def asking(prometheus: str) -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """A proxy before Prometheus that holds up the question for what contributes to an alert.

    It is the last one before the cycle is committed. The first event says that it was asked, the second lets it go.
    """
    asked, released = threading.Event(), threading.Event()

    def handle(request: Request) -> Response:
        parameters = request.values.to_dict()
        if LABEL_TAG in parameters.get("query", ""):
            asked.set()
            assert released.wait(30)
        answer = httpx.get(f"{prometheus}{request.path}", params=parameters, timeout=10)
        return Response(answer.content, answer.status_code, content_type=answer.headers["content-type"])

    with HTTPServer(threaded=True) as proxy:
        proxy.expect_request(re.compile("/api/v1/.*")).respond_with_handler(handle)
        yield proxy.url_for("").rstrip("/"), asked, released


def put_to_sleep(one: Peer, store_url: str) -> None:
    """Stop a process as Ctrl-Z does, but not while it has SQLite's file for itself."""
    while True:
        one.process.send_signal(signal.SIGSTOP)
        if not store_url.startswith("sqlite"):
            return
        with sqlite3.connect(store_url.removeprefix("sqlite:///"), timeout=0.2, isolation_level=None) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError:
                one.process.send_signal(signal.SIGCONT)
            else:
                return


def test_who_slept_in_the_middle_of_an_evaluation_pages_nobody(surroundings: Surroundings, store_url: str) -> None:
    here = surroundings
    with (
        asking(here.prometheus.url) as (url, asked, released),
        peer(here, store_url, "sleeper", url) as sleeper,
    ):
        assert asked.wait(60), "it is about to page"
        put_to_sleep(sleeper, store_url)
        released.set()
        with peer(here, store_url, "other") as other:
            wait_for(lambda: told(here, "trigger"), LEASE_SECONDS + SLACK_SECONDS)
            sleeper.process.send_signal(signal.SIGCONT)
            wait_for(lambda: sleeper.health == "standby")
            seen = other.evaluations()
            wait_for(lambda: other.evaluations() >= seen + 2)
            assert other.leads
            assert not sleeper.leads
            assert alerts_of(sleeper) == alerts_of(other) == ["page"]
    assert told(here, "trigger") == [KEY]
    assert "work_dropped" in sleeper.log
    assert "lease_lost" in sleeper.log
    assert "Traceback" not in sleeper.log + other.log
    assert SELF_ALERT.slo_id not in told(here, "trigger")
