"""`sloguard check`, run as a pipeline runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sloguard.config import load
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store

CONFIG = """\
version: 1
services:
  - name: shop
    slos:
      - name: orders
        objective: 99
        window: 1h
        alerting: {tiers: [{severity: page, long: 10m, short: 5m, factor: 10}]}
        indicator: {events: {bad: 'bad_total', total: 'all_total'}}
  - name: idle
    slos:
      - name: nothing
        objective: 99
        indicator: {events: {bad: 'other_bad_total', total: 'other_total'}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    config = tmp_path / "slo.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return config


def counted(config: Path, bad: float) -> str:
    """A store with an hour of a thousand events a minute."""
    configuration = load(config, os.environ).configuration
    assert configuration is not None
    url = f"sqlite:///{config.parent}/store.db"
    store = open_store(url)
    slices = tuple(Slice(1_800_000_000 + 60 * minute, 60, bad, 1000.0) for minute in range(60))
    key = ledger_key(configuration.slos[0])
    store.ledger.write_ranges([CountedRange(key, slices[0].start, slices[-1].end, slices)])
    store.close()
    return url


def check(config: Path, store: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("sloguard")),
        "check",
        "-c",
        str(config),
        "--store",
        store,
        *arguments,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=config.parent)


def test_an_objective_that_is_kept_passes(shop: Path) -> None:
    done = check(shop, counted(shop, 5.0))

    assert (done.returncode, done.stderr) == (0, "0 of 2 SLOs fail; 1 have no data.\n")
    assert done.stdout.startswith("kept      shop/orders: 99.5 % of the events are good over 1 h, objective 99 %; 50 %")


def test_a_breach_fails_in_every_form(shop: Path) -> None:
    store = counted(shop, 20.0)
    outputs = {}
    for form in ("text", "json", "junit", "markdown", "github"):
        done = check(shop, store, "--format", form, "--service", "shop")
        assert done.returncode == 1, done.stderr
        outputs[form] = done.stdout

    assert json.loads(outputs["json"])["slos"][0]["verdict"] == "breached"
    assert "<failure" in outputs["junit"]
    assert "| shop/orders | breached | 98 % | 99 % | −100 % |" in outputs["markdown"]
    assert outputs["github"].startswith("::error title=shop/orders breached::98 %25 of the events")


def test_missing_data_fail_only_if_asked(shop: Path) -> None:
    store = counted(shop, 0.0)

    assert check(shop, store, "--service", "idle").returncode == 0
    assert check(shop, store, "--service", "idle", "--fail-without-data").returncode == 1


def test_an_unknown_service_is_a_wrong_call(shop: Path) -> None:
    done = check(shop, counted(shop, 0.0), "--service", "shopp")

    assert done.returncode == 2
    assert "declares no service 'shopp'. Choose one of: shop, idle." in done.stderr
