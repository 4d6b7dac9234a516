"""The past over HTTP: days as JSON and drawn, the audit trail, and labels that would lead elsewhere."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.adjustment import AdjustmentRecord, Removal
from sloguard.model.measurement import Counts
from sloguard.model.slo import grouped
from sloguard.model.status import ServiceStatus, StatusReport
from sloguard.web.links import page_path
from sloguard.web.rendering import render
from sloguard.web.slo_page import HEIGHT, WIDTH, slo_page
from tests.evaluation.test_status import SLO
from tests.presentation.reports import AS_OF, provisional
from tests.presentation.test_tables import DAY, HISTORY, UNSEEN
from tests.support.adjustments import MADE_AT, correction, exclusion
from tests.web.asking import AwayPast, Past, View, app_of, ask
from tests.web.test_pages import Reader

FOUND = app_of(past=Past(HISTORY))
AWAY = app_of(past=AwayPast())
PAGE, API = f"/slos/{SLO.id}", f"/api/v1/slos/{SLO.id}/history"


def test_days_as_json() -> None:
    answer = ask(FOUND, API)
    document = answer.json()
    assert (answer.status_code, document["schema"]) == (200, "sloguard/history/v1")
    assert [slo["id"] for slo in document["slos"]] == [SLO.id]
    assert len(document["slos"][0]["days"]) == 3
    assert len(ask(FOUND, f"{API}?days=1").json()["slos"][0]["days"]) == 1


@pytest.mark.parametrize("days", ["0", "-1", "367", "many", "1e3", ""])
def test_how_many_days_is_bounded(days: str) -> None:
    answer = ask(FOUND, f"{API}?days={days}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"].startswith("days: ")


def test_what_is_not_there_and_what_cannot_be_read() -> None:
    unknown = ask(FOUND, "/api/v1/slos/shop/nothing/history")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")
    assert ask(FOUND, "/slos/shop/nothing").status_code == 404
    for path in (API, "/api/v1/adjustments"):
        locked = ask(AWAY, path)
        assert locked.status_code == 503
        assert locked.json()["detail"].startswith("The store is locked")
    page = ask(AWAY, PAGE)
    assert page.status_code == 503
    assert "The store is locked" in page.text


def test_the_audit_trail() -> None:
    removal = Removal("grace", "it was real", MADE_AT + timedelta(hours=1))
    made = replace(exclusion(0, 60), number=1), replace(correction(0, 60, 1, 2), number=2)
    records = (AdjustmentRecord(made[0], removal), AdjustmentRecord(made[1]))
    document = ask(app_of(past=Past(records=records)), "/api/v1/adjustments").json()
    assert document["schema"] == "sloguard/adjustments/v1"
    assert [(each["kind"], each["state"]) for each in document["adjustments"]] == [
        ("exclusion", "removed"),
        ("correction", "in_force"),
    ]
    assert document["adjustments"][0]["removed"]["author"] == "grace"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/api/v1/adjustments", API])
def test_the_past_is_only_for_reading(path: str, method: str) -> None:
    assert ask(FOUND, path, method).status_code == 405


def test_the_page_draws_each_day_and_says_it_in_words() -> None:
    page = Reader(ask(FOUND, PAGE).text)
    assert page.attributes("rect", "class") == ["spent", "unknown", "spent"]
    assert len(page.attributes("polyline", "points")) == 2, "broken where nothing is known"
    said = " ".join(" ".join(page.said).split())
    assert "no data: too little was seen" in said
    (label,) = page.attributes("svg", "aria-label")
    assert (
        label == "Error budget left at the end of each of 3 days. Now the error budget is overspent by 12.5 %. "
        "Most was spent on 2026-11-21: 25 %."
    )
    assert said.count(SLO.id) == 2, "in the tab and the heading"
    assert "Objective 99" in said
    assert {urlsplit(urljoin("http://a" + PAGE, href)).path for href in page.attributes("link", "href")} == {
        "/static/icon.svg",
        "/static/style.css",
    }


ratios = st.none() | st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(ratios, ratios), min_size=1, max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_budget_stays_within_the_chart(drawn: list[tuple[float | None, float | None]]) -> None:
    days = tuple(
        replace(DAY, spent_ratio=spent, remaining_ratio=None if left is None else min(1.0, left))
        for spent, left in drawn
    )
    chart = slo_page(replace(HISTORY, days=days)).chart
    for bar in chart.bars:
        assert 0 <= float(bar.height) <= HEIGHT
        assert 0 <= float(bar.x) <= float(bar.x) + float(bar.width) <= WIDTH + 0.1
    for x, y in (point.split(",") for line in chart.line for point in line.split()):
        assert 0 <= float(x) <= WIDTH + 0.1
        assert 0 <= float(y) <= HEIGHT


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]


@pytest.mark.parametrize(
    "value", ["/../../../../evil", "//evil.example", "a/b", "é?#%2f", '"><script>', "..", "\\..\\"]
)
def test_a_label_leads_to_its_own_page_and_nowhere_else(value: str) -> None:
    slo = grouped(replace(SLO, group_by=("tenant",)), (("tenant", value),))
    app = app_of(past=Past(replace(HISTORY, slo=slo, days=(UNSEEN,))))
    path = f"/slos/{page_path(slo.service, slo.title)}"
    assert urlsplit(urljoin("http://a.example", path)).path == path, "a browser must not take it apart"
    answer = ask(app, path)
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    home = Links(answer.text).found[0]
    assert urlsplit(urljoin(f"http://a.example{path}", home)).path == "/"


def test_an_slo_without_any_known_day_has_a_page() -> None:
    nothing = replace(HISTORY, days=(UNSEEN, UNSEEN))
    assert "Now it is not known how much of the error budget is left." in render(
        "slo.html", root=".", page=slo_page(nothing)
    )


@pytest.mark.parametrize(
    ("counts", "why", "words"),
    [
        (Counts(bad=2, total=10_000), "", "63 % of the history is replayed so far."),
        (None, "it is made of other SLOs", "One estimate over the whole window is not to be had: it is made of other"),
    ],
)
def test_a_page_says_what_of_its_slo_is_provisional(counts: Counts | None, why: str, words: str) -> None:
    slo = replace(provisional(0.63, counts, why=why), id=SLO.id)
    report = StatusReport(AS_OF, partial=True, services=(ServiceStatus("shop", None, (slo,)),))
    text = Reader(ask(app_of(View(report), past=Past(HISTORY)), PAGE).text).text
    assert "Provisional, over 30 d: ≈" in text
    assert words in text
    assert "Now " not in text, "what the days say of now is of a part of the window"
    assert "Provisional" not in ask(FOUND, PAGE).text
