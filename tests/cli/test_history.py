"""`sloguard history`, and the formats of `sloguard status`, from a ledger on disk."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_adjusting import AT, BROKEN, END, HOUR, Failing, Sloguard, directory, failing, sloguard

__all__ = ["directory", "failing", "sloguard"]
UNTIL = ("--until", AT, "--since", "1d")


def test_days_as_json(sloguard: Sloguard) -> None:
    document = json.loads(sloguard("history", "shop/a", *UNTIL, "--format", "json"))
    (slo,) = document["slos"]
    assert slo["id"] == "shop/a"
    days = slo["days"]
    assert [day["date"] for day in days] == ["2026-11-21", "2026-11-22"]
    assert [day["counts"]["total"] for day in days] == [21_000, 3_000]
    assert [day["counts"]["bad"] for day in days] == [0, 100]
    assert [day["whole"] for day in days] == [False, False]
    assert [day["coverage_ratio"] for day in days] == [21 / 24, 1]
    assert [day["first_seen"] for day in days] == ["2026-11-21T03:00:00Z", None]
    assert days[1]["spent_ratio"] == pytest.approx(100 / (0.01 * 24_000 * 30)), "of the budget of 30 days like this one"
    assert days[1]["remaining_ratio"] == pytest.approx(1 - 100 / (0.01 * 24_000))


def test_every_slo_with_the_groups_of_templates(sloguard: Sloguard) -> None:
    document = json.loads(sloguard("history", *UNTIL, "--format", "json"))
    assert [slo["id"] for slo in document["slos"]] == ["shop/a", 'shop/b{tenant="acme"}', "shop/all"]
    one = json.loads(sloguard("history", 'shop/b{tenant="acme"}', *UNTIL, "--format", "json"))
    assert [slo["id"] for slo in one["slos"]] == ['shop/b{tenant="acme"}']


def test_days_as_a_table_csv_and_markdown(sloguard: Sloguard) -> None:
    table = sloguard("history", "shop/a", *UNTIL)
    assert "shop/a: objective 99 % over 30 d, days in UTC" in table
    assert "2026-11-22" in table
    assert "partial: first seen at 03:00" in table
    rows = list(csv.DictReader(io.StringIO(sloguard("history", *UNTIL, "--format", "csv"))))
    assert {row["id"] for row in rows} == {"shop/a", 'shop/b{tenant="acme"}', "shop/all"}
    assert sloguard("history", "shop/a", *UNTIL, "--format", "markdown").count("\n| 2026-11-2") == 2


def test_an_exclusion_is_out_of_its_day(sloguard: Sloguard) -> None:
    sloguard("exclude", "add", "shop", *BROKEN, "--reason", "a drill")
    (slo,) = json.loads(sloguard("history", "shop/a", *UNTIL, "--format", "json"))["slos"]
    assert [day["adjusted"] for day in slo["days"]] == [False, True]
    assert slo["days"][1]["counts"] == {"good": 2000, "bad": 0, "total": 2000}
    assert slo["days"][1]["remaining_ratio"] == 1


def test_what_was_never_counted_is_told(sloguard: Sloguard, directory: Path) -> None:
    early = ("--until", f"{END - 72 * HOUR}", "--since", "2d")
    document = json.loads(sloguard("history", "shop/a", *early, "--format", "json"))
    assert {day["no_data_reason"] for day in document["slos"][0]["days"]} == {"not_counted"}
    assert "no data: not counted" in sloguard("history", "shop/a", *early)


def test_what_is_no_scope_is_refused(failing: Failing) -> None:
    assert "No declared SLO is in 'shpo'" in str(failing("history", "shpo"))
    assert "is not before the end" in str(failing("history", "--until", AT, "--since", AT))


def test_a_status_as_csv_and_markdown(sloguard: Sloguard) -> None:
    rows = list(csv.DictReader(io.StringIO(sloguard("status", "--at", AT, "--format", "csv"))))
    assert [row["id"] for row in rows] == ["shop/a", 'shop/b{tenant="acme"}', "shop/all"]
    assert (rows[0]["bad"], rows[0]["total"]) == ("100", "24000")
    markdown = sloguard("status", "--at", AT, "--format", "markdown")
    assert "| shop/a | 99 % | 30 d | ≈ 99.58 % |" in markdown


@pytest.mark.parametrize("days", [3, 50])
def test_days_that_nobody_has_counted_yet_are_none_without_samples(sloguard: Sloguard, days: int) -> None:
    late = ("--until", f"{END + days * 24 * HOUR}", "--since", "2d")
    (slo,) = json.loads(sloguard("history", "shop/a", *late, "--format", "json"))["slos"]
    assert {day["no_data_reason"] for day in slo["days"]} == {"not_counted"}
