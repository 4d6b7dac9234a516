"""The daemon as a process, beside a real Prometheus: ten SLOs fail from one cause, and people stay asleep or not."""

import json
import signal
import subprocess
import sys
from typing import Any

import httpx

from sloguard.demo.receivers.pagerduty import AlertState
from tests.daemon.test_process import SLO_YAML, Surroundings, surroundings, wait_for

__all__ = ["surroundings"]

API_TOKEN = "0123456789abcdef-not-to-be-seen"
NAMES = [f"availability-{number}" for number in range(10)]


def ten_slos(here: Surroundings) -> None:
    """The same failure, promised ten times."""
    head, _, slo = (SLO_YAML % addresses(here)).partition("      - name: availability\n")
    slos = "".join(f"      - name: {name}\n{slo}" for name in NAMES)
    here.config.write_text(f'{head}{slos}web: {{api_token: "{API_TOKEN}"}}\n', encoding="utf-8")


def addresses(here: Surroundings) -> dict[str, str]:
    return {"prometheus": here.prometheus.url, "slack": here.slack.url, "pagerduty": here.pagerduty.url}


def silence(here: Surroundings) -> int:
    command = [sys.executable, "-m", "sloguard", "silence", "add", "--service", "shop", "--for", "1h"]
    command += ["--reason", "a drill", "--author", "ann", "-c", str(here.config), "--format", "json"]
    environment = {"SLACK_BOT_TOKEN": "x", "PAGERDUTY_ROUTING_KEY": "0" * 32, "PATH": ""}
    done = subprocess.run(
        [*command, "--store", f"sqlite:///{here.directory}/store.db"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=environment,
    )
    number: int = json.loads(done.stdout)["silences"][0]["id"]
    return number


def write(here: Surroundings, method: str, path: str, body: Any = None) -> httpx.Response:
    headers = {"authorization": f"Bearer {API_TOKEN}"}
    return httpx.request(method, f"http://127.0.0.1:{here.port}{path}", json=body, headers=headers, timeout=10)


def quiet_reasons(here: Surroundings) -> list[str | None]:
    """Of every alert that fires, most urgent first; None where it was told."""
    slos = here.get("/api/v1/status").json()["services"][0]["slos"]
    return [alert["quiet"] and alert["quiet"]["reason"] for slo in slos for alert in slo["alerts"]]


def few_cycles(here: Surroundings) -> None:
    before = here.cycles()
    wait_for(lambda: here.cycles() >= before + 3)


def test_silenced_they_wake_nobody_and_when_the_silence_ends_they_are_one_page(surroundings: Surroundings) -> None:
    here = surroundings
    ten_slos(here)
    number = silence(here)
    with here.daemon() as process:
        wait_for(here.ready)
        wait_for(lambda: quiet_reasons(here) == ["silenced"] * 10)
        few_cycles(here)
        page, metrics = here.get("/").text, here.get("/metrics").text
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (here.pagerduty.pages, here.slack.messages) == (0, ())
    assert 'sloguard_alerts_held_back_total{reason="silenced"} 10.0' in metrics
    assert f"Silenced (number {number}, ann: a drill) until" in page
    with here.daemon() as process:
        wait_for(here.ready)
        few_cycles(here)
        journal = here.get("/api/v1/held-back").json()["held_back"]
        assert [each["quiet"]["reason"] for each in journal] == ["silenced"] * 10, "once each, restarted or not"
        assert here.pagerduty.pages == 0
        assert write(here, "DELETE", f"/api/v1/silences/{number}").status_code == 200
        wait_for(lambda: here.pagerduty.pages and here.slack.messages)
        few_cycles(here)
        assert sorted(quiet_reasons(here), key=str) == [None, *["folded"] * 9]
        body = {"slo": "shop/availability-7", "author": "bob", "note": "on it"}
        assert write(here, "POST", "/api/v1/acknowledgements", body).status_code == 202
        wait_for(lambda: next(iter(here.pagerduty.alerts.values())).state is AlertState.ACKNOWLEDGED)
        wait_for(lambda: any("Acknowledged by bob" in message.text for message in here.slack.messages))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert here.pagerduty.pages == 1
    assert len([message for message in here.slack.messages if not message.thread]) == 1
    (trigger,) = [request.json for request in here.pagerduty.requests if request.json["event_action"] == "trigger"]
    assert "9 more alerts fire" in trigger["payload"]["summary"]
    for name in NAMES[1:]:
        assert f"shop/{name}" in trigger["payload"]["custom_details"]["also"]
    for shown in (here.log(), page, metrics, str(journal)):
        assert API_TOKEN not in shown


def test_ten_slos_that_fail_together_are_one_page(surroundings: Surroundings) -> None:
    here = surroundings
    ten_slos(here)
    with here.daemon() as process:
        wait_for(lambda: here.pagerduty.pages and here.slack.messages)
        wait_for(here.ready)
        few_cycles(here)
        assert len(quiet_reasons(here)) == 10
        process.send_signal(signal.SIGKILL)
        process.wait()
    # Nothing is declared that fires any more: what was told is resolved, by whatever comes after the kill.
    here.config.write_text(
        (SLO_YAML % addresses(here))
        .replace("alerting: {tiers:", "alerting: {no_data: none, tiers:")
        .replace("factor: 14.4", "factor: 900"),
        encoding="utf-8",
    )
    with here.daemon():
        wait_for(lambda: all(alert.state is AlertState.RESOLVED for alert in here.pagerduty.alerts.values()))
    assert here.pagerduty.pages == 1
    assert len([message for message in here.slack.messages if not message.thread]) == 1
