"""`sloguard preview` shows what would be sent, with the team's own words, and sends nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = """
version: 1
notify:
  slack: {team: {token: xoxb-very-secret, channel: '#team', api_url: 'http://127.0.0.1:9/'}}
  pagerduty: {primary: {routing_key: 0123456789abcdef0123456789abcdef, events_url: 'http://127.0.0.1:9'}}
routes: {page: [slack.team, pagerduty.primary], ticket: [slack.team]}
messages: {slack_story: story.j2}
defaults: {runbook_url: "https://runbooks.example.com/shop"}
services:
  - name: shop
    slos:
      - name: checkout
        description: Orders & payments.
        objective: 99.9
        indicator: {events: {bad: 'x_total{code="500"}', total: x_total}}
        breakdown_by: [version]
      - name: search
        objective: 90
        indicator: {events: {bad: 'y_total{code="500"}', total: y_total}}
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "slo.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "story.j2").write_text("Team: {{ summary }}\n{{ description }}", encoding="utf-8")
    return tmp_path


def sloguard(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sloguard", "preview", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60, check=False)


def test_every_event_for_every_receiver_that_would_hear_of_it(directory: Path) -> None:
    document = json.loads(sloguard(directory, "--format", "json").stdout)
    assert document["schema"] == "sloguard/preview/v1"
    assert [(each["receiver"], each["event"], len(each["documents"])) for each in document["messages"]] == [
        ("slack.team", "trigger", 1),
        ("pagerduty.primary", "trigger", 1),
        ("slack.team", "update", 2),
        ("pagerduty.primary", "update", 1),
        ("slack.team", "resolve", 2),
        ("pagerduty.primary", "resolve", 1),
    ]
    story = document["messages"][0]["documents"][0]["blocks"][1]["text"]["text"]
    assert (
        story == "Team: shop/checkout: 98.13 % good over the last 1 h, the objective is 99.9 %\nOrders &amp; payments."
    )
    assert "secret" not in json.dumps(document)
    assert "0123456789abcdef" not in json.dumps(document)


def test_as_words_for_one_slo_and_event(directory: Path) -> None:
    done = sloguard(directory, "shop/search", "--severity", "ticket", "--event", "trigger")
    assert (done.returncode, done.stderr) == (0, "")
    assert "🟠 Ticket: shop/search" in done.stdout
    assert "pagerduty" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("shop/chekout",), "there is no SLO shop/chekout in the file. Did you mean shop/checkout?"),
        (("--severity", "info"), "shop/checkout has no burn-rate tier of severity info; it has page, ticket."),
    ],
)
def test_what_cannot_be_shown_is_said(arguments: tuple[str, ...], words: str, directory: Path) -> None:
    done = sloguard(directory, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_broken_template_is_named_with_its_place(directory: Path) -> None:
    (directory / "story.j2").write_text("{{ sumary }}", encoding="utf-8")
    done = sloguard(directory)
    assert done.returncode == 1
    assert done.stderr.startswith("slo.yaml:7:25: SG077 messages.slack_story cannot be used: 'sumary' is undefined")
