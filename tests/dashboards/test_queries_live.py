"""Every query of every dashboard, asked of a real Prometheus that has loaded the rules, or of one that has not."""

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from sloguard.daemon.delivery_run import DeliveryReport, Outcome
from sloguard.daemon.telemetry import Telemetry
from sloguard.dashboards import dashboard_files, own_queries, queries
from sloguard.dashboards.funnel_queries import RANGE
from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.evaluation.tiers import tier_windows
from sloguard.model.alert import AlertDecision, AlertKey, Reason, ReasonCode, Transition
from sloguard.model.duration import format_duration
from sloguard.model.slo import Slo
from sloguard.promql import names
from sloguard.rules import rule_files
from sloguard.store.tables import EntryState
from tests.support.history import reference_counters, write_history
from tests.support.slos import EMAIL, REFERENCE, REGISTRATION

HISTORY_SECONDS = 3600
PATIENCE_SECONDS = 60
DAY = timedelta(days=1)
BOUNCED = {'onboarding_emails_total{outcome="bounced",template="welcome"}': 0.9}
"""A second: nearly half of the mails, where 2 % may be."""


def expressions(panels: list[dict[str, Any]]) -> Iterator[str]:
    for panel in panels:
        yield from expressions(panel.get("panels", []))
        yield from (target["expr"] for target in panel.get("targets", []))


OWN = f"dashboards/{names.SELF_FILE}.json"
"""sloguard's own dashboard, which has nothing to show where there is no daemon."""


def dashboard_queries() -> dict[str, list[str]]:
    return {
        path: sorted({filled_in(each) for each in expressions(json.loads(text)["panels"])})
        for path, text in dashboard_files(REFERENCE).items()
    }


def filled_in(query: str) -> str:
    """As Grafana asks it: everything chosen, the last hour shown."""
    for variable, value in (("$service", ".*"), ("$slo", ".*"), (RANGE, "1h")):
        query = query.replace(variable, value)
    return query


def annotation_queries() -> list[str]:
    boards = [json.loads(text) for text in dashboard_files(REFERENCE).values()]
    found = {each["expr"] for board in boards for each in board["annotations"]["list"] if "expr" in each}
    return sorted(filled_in(each) for each in found)


def label_values_queries() -> list[str]:
    boards = [json.loads(text) for text in dashboard_files(REFERENCE).values()]
    found = {each["definition"] for board in boards for each in board["templating"]["list"] if "definition" in each}
    return sorted(re.sub(r"^label_values\((.*), (\w+)\)$", r"count by (\2) (\1)", filled_in(each)) for each in found)


def answer(url: str, query: str) -> list[dict[str, Any]]:
    response = httpx.post(f"{url}/api/v1/query", data={"query": query}, timeout=30)
    body = response.json()
    assert body["status"] == "success", (query, body)
    result: list[dict[str, Any]] = body["data"]["result"]
    return result


def problem(url: str, query: str) -> str | None:
    series = answer(url, query)
    if not series:
        return "no data"
    if any(math.isnan(float(each["value"][1])) for each in series):
        return "NaN"
    identities = [json.dumps(each["metric"], sort_keys=True) for each in series]
    return None if len(set(identities)) == len(identities) else "twice the same series"


def problems(url: str, *, without: str = "") -> list[tuple[str, str, str]]:
    return [
        (path, query, found)
        for path, found_queries in dashboard_queries().items()
        if path != without
        for query in found_queries
        if (found := problem(url, query)) is not None
    ]


def faster(rules: str) -> str:
    """The rules with groups that are evaluated each second, so that a test need not wait for their intervals."""
    return re.sub(r"(?m)^    interval: .*$", "    interval: 1s", rules)


@pytest.fixture(scope="module")
def history() -> Mapping[str, float]:
    return {'backup_last_success_timestamp_seconds{service="onboarding"}': time.time() - 7200}


def serve(
    directory: Path, gauges: Mapping[str, float], config: str = "", counters: Mapping[str, float] | None = None
) -> PrometheusServer:
    directory.mkdir(parents=True, exist_ok=True)
    server = PrometheusServer(directory, config)
    now = int(time.time())
    counted = {**reference_counters(), **(counters or {})}
    write_history(directory / "history.txt", now - HISTORY_SECONDS, now, counted, gauges)
    server.data_dir.mkdir(parents=True, exist_ok=True)
    backfill(server.data_dir, directory / "history.txt")
    return server


