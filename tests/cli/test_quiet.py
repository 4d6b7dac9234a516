"""`sloguard silence`, `ack` and `held-back`, as they are typed."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sloguard.cli.main import app
from sloguard.errors import SloguardError
from sloguard.model.alert import AlertKey
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.told import HeldBack
from sloguard.ports import CycleOutcome
from sloguard.store import open_store
from tests.support.incidents import NOON, record

FILE = """version: 1
services:
  - name: shop
    runbook_url: https://r.example.com
    slos:
      - {name: a, objective: 99, indicator: {events: {bad: e, total: t}}}
      - {name: b, objective: 99, group_by: tenant, indicator: {events: {bad: e, total: t}}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slo.yaml").write_text(FILE, encoding="utf-8")
    store = open_store(f"sqlite:///{tmp_path}/sloguard.db")
    held = HeldBack(NOON, AlertKey("shop/b"), Severity.PAGE, Quiet(QuietReason.SILENCED, "7", "bob: x"), ("slack.a",))
    store.alerts.commit_cycle(CycleOutcome(alerts={AlertKey("shop/a"): record("shop/a")}, held_back=(held,)), NOON)
    store.close()
    return tmp_path


def run(here: Path, *arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [*arguments], env={"SLOGUARD_AUTHOR": None})
    if isinstance(result.exception, SloguardError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def document(here: Path, *arguments: str) -> Any:
    code, out, err = run(here, *arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_a_silence_from_beginning_to_end(here: Path) -> None:
    made = document(
        here, "silence", "add", 'shop/b{tenant="acme"}', "--match", "severity=~page|ticket", "--for", "2h",
        "--reason", "migration", "--author", "ann",
    )  # fmt: skip
    assert made["schema"] == "sloguard/silences/v1"
    (silence,) = made["silences"]
    assert silence["matchers"] == ['slo="shop/b"', 'tenant="acme"', 'severity=~"page|ticket"']
    assert document(here, "silence", "list") == made
    code, out, _ = run(here, "silence", "list")
    assert code == 0
    assert "migration" in out
    document(here, "silence", "expire", str(silence["id"]))
    assert document(here, "silence", "list")["silences"] == []
    assert len(document(here, "silence", "list", "--all")["silences"]) == 1
    code, _, err = run(here, "silence", "expire", str(silence["id"]))
    assert (code, "There is no silence" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["shop/x"], "No SLO that is declared"),
        ([], "would silence everything"),
        (["shop/a", "--match", "tenant"], "is no matcher"),
        (["shop/a", "--match", "tenant=acme"], "No SLO that is declared"),
        (["shop/b{tenant"], "is no SLO's id"),
    ],
)
def test_silences_that_do_nothing_are_refused(here: Path, arguments: list[str], words: str) -> None:
    code, _, err = run(here, "silence", "add", *arguments, "--for", "1h", "--reason", "x", "--author", "ann")
    assert code == 2
    assert words in err


def test_an_alert_is_acknowledged_once_it_fires(here: Path) -> None:
    found = document(here, "ack", "shop/a", "--author", "ann", "--note", "on it")
    assert found["alerts"] == [{"slo": "shop/a", "kind": "objective"}]
    store = open_store(f"sqlite:///{here}/sloguard.db")
    assert store.quiet.acknowledgements()[AlertKey("shop/a")].note == "on it"
    store.close()
    code, _, err = run(here, "ack", "shop/b", "--author", "ann")
    assert (code, "No alert of 'shop/b' fires. Firing: shop/a." in err) == (2, True)


def test_what_was_held_back(here: Path) -> None:
    since = (NOON - timedelta(days=1)).isoformat()
    (entry,) = document(here, "held-back", "--since", since)["held_back"]
    assert (entry["slo"], entry["quiet"]["reason"]) == ("shop/b", "silenced")
    _, out, _ = run(here, "held-back", "--since", since)
    assert "silenced (number 7, bob: x)" in out
