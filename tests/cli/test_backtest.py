"""`sloguard backtest` as its user meets it: a ledger on disk, files beside it, tables, JSON and a picture."""

import json
import random
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sloguard.config import load
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store
from tests.support.courses import poisson

CONFIG = """
version: 1
defaults: {runbook_url: "https://runbooks.example.com/shop"}
services:
  - name: shop
    slos:
      - {name: checkout, objective: 99.9, indicator: {events: {bad: 'errors_total', total: 'requests_total'}}}
      - {name: search, objective: 99, indicator: {events: {bad: 'search_errors_total', total: 'searches_total'}}}
"""
POLICY = "alerting:\n  tiers:\n    - {severity: ticket, long: 1h, short: 5m, factor: 14.4}\n"
UNTIL = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
DAYS = 5
SINCE = UNTIL - DAYS * 86_400
OUTAGE = (SINCE + 86_400 * 4 + 3_600 * 2, SINCE + 86_400 * 4 + 3_600 * 2 + 1_200)


def sloguard(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sloguard", "backtest", "--since", "2d", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120, check=False)


def slices(step: int, chance: random.Random, *, broken: bool) -> tuple[Slice, ...]:
    found = []
    for start in range(SINCE, UNTIL, step):
        bad_seconds = max(0, min(OUTAGE[1], start + step) - max(OUTAGE[0], start)) if broken else 0
        bad = poisson(chance, bad_seconds / 2 + step * 0.0001)
        found.append(Slice(start, step, bad, bad + poisson(chance, (step - bad_seconds))))
    return tuple(found)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose checkout failed for 20 minutes; one ledger by the minute, one by the hour."""
    directory = tmp_path_factory.mktemp("shop")
    (directory / "slo.yaml").write_text(CONFIG)
    (directory / "policy.yaml").write_text(POLICY)
    begin, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in OUTAGE)
    (directory / "incidents.csv").write_text(f"from,to,service,name\n{begin},{end},shop,<database> & more\n")
    configuration = load(directory / "slo.yaml", {}).configuration
    assert configuration is not None
    for name, step in (("sloguard.db", 60), ("coarse.db", 3_600)):
        store = open_store(f"sqlite:///{directory}/{name}")
        chance = random.Random(1)
        ranges = [
            CountedRange(ledger_key(slo), SINCE, UNTIL, slices(step, chance, broken=slo.name == "checkout"))
            for slo in configuration.slos
        ]
        store.ledger.write_replayed(ranges, {each.key: (SINCE, UNTIL) for each in ranges})
        store.close()
    return directory


def document(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    assert done.returncode == 0, done.stderr
    assert "NaN" not in done.stdout
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def test_json_begins_as_promised_and_tells_page_and_ticket(shop: Path) -> None:
    done = sloguard(shop, "--format", "json", "--incidents", "incidents.csv")
    found = document(done)
    assert list(found)[:2] == ["schema", "alerts"]
    assert found["schema"] == "sloguard/backtest/v1"
    page, ticket = found["alerts"]
    assert list(page)[:5] == ["slo", "severity", "started_at", "ended_at", "reason"]
    assert (page["slo"], page["severity"], page["reason"]) == ("shop/checkout", "page", "burning")
    assert (ticket["severity"], ticket["began_by"], ticket["ended_at"]) == ("ticket", "deescalate", None)
    assert page["ended_at"] == ticket["started_at"]
    assert page["ended_at"].endswith("Z")
    assert 0 < page["detection_delay_seconds"] <= 180
    assert 0 < page["burn_consumed_ratio"] <= page["budget_consumed_ratio"] < 0.3
    assert (page["false"], page["approximate"]) == (False, False)
    assert page["incident"]["name"] == "<database> & more"
    assert (found["summary"]["pages"]["count"], found["summary"]["tickets"]["count"]) == (1, 0)
    assert (found["summary"]["recall"], found["summary"]["pages"]["precision"]) == (1.0, 1.0)
    assert found["limits"] == []
    assert done.stderr == ""


def test_a_proposed_policy_stands_beside_the_current_one(shop: Path) -> None:
    arguments = ("--policy", "policy.yaml", "--incidents", "incidents.csv")
    found = document(sloguard(shop, "--format", "json", *arguments))
    assert [each["severity"] for each in found["alerts"]] == ["ticket"]
    assert (found["summary"]["recall"], found["current"]["summary"]["recall"]) == (0.0, 1.0)
    assert [each["severity"] for each in found["current"]["alerts"]] == ["page", "ticket"]
    table = sloguard(shop, *arguments)
    assert table.returncode == 0, table.stderr
    for words in ("Current policy", "Proposed policy", "<database> & more", "no page; ticket after", "recall"):
        assert words in table.stdout


def test_another_configuration_is_a_policy_too(shop: Path) -> None:
    (shop / "stricter.yaml").write_text(CONFIG.replace("objective: 99,", "objective: 99.99,"))
    found = document(sloguard(shop, "--format", "json", "--policy", "stricter.yaml", "--slo", "shop/search"))
    assert {each["slo"] for each in found["alerts"]} <= {"shop/search"}
    assert found["slos"] == ["shop/search"]


def test_a_coarse_past_says_what_it_cannot_show_and_still_finds_the_outage(shop: Path) -> None:
    done = sloguard(shop, "--store", "sqlite:///coarse.db", "--format", "json", "--incidents", "incidents.csv")
    found = document(done)
    page = found["alerts"][0]
    assert (page["severity"], page["approximate"], page["resolution_seconds"]) == ("page", True, 3600.0)
    assert found["summary"]["recall"] == 1.0
    assert "100 % in steps of 1h" in done.stderr
    assert "page over 1h and 5m" in done.stderr
    assert "sloguard replay --step 1m" in done.stderr
    assert found["history"] == [{"step_seconds": 3600.0, "share_ratio": 1.0}]


def test_the_picture_is_well_formed_whatever_the_names_hold(shop: Path) -> None:
    done = sloguard(shop, "-q", "--incidents", "incidents.csv", "--policy", "policy.yaml", "--svg", "timeline.svg")
    assert done.returncode == 0, done.stderr
    root = ET.fromstring((shop / "timeline.svg").read_text())
    words = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert any("<database> & more" in each for each in words)
    assert sum(each.startswith("page ") for each in words) == 1
    assert "shop/search" in words


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--incidents", "bad.yaml"), 1, "bad.yaml:2:10: SG086"),
        (("--policy", "bad_policy.yaml"), 1, "bad_policy.yaml:3:55: SG060"),
        (("--policy", "missing.yaml"), 1, "missing.yaml:1:1: SG0"),
        (("--slo", "shop/nothing"), 2, "no SLO or service 'shop/nothing'"),
        (("--svg", "no/such/folder.svg"), 1, "no/such/folder.svg cannot be written"),
        (("--store", "sqlite:///none.db"), 3, "There is no store"),
        (("--until", "soon"), 2, "'soon' is not a time"),
        (
            ("--until", "2026-01-01T00:00:00Z"),
            3,
            "2026-01-01 00:00 UTC: the ledger covers 2026-11-17 00:00 UTC to 2026-11-22 00:00 UTC. Run",
        ),
    ],
)
def test_what_is_wrong_is_said(shop: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    (shop / "bad.yaml").write_text("- {from: 1, to: 2}\n- {from: noon, to: 2}\n")
    (shop / "bad_policy.yaml").write_text(POLICY.replace("14.4", "2000"))
    done = sloguard(shop, *arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("step", ["7m", "90s", "2h", "often"])
def test_a_replay_in_steps_that_do_not_fit_is_refused(shop: Path, step: str) -> None:
    command = [sys.executable, "-m", "sloguard", "replay", "--step", step, "--store", "sqlite:///none.db"]
    done = subprocess.run(command, cwd=shop, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert step in done.stderr
