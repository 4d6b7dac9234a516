"""`sloguard check` lets nothing pass that nobody has counted, and a full disk is no finding."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sloguard.config import load_text
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store

ROOT = Path(__file__).parents[2]
CONFIG = b"""
version: 1
defaults: {runbook_url: "https://runbooks.example.com/shop"}
services:
  - name: shop
    slos: [{name: a, objective: 99, indicator: {events: {bad: 'x_total{code="500"}', total: x_total}}}]
"""


def sloguard(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sloguard", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60, check=False)


def ledger(directory: Path, *, hours_ago: int, days: int = 30) -> None:
    """A ledger of one good day that ends so long ago; for so many days Prometheus was asked."""
    (directory / "slo.yaml").write_bytes(CONFIG)
    loaded = load_text(CONFIG, "slo.yaml", {}, directory)
    assert loaded.configuration is not None
    (slo,) = loaded.configuration.slos
    end = int(time.time()) // 3600 * 3600 - 3600 * hours_ago
    slices = tuple(Slice(end - 3600 * back, 3600, 0.0, 1000.0) for back in range(24, 0, -1))
    store = open_store(f"sqlite:///{directory}/sloguard.db")
    counted = CountedRange(ledger_key(slo), slices[0].start, end, slices)
    store.ledger.write_replayed([counted], {ledger_key(slo): (end - days * 86_400, end)})
    store.close()


def test_a_fresh_ledger_is_judged(tmp_path: Path) -> None:
    ledger(tmp_path, hours_ago=0)
    done = sloguard(tmp_path, "check")
    assert (done.returncode, done.stdout.split()[0]) == (0, "kept")


def test_a_ledger_that_lacks_most_of_the_window_is_no_data(tmp_path: Path) -> None:
    ledger(tmp_path, hours_ago=0, days=3)
    done = sloguard(tmp_path, "check")
    assert (done.returncode, done.stdout.split()[0]) == (0, "unknown")
    assert "no data: provisional, 10 % of the history is replayed so far" in done.stdout
    assert sloguard(tmp_path, "check", "--fail-without-data").returncode == 1


def test_a_service_is_judged_alone_though_it_is_made_of_another_one(tmp_path: Path) -> None:
    ledger(tmp_path, hours_ago=0)
    whole = (
        b"  - name: whole\n    slos: [{name: all, objective: 99, indicator: {composite: {members: [{slo: shop/a}]}}}]\n"
    )
    (tmp_path / "slo.yaml").write_bytes(CONFIG + whole)
    done = sloguard(tmp_path, "check", "--service", "whole")
    assert (done.returncode, done.stdout.split()[:2]) == (0, ["kept", "whole/all:"])
    assert "0 of 1 SLOs fail." in done.stderr
    assert sloguard(tmp_path, "check", "--service", "shop").stdout.split()[1] == "shop/a:"


def test_an_old_ledger_is_not(tmp_path: Path) -> None:
    ledger(tmp_path, hours_ago=48)
    done = sloguard(tmp_path, "check")
    assert (done.returncode, done.stdout) == (3, "")
    assert "too old to judge by" in done.stderr
    assert sloguard(tmp_path, "check", "--max-age", "60h").returncode == 0


@pytest.mark.parametrize("command", ["check", "status"])
def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, command: str) -> None:
    (tmp_path / "slo.yaml").write_bytes(CONFIG)
    done = sloguard(tmp_path, command, "--store", "sqlite:///typo.db")
    assert done.returncode == 3
    assert "There is no store at sqlite:///typo.db yet" in done.stderr
    assert not (tmp_path / "typo.db").exists()


def test_a_result_that_cannot_be_written_is_no_finding(tmp_path: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "sloguard", "schema"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("sloguard: the output cannot be written")


def test_the_tour_of_the_readme_begins_with_a_valid_file(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert block is not None
    loaded = load_text(block[1].encode(), "slo.yaml", {}, tmp_path)
    assert loaded.configuration is not None, [str(problem) for problem in loaded.problems]
