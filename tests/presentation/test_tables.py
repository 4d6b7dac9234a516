"""Status and history as CSV and Markdown: numbers in full, and text that stays text."""

import csv
import io
import json
import math
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.adjustment import Adjusted
from sloguard.model.daily import BudgetDay, BudgetHistory
from sloguard.model.measurement import Counts, NoDataReason
from sloguard.model.status import ServiceStatus, StatusReport
from sloguard.presentation.csv_text import csv_text
from sloguard.presentation.history_text import (
    HEADER,
    history_csv,
    history_document,
    history_markdown,
    history_rows,
)
from sloguard.presentation.markdown import markdown_table, plain
from sloguard.presentation.status_csv import status_csv
from sloguard.presentation.status_table import status_markdown
from tests.evaluation.test_status import SLO
from tests.presentation.reports import AS_OF, any_report, every_state, provisional
from tests.support.adjustments import exclusion

DAY = BudgetDay(
    day=date(2026, 11, 21),
    start_at=AS_OF - timedelta(hours=27),
    end_at=AS_OF - timedelta(hours=3),
    over=True,
    counts=Counts(12.0, 4_000.0),
    spent_ratio=0.25,
    remaining_ratio=-0.125,
    coverage_ratio=1.0,
    approximate=False,
    adjusted=False,
)
UNSEEN = replace(
    DAY, counts=None, spent_ratio=None, remaining_ratio=None, coverage_ratio=0.5, no_data=NoDataReason.LOW_COVERAGE
)
HISTORY = BudgetHistory(SLO, "Europe/Paris", (DAY, UNSEEN, replace(DAY, over=False, approximate=True, adjusted=True)))


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://evil")', '\'=HYPERLINK("http://evil")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        (" =1", "' =1"),
        ("a\r\n=1", "a  =1"),
        ("shop/a", "shop/a"),
        ("a,b", "a,b"),
        ('a"b', 'a"b'),
    ],
)
def test_no_text_is_a_formula(text: str, cell: str) -> None:
    (row,) = rows_of(csv_text(("a",), [(text,)]))
    assert row["a"] == cell


def test_numbers_are_numbers_and_absent_ones_are_empty() -> None:
    text = csv_text(("a", "b", "c", "d", "e"), [(-0.1, -12, None, True, False)])
    assert text == "a,b,c,d,e\n-0.1,-12,,true,false\n"


@given(st.lists(st.text(), min_size=2, max_size=2))
def test_any_text_is_read_back_on_one_line(cells: list[str]) -> None:
    text = csv_text(("a", "b"), [cells])
    assert text.count("\n") == 2
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    for found, cell in zip(row.values(), cells, strict=True):
        assert found in {line := "".join(each if each.isprintable() else " " for each in cell), f"'{line}"}


@given(st.text(min_size=1))
def test_a_cell_never_ends_its_row_nor_becomes_a_tag_or_a_link(text: str) -> None:
    table = markdown_table(("a", "b"), [(text, "x")], ("a",))
    _, rule, row = table.removesuffix("\n").split("\n")
    assert rule == "| --- | ---: |"
    unescaped = re.sub(r"\\.", "", row)
    assert unescaped.count("|") == 3
    assert not set("<>[]`*_#&~") & set(unescaped)


def test_what_a_renderer_would_act_upon_is_escaped() -> None:
    assert plain("a|b<i>[x](y) *c* `d`\n#&~\\") == r"a\|b\<i\>\[x\](y) \*c\* \`d\` \#\&\~\\"


def test_a_status_as_csv() -> None:
    rows = rows_of(status_csv(every_state()))
    first = rows[0]
    assert (first["as_of"], first["id"], first["state"]) == (
        "2026-11-22T03:00:00Z",
        "onboarding/availability",
        "burning",
    )
    assert (first["good"], first["bad"], first["total"]) == ("1233679", "888", "1234567")
    assert float(first["remaining_ratio"]) == pytest.approx(1 - 888 / 1_234_567 / 0.001)
    assert (first["alerts"], first["adjusted"], first["burn_rate_1h"]) == ("page", "false", "16.2")
    backup = next(row for row in rows if row["name"] == "backup-freshness")
    assert (backup["total"], backup["success_ratio"], backup["no_data_reason"]) == ("", "", "low_coverage")


def test_provisional_numbers_as_csv_and_markdown() -> None:
    services = (ServiceStatus("onboarding", None, (provisional(0.63, Counts(bad=2, total=10_000)),)),)
    report = StatusReport(AS_OF, partial=True, services=services)
    (row,) = rows_of(status_csv(report))
    assert (row["provisional"], row["replayed_ratio"], row["state"], row["bad"]) == ("true", "0.63", "no_data", "2")
    row_in_markdown = status_markdown(report).splitlines()[4]
    assert "| ≈ 99.98 % | ≈ 80 % |" in row_in_markdown
    assert "| Provisional: 63 % of the history is replayed so far |" in row_in_markdown


