"""The SLOs' metrics: right numbers, no sample where there is none, documented one by one."""

import math
import re
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from sloguard.daemon.telemetry import Telemetry
from sloguard.demo.prometheus import program
from sloguard.model.adjustment import Adjusted
from sloguard.model.alert import Alert
from sloguard.model.measurement import Counts
from sloguard.model.status import ServiceStatus, StatusReport
from sloguard.promql import names
from sloguard.web import create_app
from sloguard.web.metrics import SERVICE_HEALTH_HELP, SLO_METRICS, StatusCollector
from tests.presentation.reports import AS_OF, PAGE, any_report, every_state, provisional, slo_status
from tests.web.asking import ANOTHER, RUNNING, STARTING, Past, View, app_of, ask

AVAILABILITY = {"slo_id": "onboarding/availability", "slo_service": "onboarding", "slo_name": "availability"}
UNSEEN = {"slo_id": "billing/freshness", "slo_service": "billing", "slo_name": "freshness"}
OPENMETRICS = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"}


def _parse_openmetrics(text: str) -> list[Metric]:
    return list(openmetrics.text_string_to_metric_families(text))  # type: ignore[no-untyped-call] # theirs has no types


def _registry(report: StatusReport | None) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StatusCollector(View(report)))
    return registry


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        (names.METRIC_OBJECTIVE, {}, 0.999),
        (names.METRIC_SUCCESS, {}, 1 - 888 / 1_234_567),
        (names.METRIC_BUDGET_CONSUMED, {}, 888 / 1_234_567 / 0.001),
        (names.METRIC_BUDGET_REMAINING, {}, 1 - 888 / 1_234_567 / 0.001),
        (names.METRIC_BURN_RATE, {"window": "1h"}, 16.2),
        (names.METRIC_BURN_RATE, {"window": "5m"}, 8.1),
        (names.METRIC_BURN_RATE, {"window": "6h"}, None),
        (names.METRIC_HEALTH, {}, 97.2),
        (names.METRIC_EVENTS, {}, 1_234_567),
        (names.METRIC_BAD_EVENTS, {}, 888),
        (names.METRIC_COVERAGE, {}, 1.0),
        (names.METRIC_WATERMARK, {}, 1_795_316_355.0),
        (names.METRIC_ALERT, {"severity": "page"}, 1.0),
        (names.METRIC_ALERT, {"severity": "ticket"}, 0.0),
        (names.METRIC_ALERT, {"severity": "info"}, 0.0),
    ],
)
def test_an_slo_in_numbers(name: str, labels: dict[str, str], value: float | None) -> None:
    seen = _registry(every_state()).get_sample_value(name, {**AVAILABILITY, **labels})
    assert seen == (value if value is None else pytest.approx(value, rel=1e-9))


def test_events_that_are_taken_out() -> None:
    report = every_state()
    first, *others = report.services
    slos = tuple(replace(slo, adjusted=Adjusted((), timedelta(hours=1), 12.0, -600.5)) for slo in first.slos[:1])
    registry = _registry(replace(report, services=(replace(first, slos=slos), *others)))
    assert registry.get_sample_value(names.METRIC_ADJUSTED_EVENTS, AVAILABILITY) == -600.5
    assert registry.get_sample_value(names.METRIC_ADJUSTED_BAD_EVENTS, AVAILABILITY) == 12.0
    assert _registry(report).get_sample_value(names.METRIC_ADJUSTED_EVENTS, AVAILABILITY) is None


def test_who_stands_by_leaves_the_numbers_to_who_evaluates() -> None:
    registry = CollectorRegistry()
    registry.register(StatusCollector(replace(RUNNING, leader=ANOTHER)))
    families = list(registry.collect())
    assert families
    assert not [sample for family in families for sample in family.samples]


@pytest.mark.parametrize("alerts", [(), (PAGE,)])
def test_what_is_provisional_has_no_samples(alerts: tuple[Alert, ...]) -> None:
    """A series must not mix what is counted and what stands in for it."""
    slo = provisional(0.63, Counts(bad=2, total=100), alerts=alerts)
    report = replace(every_state(), services=(ServiceStatus("onboarding", None, (slo,)),))
    sampled = {sample.name for family in _registry(report).collect() for sample in family.samples}
    assert sampled == {
        names.METRIC_OBJECTIVE,
        names.METRIC_BURN_RATE,
        names.METRIC_COVERAGE,
        names.METRIC_WATERMARK,
        names.METRIC_ALERT,
    }


def test_service_health() -> None:
    registry = _registry(every_state())
    assert registry.get_sample_value(names.METRIC_SERVICE_HEALTH, {"slo_service": "onboarding"}) == 71.6
    assert registry.get_sample_value(names.METRIC_SERVICE_HEALTH, {"slo_service": "billing"}) is None


