"""What editors are told agrees with what the loader does."""

import re
from collections.abc import Iterator, Mapping

import pytest
import yaml
from jsonschema import Draft202012Validator

from sloguard.config import codes
from sloguard.config.codes.code import Scope
from sloguard.config.documents import documents
from sloguard.config.json_schema import for_editors, json_schema
from sloguard.config.problem import Level
from tests.config.texts import REFERENCE, around, configuration_of, loaded

VALIDATOR = Draft202012Validator(for_editors(json_schema()))  # type: ignore[arg-type]  # plain data, as JSON is

DESIGN = """
version: 1
prometheus: {url: "${PROMETHEUS_URL:-http://127.0.0.1:9090}", scrape_interval: 15s, timeout: 10s}
evaluation: {interval: 30s, slice: 60s, settle: 15s}
notify:
  slack: {oncall: {token: "${SLACK_BOT_TOKEN}", channel: "#oncall"}, team: {webhook_url: "${SLACK_WEBHOOK_URL}"}}
  pagerduty: {primary: {routing_key: "${PAGERDUTY_ROUTING_KEY}"}}
routes: {page: [pagerduty.primary, slack.oncall], ticket: [slack.team]}
defaults: {window: 30d, alerting: standard}
services:
  - name: onboarding
    owner: growth
    runbook_url: https://runbooks.example.com/onboarding
    slos:
      - name: availability
        objective: 99.9
        indicator: {events: {bad: 'http_requests_total{service="onboarding",code=~"5.."}', total: requests_total}}
      - name: latency
        objective: 95
        indicator: {latency: {histogram: http_request_duration_seconds, filter: '{service="a"}', below: 300ms}}
      - name: backup-freshness
        objective: 99
        indicator: {threshold: {query: 'time() - backup_last_success_timestamp_seconds', below: 25h}}
        alerting: {tiers: [{severity: page, long: 1h, short: 5m, factor: 14.4}]}
"""
ENVIRON = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.example.com/services/1",
    "PAGERDUTY_ROUTING_KEY": "0123456789abcdef0123456789abcdef",
}
SHAPE = {"SG020", "SG021", "SG022", "SG024", "SG025"}


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_it_is_a_json_schema() -> None:
    Draft202012Validator.check_schema(for_editors(json_schema()))  # type: ignore[arg-type]  # plain data
    assert '"x-takes"' not in documents()["slo.schema.json"]


@pytest.mark.parametrize("text", [DESIGN, REFERENCE.read_text(encoding="utf-8")], ids=["design", "reference"])
def test_good_files_pass_both(text: str) -> None:
    assert errors(text) == []
    assert configuration_of(loaded(text, ENVIRON)).slos


def test_nothing_is_said_about_the_design_but_what_is_so() -> None:
    assert loaded(DESIGN, ENVIRON).problems == ()


@pytest.mark.parametrize(
    ("fragment", "is_fine"),
    [
        ("window: 7d\n", True),
        ("window: {calendar: quarter, timezone: Europe/Paris}\n", True),
        ("window: {calendar: decade}\n", False),
        ("window: [7d]\n", False),
        ("budgeting: {method: timeslices, slice: 5m, objective: 100, empty: bad}\n", True),
        ("budgeting: {method: timeslices, slice: 5m, objective: 101}\n", False),
        ("indicator: {composite: {members: [{slo: a/b, weight: 2.5}, {slo: c}], missing: ignore}}\n", True),
        ("indicator: {composite: {members: []}}\n", False),
    ],
)
def test_editors_know_windows_budgeting_and_composites(fragment: str, is_fine: bool) -> None:
    assert (errors(around(fragment, Scope.SLO)) == []) is is_fine


@pytest.mark.parametrize("code", [code for code in codes.ALL if code.id in SHAPE], ids=lambda code: code.id)
def test_editors_underline_mistakes_of_shape(code: codes.Code) -> None:
    assert errors(codes.example_file(code))


@pytest.mark.parametrize(
    "code", [code for code in codes.ALL if code.level is not Level.ERROR], ids=lambda code: code.id
)
def test_editors_underline_nothing_that_is_valid(code: codes.Code) -> None:
    assert errors(codes.example_file(code)) == []


def test_one_selector_and_zero_delay_are_fine() -> None:
    assert errors(around("evaluation: {settle: 0}\n", Scope.TOP)) == []
    assert errors(around("indicator: {events: {bad: [a, b], total: c}}\n", Scope.SLO)) == []


def keys(schema: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for value in schema.values():
            yield from keys(value)


def test_every_key_is_described() -> None:
    assert not [key for key, schema in keys(json_schema()) if not schema.get("description")]


BLOCKS = re.findall(r"```yaml\n(.*?)```", documents()["slo-yaml.md"], re.DOTALL)


@pytest.mark.parametrize("text", [each for each in BLOCKS if "\nservices:" in each])
def test_the_examples_of_the_reference_pass_both(text: str) -> None:
    assert errors(text) == []
    assert configuration_of(loaded(text, ENVIRON)).slos


TEMPLATED = next(each for each in BLOCKS if "\ntemplates:" in each)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    template: http-service\n", ""),
        ("parameters: [job", "parameters: [[job]"),
        ("with: {job: checkout}", "with: {job: [checkout]}"),
        ("owner: payments", "ownr: payments"),
        ("{name: availability, objective: 99.95}", "{objective: 99.95}"),
    ],
)
def test_editors_underline_mistakes_with_templates(right: str, wrong: str) -> None:
    assert right in TEMPLATED
    assert errors(TEMPLATED.replace(right, wrong))
