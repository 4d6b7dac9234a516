"""Calendar windows through the whole path: file, ledger, budget, JSON, table and page."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sloguard.app.replay import default_reach
from sloguard.cli.main import app
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.reporting import stored_status
from sloguard.model.measurement import Slice
from sloguard.ports import CountedRange
from sloguard.presentation.status_table import status_table
from sloguard.store import open_store
from sloguard.web.overview import overview
from tests.config.texts import configuration_of, loaded

FILE = """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - name: availability
        objective: 99
        window: {calendar: %s, timezone: %s}
        indicator: {events: {bad: errors_total, total: requests_total}}
"""
HOUR = 3_600


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def filled(tmp_path: Path, text: str, start: datetime, end: datetime) -> str:
    """A store in which each hour has 100 events, 1 of them bad; returns its address."""
    address = f"sqlite:///{tmp_path}/store.db"
    store = open_store(address)
    (slo,) = configuration_of(loaded(text)).slos
    first, last = int(start.timestamp()), int(end.timestamp())
    slices = tuple(Slice(at, HOUR, 1.0, 100.0) for at in range(first, last, HOUR))
    store.ledger.write_ranges([CountedRange(ledger_key(slo), first, last, slices)])
    store.close()
    return address


@pytest.mark.parametrize(
    ("period", "zone", "now", "start", "end", "hours"),
    [
        # Clocks go forward in the night before: the week has 167 hours, of which 144 are over at this midnight.
        ("week", "America/New_York", "2026-03-08T05:00", "2026-03-02T05:00", "2026-03-09T04:00", 144),
        ("week", "America/New_York", "2026-03-09T03:00", "2026-03-02T05:00", "2026-03-09T04:00", 166),
        # And back: October has 745 hours.
        ("month", "Europe/Paris", "2026-10-31T22:00", "2026-09-30T22:00", "2026-10-31T23:00", 744),
        ("month", "Europe/Paris", "2026-10-31T23:00", "2026-10-31T23:00", "2026-11-30T23:00", 0),
    ],
)
def test_a_budget_begins_with_its_period(
    tmp_path: Path, period: str, zone: str, now: str, start: str, end: str, hours: int
) -> None:
    text = FILE % (period, zone)
    (tmp_path / "slo.yaml").write_text(text, encoding="utf-8")
    address = filled(tmp_path, text, utc("2026-01-01T00:00"), utc(now))
    options = ["--config", str(tmp_path / "slo.yaml"), "--store", address, "--at", f"{now}:00Z", "--format", "json"]
    result = CliRunner().invoke(app, ["status", *options])
    assert result.exit_code == 0, result.output
    slo = json.loads(result.stdout)["services"][0]["slos"][0]
    assert slo["window"] == f"calendar {period} ({zone})"
    assert slo["period"]["start"] == f"{start}:00Z"
    assert slo["period"]["end"] == f"{end}:00Z"
    length = (utc(end) - utc(start)).total_seconds() / HOUR
    assert slo["period"]["elapsed_ratio"] == pytest.approx(hours / length)
    if hours:
        assert slo["counts"] == {"good": 99 * hours, "bad": hours, "total": 100 * hours}
        assert slo["error_budget"]["consumed_ratio"] == pytest.approx(1.0)


def test_people_see_the_budget_against_the_time(tmp_path: Path) -> None:
    text = FILE % ("month", "UTC")
    now = utc("2026-11-16T00:00")
    address = filled(tmp_path, text, utc("2026-10-01T00:00"), now)
    words = "100 % spent, 50 % of the month gone"
    store = open_store(address)
    report = stored_status(configuration_of(loaded(text)), store, now)
    store.close()
    (cells,) = (row.cells for row in status_table(report).rows)
    assert "this month" in cells
    assert cells[-1] == f"used up; {words}"
    (row,) = overview(report, ()).services[0].rows
    assert row.period.replace("\N{NO-BREAK SPACE}", " ") == words
    assert row.window.replace("\N{NO-BREAK SPACE}", " ") == "over this month"


@pytest.mark.parametrize(
    ("window", "days"),
    [("7d", 30), ("90d", 90), ("{calendar: week}", 30), ("{calendar: month}", 31), ("{calendar: year}", 366)],
)
def test_replay_fills_the_longest_window_unless_asked_otherwise(window: str, days: int) -> None:
    configuration = configuration_of(
        loaded((FILE % ("month", "UTC")).replace("{calendar: month, timezone: UTC}", window))
    )
    assert default_reach(configuration).days == days