def test_with_the_rules_alone_every_query_answers(tmp_path: Path, history: Mapping[str, float]) -> None:
    for path, text in rule_files(REFERENCE).items():
        (tmp_path / Path(path).name).write_text(faster(text), encoding="utf-8")

    rules = f"rule_files: ['{tmp_path}/*.yaml']\n"

    with serve(tmp_path / "prometheus", history, rules, counters=BOUNCED) as server:
        wait_for_rules(server.url)
        health = answer(server.url, "sum(prometheus_rule_evaluation_failures_total) or vector(0)")
        recorded = answer(server.url, 'count by (__name__) ({__name__=~"sloguard:.+"})')

        assert problems(server.url, without=OWN) == []
        assert [query for query in label_values_queries() if problem(server.url, query)] == []
        assert_what_fires_is_marked(server.url)
        assert_registration_numbers(server.url)
        assert rules_in_error(server.url) == []
        assert health[0]["value"][1] == "0"
        assert {each["metric"]["__name__"] for each in recorded} >= {
            names.EVENTS_RATE,
            names.BAD_EVENTS_RATE,
            names.OBJECTIVE,
            names.WINDOW_ERROR_RATIO,
        }
        assert {each["value"][1] for each in recorded} == {str(len(REFERENCE.slos))}


def assert_what_fires_is_marked(url: str) -> None:
    marked = [each["metric"] for query in annotation_queries() for each in answer(url, query)]
    assert {each.get("slo_id") for each in marked} == {EMAIL.id}
    assert {each["severity"] for each in marked} == {"page", "ticket"}


def assert_registration_numbers(url: str) -> None:
    """0.005 of 1.005 registrations a second are bad, where 1 % may be: the budget burns at about half its pace."""
    scope = queries.slo_scope(REGISTRATION)
    burn_rate = 0.005 / 1.005 / 0.01
    expected = {
        queries.success_ratio(scope): 1 - 0.005 / 1.005,
        queries.budget_remaining(scope): 1 - burn_rate,
        queries.hourly_burn_rate(scope): burn_rate,
        queries.hourly_success_ratio(scope): 1 - 0.005 / 1.005,
        queries.objective(scope): 0.99,
        queries.budget_forecast(scope, DAY, DAY): 1 - 2 * burn_rate,
        queries.budget_lasts(scope, 30 * DAY): 30 * 86_400 * (1 - burn_rate) / burn_rate,
        queries.alert_level(scope): 0,
        queries.slo_health(scope): 60 * (1 - burn_rate) + 40,
        queries.service_health(scope, [(REGISTRATION.id, Decimal(2))]): 60 * (1 - burn_rate) + 40,
    }
    for query, value in expected.items():
        (series,) = answer(url, query)
        assert float(series["value"][1]) == pytest.approx(value, rel=0.01), query


def test_health_is_weighted(tmp_path: Path) -> None:
    """Two SLOs without the daemon: one spent (health 40 at best), one whole, weighted 3 to 1."""
    gauges: dict[str, float] = {}
    for name, error_ratio in (("spent", 0.02), ("whole", 0.0)):
        labels = f'slo_id="s/{name}",slo_name="{name}",slo_service="s"'
        gauges |= {
            f"{names.OBJECTIVE}{{{labels}}}": 0.99,
            f"{names.WINDOW_ERROR_RATIO}{{{labels}}}": error_ratio,
            f"{names.EVENTS_RATE}{{{labels}}}": 1.0,
            f"{names.BAD_EVENTS_RATE}{{{labels}}}": error_ratio,
        }
    query = queries.service_health('slo_service="s"', [("s/spent", Decimal(3)), ("s/whole", Decimal(1))])

    with serve(tmp_path / "prometheus", gauges) as server:
        (series,) = answer(server.url, query)

    assert series["metric"] == {"slo_service": "s"}
    assert float(series["value"][1]) == pytest.approx((3 * 20 + 1 * 100) / 4)


