"""`sloguard recounts` lists what late data have changed."""

import json
from pathlib import Path

from typer.testing import CliRunner

from sloguard.cli.main import app
from sloguard.model.measurement import Slice
from sloguard.model.recount import Known, Recounted
from sloguard.ports import CountedRange, LedgerKey
from sloguard.store import open_store
from tests.support.incidents import NOON

KEY = LedgerKey("shop/checkout", "f")
CHANGE = Recounted("shop/checkout", 0, 120, Known(1.0, 10.0, 60), Known(3.0, 1_500.0, 120))


def listed(directory: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["recounts", "--store", f"sqlite:///{directory}/store.db", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_was_changed_is_listed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    assert listed(tmp_path) == "No recount has changed anything.\n"
    store.ledger.write_ranges([CountedRange(KEY, 0, 60, (Slice(0, 60, 1.0, 10.0),))])
    better = CountedRange(KEY, 0, 120, (Slice(0, 60, 1.0, 10.0), Slice(60, 60, 2.0, 1_490.0)))
    assert store.recounts.revise([(better, CHANGE)], NOON) == (CHANGE,)
    store.close()
    line = listed(tmp_path)
    assert line.startswith("2026-11-22 12:00 UTC  shop/checkout, 1970-01-01 00:00 UTC to 1970-01-01 00:02 UTC: ")
    assert "1 → 3 bad of 10 → 1\u202f500, 1 min more seen" in line
    document = json.loads(listed(tmp_path, "--format", "json"))
    assert document["schema"] == "sloguard/recounts/v1"
    assert document["recounts"][0]["after"] == {"bad": 3.0, "total": 1500.0, "seen_seconds": 120}
