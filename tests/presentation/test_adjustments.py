"""What was taken out of a number, by whom and why, stands beside it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sloguard.cli.tables import status_renderable
from sloguard.model.adjustment import Adjusted, AdjustmentRecord, Removal
from sloguard.model.measurement import Counts
from sloguard.model.status import Grade, Health, ServiceStatus, StatusReport
from sloguard.presentation.adjustments import (
    adjusted_words,
    adjustment_document,
    applied,
    record_document,
    sentence,
    standing,
)
from sloguard.presentation.status_json import status_document
from sloguard.presentation.status_words import budget_left_words, success_words
from sloguard.presentation.verdict import judged, verdict_document
from tests.presentation.reports import AS_OF, slo_status
from tests.support.adjustments import MADE_AT, correction, exclusion

START = int(AS_OF.timestamp()) - 86_400
LOAD_TEST = replace(exclusion(START, START + 7200, "shop/*"), number=3)
TWICE = replace(correction(START, START + 3600, -1200.0, -1500.5), number=4)
REMOVAL = Removal("grace", "it was real", MADE_AT + timedelta(hours=1))


def report(*adjusted: Adjusted | None) -> StatusReport:
    slos = [
        replace(slo_status(f"slo-{number}", counts=Counts(1.0, 4000.0)), adjusted=each)
        for number, each in enumerate(adjusted)
    ]
    service = ServiceStatus("onboarding", Health(97.2, Grade.EXCELLENT, partial=False), tuple(slos))
    return StatusReport(AS_OF, partial=False, services=(service,))


@pytest.mark.parametrize(
    ("bad", "total", "excluded", "words"),
    [
        (12.0, 600.0, timedelta(hours=2), "adjusted: −600 events, −12 bad, without 2 h"),
        (-12.0, -600.0, timedelta(0), "adjusted: +600 events, +12 bad"),
        (0.0, 1500.5, timedelta(0), "adjusted: −1 500 events, +0 bad"),
        (0.2, 0.2, timedelta(0), "adjusted: +0 events, +0 bad"),
        (None, None, timedelta(hours=2), "adjusted: without 2 h"),
        (None, None, timedelta(0), "adjusted"),
    ],
)
def test_by_how_much(bad: float | None, total: float | None, excluded: timedelta, words: str) -> None:
    found = adjusted_words(Adjusted((LOAD_TEST,), excluded, bad, total))
    assert found.replace("\N{NARROW NO-BREAK SPACE}", " ") == words


def test_numbers_that_were_changed_are_marked() -> None:
    plain, changed = report(None, Adjusted((LOAD_TEST,), timedelta(hours=2), 1.0, 1.0)).slos
    assert (success_words(plain), budget_left_words(plain)) == ("99.98 %", "75 %")
    assert (success_words(changed), budget_left_words(changed)) == ("99.98 % *", "75 % *")


def test_a_report_names_each_adjustment_once() -> None:
    both = Adjusted((LOAD_TEST, TWICE), timedelta(hours=2), 1.0, 1.0)
    assert applied(report(both, None, both, Adjusted((TWICE,), timedelta(0), 1.0, 1.0))) == (TWICE, LOAD_TEST)


def test_the_table_says_who_and_why_below() -> None:
    plain = status_renderable(report(None), 120)
    assert plain.caption is None
    table = status_renderable(report(Adjusted((TWICE,), timedelta(0), 1.0, 1.0)), 120)
    assert str(table.caption).startswith(
        "* correction 4 of shop/checkout, 2026-11-21 03:00 UTC to 2026-11-21 04:00 UTC"
    )
    assert "by ada: counted twice (−1 500 events, −1 200 bad)" in str(table.caption).replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )
    assert sentence(LOAD_TEST) == (
        "exclusion 3 of shop/*, 2026-11-21 03:00 UTC to 2026-11-21 05:00 UTC, by ada: the load test"
    )


def test_the_status_document_has_all_of_it() -> None:
    document = status_document(report(Adjusted((LOAD_TEST,), timedelta(hours=2), 12.0, 600.5)))
    slo = json.loads(json.dumps(document))["services"][0]["slos"][0]
    assert slo["adjusted"] is True
    assert slo["adjustments"] == {
        "taken_out": {"bad": 12, "total": 600.5},
        "excluded_seconds": 7200,
        "applied": [
            {
                "number": 3,
                "kind": "exclusion",
                "scope": "shop/*",
                "start": "2026-11-21T03:00:00Z",
                "end": "2026-11-21T05:00:00Z",
                "bad": None,
                "total": None,
                "author": "ada",
                "reason": "the load test",
                "created_at": "2026-11-22T04:00:00Z",
            }
        ],
    }


def test_what_is_not_known_is_null() -> None:
    document = status_document(report(Adjusted((LOAD_TEST,), timedelta(hours=2), None, None)))
    slo = json.loads(json.dumps(document))["services"][0]["slos"][0]
    assert slo["adjustments"]["taken_out"] == {"bad": None, "total": None}


def test_a_correction_as_a_document() -> None:
    document = adjustment_document(TWICE)
    assert (document["scope"], document["bad"], document["total"]) == ("shop/checkout", -1200, -1500.5)


def test_how_an_adjustment_stands() -> None:
    made = AdjustmentRecord(LOAD_TEST)
    assert standing(made, AS_OF) == "in force"
    assert standing(made, AS_OF - timedelta(days=2)) == "planned"
    gone = AdjustmentRecord(LOAD_TEST, REMOVAL)
    assert standing(gone, AS_OF) == "removed"
    assert record_document(made, AS_OF)["removed"] is None
    document = record_document(gone, AS_OF)
    assert document["removed"] == {"author": "grace", "reason": "it was real", "at": "2026-11-22T05:00:00Z"}
    assert document["state"] == "removed"


def test_a_verdict_says_that_it_rests_on_adjusted_numbers() -> None:
    found = report(None, Adjusted((LOAD_TEST,), timedelta(hours=2), 12.0, 600.0))
    plain, changed = judged(found)
    assert "adjusted" not in plain.words
    assert changed.words.endswith("(adjusted: −600 events, −12 bad, without 2 h)")
    slos = json.loads(json.dumps(verdict_document(found, without_data=False)))["slos"]
    assert [slo["adjusted"] for slo in slos] == [False, True]