def test_without_data_only_what_is_known_has_samples() -> None:
    families = list(_registry(every_state()).collect())
    known = {
        sample.name
        for family in families
        for sample in family.samples
        if sample.labels.get("slo_id") == UNSEEN["slo_id"]
    }
    assert known == {names.METRIC_OBJECTIVE, names.METRIC_COVERAGE, names.METRIC_ALERT}


def test_before_the_first_evaluation_there_are_names_and_no_samples() -> None:
    families = list(_registry(None).collect())
    assert {family.name for family in families} == {
        *(metric.name for metric in SLO_METRICS),
        names.METRIC_SERVICE_HEALTH,
    }
    assert not any(family.samples for family in families)


@given(any_report)
@settings(max_examples=60, deadline=None)
def test_every_sample_is_a_finite_number(report: StatusReport) -> None:
    for family in _registry(report).collect():
        for sample in family.samples:
            assert math.isfinite(sample.value)


def test_both_formats_say_the_same_and_hold_the_daemons_own_metrics() -> None:
    registry = CollectorRegistry()
    Counter("sloguard_test_cycles", "Cycles.", registry=registry).inc(3)
    app = create_app(RUNNING, registry, Past())
    plain, modern = ask(app, "/metrics"), ask(app, "/metrics", headers=OPENMETRICS)
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert modern.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    wanted = {("sloguard_test_cycles_total", 3.0), (names.METRIC_HEALTH, 97.2)}
    for families in (parse_text(plain.text), _parse_openmetrics(modern.text)):
        assert wanted <= {(sample.name, sample.value) for family in families for sample in family.samples}


def test_of_many_slos_each_has_its_samples_once_under_one_head() -> None:
    """They are written a part at a time. A line that begins within a label's value is none."""
    strange = "\r# HELP x"
    slos = tuple(
        slo_status(f"slo-{number}{strange}", counts=Counts(bad=float(number), total=2_000.0)) for number in range(1_201)
    )
    view = View(StatusReport(AS_OF, partial=False, services=(ServiceStatus("onboarding", None, slos),)))
    plain, modern = (ask(app_of(view), "/metrics", headers=headers).content for headers in (None, OPENMETRICS))
    assert modern.endswith(b"\n# EOF\n")
    for text in (plain, modern):
        lines = text.split(b"\n")
        assert lines.count(b"# TYPE sloguard_window_bad_events gauge") == 1
        assert len([line for line in lines if line.startswith(b"# EOF")]) == (text is modern)
        found = [line.rpartition(b" ")[2] for line in lines if line.startswith(b"sloguard_window_bad_events{")]
        assert [float(value) for value in found] == [float(number) for number in range(1_201)]
        heads = [line for line in lines if line.startswith(b"# HELP")]
        assert len(heads) == len(set(heads))


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/plain;version=x.y", ";;,=", "\x7f"])
def test_any_accept_header_gets_metrics(accept: str) -> None:
    answer = ask(app_of(), "/metrics", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")


def test_an_unreadable_openmetrics_version_gets_metrics() -> None:
    answer = ask(app_of(), "/metrics", headers={"accept": "application/openmetrics-text; version=nine"})
    assert answer.status_code == 200
    assert _parse_openmetrics(answer.text)


@pytest.mark.parametrize("view", [RUNNING, STARTING])
def test_promtool_accepts_the_metrics(view: View) -> None:
    text = ask(app_of(view), "/metrics").content
    command = [program("promtool"), "check", "metrics"]
    checked = subprocess.run(command, input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(f"`{label}`" for label in labels)


def _documented(section: str) -> list[tuple[str, str, str]]:
    """The rows of a section's table: name, middle column, meaning."""
    text = Path("docs/metrics.md").read_text(encoding="utf-8")
    rows = text.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", rows, re.MULTILINE)


def test_the_documentation_says_what_is_exported_of_slos() -> None:
    documented = _documented("SLOs and services")
    slo_labels = (names.LABEL_ID, names.LABEL_SERVICE, names.LABEL_NAME)
    exported = [(metric.name, (*slo_labels, *metric.labels), metric.help) for metric in SLO_METRICS]
    exported.append((names.METRIC_SERVICE_HEALTH, (names.LABEL_SERVICE,), SERVICE_HEALTH_HELP))
    assert documented == [(name, _listed(labels), words) for name, labels, words in exported]


def test_the_documentation_says_what_the_daemon_exports_of_itself() -> None:
    registry = CollectorRegistry()
    Telemetry(registry, "1.2.3")
    exported = [
        (f"{family.name}_total" if family.type == "counter" else family.name, family.type, family.documentation)
        for family in registry.collect()
    ]
    assert _documented("The daemon itself") == exported
