"""`sloguard backup`, `restore` and `verify`, as one types them."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange, LedgerKey
from sloguard.store import open_store
from tests.store.killed_cycle import outcome
from tests.support.incidents import NOON


def sloguard(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sloguard", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    store = open_store(f"sqlite:///{tmp_path}/sloguard.db")
    store.alerts.commit_cycle(outcome(0), NOON)
    store.close()
    return tmp_path


def test_there_and_back(directory: Path) -> None:
    made = json.loads(sloguard(directory, "backup", "--format", "json").stdout)
    assert made["schema"] == "sloguard/backup/v1"
    assert made["rows"]["slices"] == 1500
    assert sloguard(directory, "verify", made["file"]).stdout.startswith("In order: ")
    refused = sloguard(directory, "restore", made["file"])
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "--replace to give it up" in refused.stderr
    done = sloguard(directory, "restore", made["file"], "--store", "sqlite:///copy.db")
    assert done.returncode == 0
    assert "1500 slices" in done.stdout
    seen = json.loads(sloguard(directory, "verify", "--store", "sqlite:///copy.db", "--format", "json").stdout)
    assert (seen["ok"], seen["rows"], seen["findings"]) == (True, made["rows"], [])


def test_a_backup_into_a_directory_and_never_over_another(directory: Path) -> None:
    (directory / "backups").mkdir()
    assert sloguard(directory, "backup", "--out", "backups").returncode == 0
    (made,) = (directory / "backups").iterdir()
    again = sloguard(directory, "backup", "--out", str(made))
    assert again.returncode == 3
    assert "is there already. Give another name." in again.stderr


def test_what_is_damaged_is_a_finding(directory: Path) -> None:
    (directory / "x.backup").write_bytes(b"nothing")
    done = sloguard(directory, "verify", "x.backup")
    assert done.returncode == 1
    assert "x.backup is no backup of sloguard" in done.stdout
    content = bytearray((directory / "sloguard.db").read_bytes())
    content[8192:12288] = b"\xff" * 4096
    (directory / "sloguard.db").write_bytes(content)
    done = sloguard(directory, "verify")
    assert done.returncode in {1, 3}
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["backup"], ["verify"]])
def test_without_a_store_there_is_nothing_to_care_for(command: list[str], tmp_path: Path) -> None:
    done = sloguard(tmp_path, *command)
    assert done.returncode == 3
    assert "There is no store at sqlite:///sloguard.db" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_backup_that_does_not_fit_on_the_disk_leaves_nothing(directory: Path) -> None:
    chance = random.Random(1)
    numbers = tuple(Slice(60 * each, 60, 0.0, chance.random()) for each in range(10_000))
    store = open_store(f"sqlite:///{directory}/sloguard.db")
    store.ledger.write_ranges([CountedRange(LedgerKey("shop/a", "f"), 0, 600_000, numbers)])
    store.close()
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000));"
        "sys.argv = ['sloguard', 'backup', '--out', 'full.backup'];"
        "from sloguard.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=directory, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert "The backup full.backup cannot be written: File too large." in done.stderr
    assert not list(directory.glob("*.backup*"))
    assert not list(directory.glob(".*unfinished"))
