"""Verdicts on objectives, in every form a pipeline reads."""

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.alert import Alert
from sloguard.model.measurement import Counts
from sloguard.model.status import ServiceStatus, SloStatus, StatusReport
from sloguard.presentation.verdict import Judged, Verdict, fails, judged, junit, markdown, verdict_document
from tests.presentation.reports import AS_OF, PAGE, provisional, slo_status


def report(*slos: SloStatus) -> StatusReport:
    return StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, slos),))


@pytest.mark.parametrize(
    ("counts", "verdict", "failing"),
    [
        (Counts(bad=1, total=10_000), Verdict.KEPT, False),
        (Counts(bad=16, total=10_000), Verdict.BREACHED, True),
        (None, Verdict.UNKNOWN, False),
    ],
)
def test_an_objective_is_judged(counts: Counts | None, verdict: Verdict, failing: bool) -> None:
    status = slo_status("availability", counts=counts)
    if counts is None:
        status = replace(status, budget=None)
    (each,) = judged(report(status))

    assert each.verdict is verdict
    assert fails(each, without_data=False) is failing
    assert fails(each, without_data=True) is (failing or verdict is Verdict.UNKNOWN)
    assert verdict_document(report(status), without_data=False)["passed"] is not failing


@pytest.mark.parametrize("counts", [Counts(bad=16, total=10_000), Counts(bad=0, total=10_000)])
@pytest.mark.parametrize("alerts", [(), (PAGE,)])
def test_a_provisional_number_neither_passes_nor_fails(counts: Counts, alerts: tuple[Alert, ...]) -> None:
    status = provisional(0.63, counts, alerts=alerts)
    (each,) = judged(report(status))

    assert each.verdict is Verdict.UNKNOWN
    assert not fails(each, without_data=False)
    assert fails(each, without_data=True)
    assert each.words == "no data: provisional, 63 % of the history is replayed so far"
    assert "<skipped" in junit([each], without_data=False)
    written = json.loads(json.dumps(verdict_document(report(status), without_data=True)))
    assert [slo["provisional"] for slo in written["slos"]] == [True]


def test_words_tell_ratio_objective_and_budget() -> None:
    (each,) = judged(report(slo_status("availability", counts=Counts(bad=16, total=10_000))))

    assert each.words == (
        "99.84 % of the events are good over 30 d, objective 99.9 %; the error budget is overspent by 60 %"
    )
    assert markdown([each]).splitlines()[2] == ("| onboarding/availability | breached | 99.84 % | 99.9 % | −60 % |")


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1), st.sampled_from(Verdict))
def test_junit_is_xml_whatever_the_names(name: str, verdict: Verdict) -> None:
    status = slo_status("x", counts=Counts(bad=1, total=10))
    each = Judged(replace(status, name=name, service=name), verdict, f"words of {name}")

    suite = ET.fromstring(junit([each, each], without_data=False))

    assert suite.get("tests") == "2"
    assert len(suite.findall("testcase")) == 2
    assert (
        len(suite.findall("testcase/failure")) == int(suite.get("failures", "")) == 2 * fails(each, without_data=False)
    )