def wait_for_rules(url: str) -> None:
    """Until every SLO has its slowest series."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    expected = len(REFERENCE.slos)
    while time.monotonic() < deadline:
        if len(answer(url, names.WINDOW_ERROR_RATIO)) == expected == len(answer(url, names.OBJECTIVE)):
            return
        time.sleep(0.5)
    raise AssertionError(f"rules recorded {answer(url, names.WINDOW_ERROR_RATIO)}")


def rules_in_error(url: str) -> list[tuple[str, str]]:
    groups = httpx.get(f"{url}/api/v1/rules", timeout=30).json()["data"]["groups"]
    return [(rule["name"], rule["lastError"]) for group in groups for rule in group["rules"] if rule.get("lastError")]


def daemon_metrics(slo: Slo) -> Iterator[str]:
    """The series of an SLO that the daemon exports, with the labels that a scrape adds."""
    labels = f'slo_id="{slo.id}",slo_name="{slo.name}",slo_service="{slo.service}",job="sloguard",instance="i"'
    for metric in (
        names.METRIC_OBJECTIVE,
        names.METRIC_SUCCESS,
        names.METRIC_BUDGET_REMAINING,
        names.METRIC_HEALTH,
        names.METRIC_COVERAGE,
        names.METRIC_WATERMARK,
    ):
        yield f"{metric}{{{labels}}}"
    for window in tier_windows(slo.tiers):
        yield f'{names.METRIC_BURN_RATE}{{{labels},window="{format_duration(window)}"}}'


def own_metrics() -> tuple[Mapping[str, float], Mapping[str, float]]:
    """What a daemon tells of itself, in its own words, once everything has happened: counters, as events per second,
    and gauges.
    """
    registry = CollectorRegistry()
    telemetry = Telemetry(registry, "1.2.3")
    telemetry.evaluated(names.RESULT_SUCCESS, 0.2, datetime.now(UTC))
    decision = AlertDecision(Transition.FIRE, Reason(ReasonCode.BURNING), None)
    telemetry.decided({AlertKey("onboarding/availability"): decision})
    sent = DeliveryReport({("slack.oncall", Outcome.DELIVERED): 3})
    telemetry.delivered(sent, {state.value: 1 for state in EntryState})
    telemetry.left_out({"onboarding/availability": 2})
    telemetry.replayed(1.0)
    telemetry.leading(lambda: True)
    counters: dict[str, float] = {}
    gauges: dict[str, float] = {}
    for family in registry.collect():
        for sample in family.samples:
            labels = ",".join(f'{label}="{text}"' for label, text in sample.labels.items())
            wanted = gauges if family.type == "gauge" else counters
            wanted[f"{sample.name}{{{labels}}}"] = sample.value
    return counters, gauges


def test_with_the_daemon_alone_every_query_answers(tmp_path: Path, history: Mapping[str, float]) -> None:
    gauges = dict(history)
    for slo in REFERENCE.slos:
        gauges |= dict.fromkeys(daemon_metrics(slo), 0.5)
    for service in REFERENCE.services:
        gauges[f'{names.METRIC_SERVICE_HEALTH}{{slo_service="{service.name}"}}'] = 80

    own_counters, own_gauges = own_metrics()

    with serve(tmp_path / "prometheus", {**gauges, **own_gauges}, counters=own_counters) as server:
        assert problems(server.url) == []


def test_the_first_event_of_its_kind_counts(tmp_path: Path) -> None:
    """One series grows by 2 in its last hour, one is born in it with 1 event, one had its last event long ago."""
    now = int(time.time())
    courses: Mapping[str, tuple[int, Callable[[int], int]]] = {
        "grown": (7200, lambda age: 5 if age > 1800 else 7),
        "born": (600, lambda _age: 1),
        "old": (7200, lambda _age: 9),
    }
    lines = [
        f'{names.METRIC_TRANSITIONS}{{transition="fire",reason="{reason}"}} {value(now - at)} {at}'
        for reason, (since, value) in courses.items()
        for at in range(now - since, now + 1, 15)
    ]
    server = PrometheusServer(tmp_path)
    server.data_dir.mkdir(parents=True, exist_ok=True)
    (tmp_path / "history.txt").write_text("\n".join([*lines, "# EOF\n"]), encoding="utf-8")
    backfill(server.data_dir, tmp_path / "history.txt")

    with server:
        found = {each["metric"]["reason"]: each["value"][1] for each in answer(server.url, own_queries.transitions())}

    assert {reason: round(float(value), 1) for reason, value in found.items()} == {"grown": 2.0, "born": 1.0, "old": 0}
