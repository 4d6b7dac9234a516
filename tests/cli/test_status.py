"""`sloguard status` and `sloguard check` about a time that the ledger does not cover."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sloguard.cli.main import app
from sloguard.config import load_text
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.store import open_store
from tests.cli.test_adjusting import AT, CONFIG, END, HOUR, Sloguard, directory, note_replayed, sloguard

__all__ = ["directory", "sloguard"]
BEFORE, AFTER = f"{END - 26 * HOUR}", f"{END + 2 * HOUR}"
LONG_AFTER = f"{END + 40 * 24 * HOUR}"
COVERED = "the ledger covers 2026-11-21 03:00 UTC to 2026-11-22 03:00 UTC."


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def reasons(sloguard: Sloguard, at: str) -> set[str | None]:
    document = json.loads(sloguard("status", "--at", at, "--format", "json"))
    return {slo["no_data_reason"] for slo in document["services"][0]["slos"]}


def test_a_time_before_the_ledger_is_told_with_what_it_covers(sloguard: Sloguard) -> None:
    done = run("status", "--at", BEFORE)
    assert f"Nobody has counted 2026-11-21 01:00 UTC: of all 3 SLOs {COVERED}" in done.stderr
    assert (
        "`sloguard replay --since 2026-10-22T01:00:00Z` counts what Prometheus still has of that time." in done.stderr
    )
    assert "Nothing is counted yet" not in done.stderr
    assert "No data: outside of the ledger" in done.stdout
    assert reasons(sloguard, BEFORE) == {"not_counted"}


def test_a_time_after_the_ledger_is_told_with_what_to_do(sloguard: Sloguard) -> None:
    done = run("status", "--at", AFTER)
    assert COVERED in done.stderr
    assert "`sloguard replay`, or the daemon, goes on from there; --at takes an earlier time." in done.stderr
    assert reasons(sloguard, AFTER) == {"not_counted"}


def test_a_time_so_long_after_the_ledger_that_no_window_reaches_it_is_told_likewise(sloguard: Sloguard) -> None:
    assert COVERED in run("status", "--at", LONG_AFTER).stderr
    assert "no sample seen before" not in sloguard("status", "--at", LONG_AFTER)
    assert reasons(sloguard, LONG_AFTER) == {"not_counted"}


def test_of_a_window_that_is_not_replayed_the_numbers_are_provisional(sloguard: Sloguard, directory: Path) -> None:
    note_replayed(directory, 15)
    assert reasons(sloguard, AT) == {"provisional"}
    assert "Provisional: 50 % of the history is replayed so far" in sloguard("status", "--at", AT)


def test_a_time_that_it_covers_needs_no_words(sloguard: Sloguard, directory: Path) -> None:
    note_replayed(directory, 30)
    assert reasons(sloguard, AT) == {None}
    assert run("status", "--at", AT).stderr == ""
    assert run("status", "--at", BEFORE, "--quiet").stderr == ""


def test_check_says_it_too(directory: Path) -> None:
    done = run("check", "--at", BEFORE)
    assert "unknown   shop/a: no data: outside of the ledger" in done.stdout
    assert COVERED in done.stderr


def test_a_time_that_was_asked_for_in_vain_is_told_by_the_first_sample(directory: Path) -> None:
    """The replay has asked for a week; Prometheus had a day of it."""
    note_replayed(directory, 7)
    done = run("status", "--at", BEFORE)
    assert "No data: no sample seen before 2026-11-21 03:00 UTC" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("at", [(), ("--at", AT)])
def test_an_empty_store_is_told(directory: Path, at: tuple[str, ...]) -> None:
    open_store("sqlite:///empty.db").close()
    done = run("status", "--store", "sqlite:///empty.db", *at)
    assert "Nothing is counted yet. Run `sloguard replay` first" in done.stderr


def test_an_slo_whose_samples_ended_before_its_window_has_not_begun_late(sloguard: Sloguard, directory: Path) -> None:
    configuration = load_text(CONFIG, "slo.yaml", {}, directory).configuration
    assert configuration is not None
    other, end = ledger_key(configuration.slos[1]), int(LONG_AFTER)
    store = open_store("sqlite:///sloguard.db")
    store.ledger.write_ranges([CountedRange(other, end - HOUR, end, (Slice(end - HOUR, HOUR, 0.0, 1000.0),))])
    store.close()
    document = json.loads(sloguard("status", "--at", LONG_AFTER, "--format", "json"))
    assert document["services"][0]["slos"][0]["no_data_reason"] == "stale"


def test_of_a_changed_indicator_it_is_said_that_it_is_not_counted_yet(sloguard: Sloguard, directory: Path) -> None:
    (directory / "slo.yaml").write_bytes(CONFIG.replace(b'code="500"', b'code=~"5.."', 1))
    for at in ((), ("--at", AT)):
        (service,) = json.loads(sloguard("status", *at, "--format", "json"))["services"]
        assert [slo["no_data_reason"] for slo in service["slos"] if slo["name"] in {"a", "all"}] == ["not_counted"] * 2
        assert "No data: not counted yet" in sloguard("status", *at)