@given(any_report)
@settings(max_examples=50, deadline=None)
def test_any_report_is_csv_and_markdown(report: StatusReport) -> None:
    rows = rows_of(status_csv(report))
    assert len(rows) == len(report.slos)
    assert all(math.isfinite(float(row["success_ratio"] or 0)) for row in rows)
    assert len([line for line in status_markdown(report).split("\n") if line.startswith("| ")]) == 2 + len(report.slos)


def test_a_status_as_markdown() -> None:
    report = every_state()
    first = replace(report.services[0].slos[0], adjusted=Adjusted((exclusion(0, 60),), timedelta(minutes=1), 1.0, 2.0))
    report = replace(report, services=(replace(report.services[0], slos=(first,)),))
    lines = status_markdown(report).splitlines()
    assert lines[0] == "As of 2026-11-22 03:00 UTC"
    assert lines[4].startswith(r"| onboarding/availability | 99.9 % | 30 d | 99.93 % \* | 28.07 % \* |")
    assert lines[6] == r"- \* exclusion of \*, 1970-01-01 00:00 UTC to 1970-01-01 00:01 UTC, by ada: the load test"


def test_a_history_as_rows_the_newest_first() -> None:
    cut, unseen, day = history_rows(HISTORY)
    assert day == ("2026-11-21", "12", "4\N{NARROW NO-BREAK SPACE}000", "99.7 %", "25 %", "−12.5 %", "100 %", "")
    assert unseen == ("2026-11-21", "–", "–", "–", "–", "–", "50 %", "no data: too little was seen")
    assert cut[3:5] == ("≈ 99.7 % *", "≈ 25 % *")
    assert cut[-1] == "not over yet"
    assert len(HEADER) == len(day)


def test_the_day_of_the_first_sample_is_said_to_be_partial() -> None:
    """In the time of its zone."""
    begun = replace(DAY, first_seen_at=DAY.start_at + timedelta(hours=17), coverage_ratio=7 / 24)
    today = replace(begun, over=False)
    rows = list(history_rows(replace(HISTORY, days=(begun, today))))
    assert [row[-1] for row in rows] == [
        "partial: first seen at 18:00, not over yet",
        "partial: first seen at 18:00",
    ]
    assert rows[0][-2] == "29.17 %"
    (slo,) = json.loads(json.dumps(history_document([replace(HISTORY, days=(begun,))], AS_OF)))["slos"]
    assert slo["days"][0]["first_seen"] == "2026-11-21T17:00:00Z"
    (row,) = rows_of(history_csv([replace(HISTORY, days=(begun,))]))
    assert (row["whole"], row["first_seen"]) == ("false", "2026-11-21T17:00:00Z")


def test_days_without_data_in_a_row_are_one_row_if_the_same_is_said() -> None:
    first = date(2026, 11, 1)
    unseen = [replace(UNSEEN, day=first + timedelta(days=n), coverage_ratio=0.0) for n in range(4)]
    days = (*unseen[:3], replace(DAY, day=first + timedelta(days=3)), replace(unseen[3], day=first + timedelta(days=4)))
    said = [row[0] for row in history_rows(replace(HISTORY, days=days))]
    assert said == ["2026-11-05", "2026-11-04", "2026-11-01 – 2026-11-03"]


def test_a_history_as_csv() -> None:
    day, unseen, _ = rows_of(history_csv([HISTORY]))
    assert (day["id"], day["date"], day["timezone"]) == (SLO.id, "2026-11-21", "Europe/Paris")
    assert (day["good"], day["bad"], day["total"], day["success_ratio"]) == ("3988", "12", "4000", "0.997")
    assert (day["spent_ratio"], day["remaining_ratio"], day["whole"]) == ("0.25", "-0.125", "true")
    assert (unseen["bad"], unseen["remaining_ratio"], unseen["no_data_reason"]) == ("", "", "low_coverage")


def test_a_history_as_json() -> None:
    assert history_document([HISTORY], AS_OF)["schema"] == "sloguard/history/v1"
    document = history_document([replace(HISTORY, days=(UNSEEN,))], AS_OF)
    slo = json.loads(json.dumps(document))["slos"][0]
    assert slo["timezone"] == "Europe/Paris"
    assert slo["days"] == [
        {
            "date": "2026-11-21",
            "start": "2026-11-21T00:00:00Z",
            "end": "2026-11-22T00:00:00Z",
            "whole": True,
            "counts": {"good": None, "bad": None, "total": None},
            "success_ratio": None,
            "spent_ratio": None,
            "remaining_ratio": None,
            "coverage_ratio": 0.5,
            "first_seen": None,
            "approximate": False,
            "adjusted": False,
            "no_data_reason": "low_coverage",
        }
    ]


def test_a_history_as_markdown() -> None:
    lines = history_markdown([HISTORY]).splitlines()
    assert lines[0].startswith(f"**{SLO.id}: objective ")
    assert lines[3] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"
    assert lines[5].endswith("| 50 % | no data: too little was seen |")
