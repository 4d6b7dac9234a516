"""Every benchmark still runs, at the smallest size that it takes. What it measures then means nothing."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALLEST: Mapping[str, Sequence[str]] = {
    "accuracy": ["--only", "low-traffic"],
    "backtest_speed": ["--days", "1", "--slos", "1"],
    "false_alarms": ["--months", "1", "--objectives", "0.99", "--per-hour", "1"],
    "generate_speed": ["10"],
    "ledger_cost": ["--slos", "1", "--days", "1"],
    "ledger_store": ["--slos", "1", "--days", "4"],
    "replay_cost": ["--slos", "1", "--days", "1"],
    "validate_speed": ["--services", "2"],
}
BY_OTHERS = {"daemon_cost": "ledger_cost runs it"}
TOO_LONG = {"rules_accuracy": "it lives through 30 days", "rules_cost": "it waits until every group was evaluated"}


@pytest.mark.parametrize("name", SMALLEST)
def test_it_runs(name: str) -> None:
    command = [sys.executable, f"benchmarks/{name}.py", *SMALLEST[name]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SLOGUARD_WORLD_DAYS": "2"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_none_is_forgotten() -> None:
    there = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert there == {*SMALLEST, *BY_OTHERS, *TOO_LONG}
