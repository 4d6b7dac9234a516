"""An SLO of many groups: its own panels on the dashboard, no rules, and words about it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import promql_parser
import pytest
from typer.testing import CliRunner

from sloguard.cli.main import app
from sloguard.dashboards import dashboard_files
from sloguard.dashboards.queries import groups_scope
from sloguard.rules import rule_files
from tests.support.promtool import check_rules
from tests.support.slos import AVAILABILITY, LATENCY, REGISTRATION, configuration_of, make_slo

SLO_YAML = """version: 1
services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
      - name: availability
        objective: 99.9
        group_by: tenant
        indicator: {events: {bad: errors_total, total: requests_total}}
"""


def _queries(panels: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for panel in panels:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
        yield from _queries(panel.get("panels", []))


@pytest.mark.parametrize("slo", [AVAILABILITY, LATENCY, REGISTRATION], ids=["bad", "latency", "good"])
def test_each_group_has_its_line(slo: Any) -> None:
    template = replace(slo, group_by=("region", "tenant"))
    board = json.loads(dashboard_files(configuration_of(template))["dashboards/onboarding.json"])
    found = [pair for pair in _queries(board["panels"]) if "group" in pair[0] or "Bad events by" in pair[0]]
    assert [title for title, _ in found] == [
        "Error budget left, by group",
        "Burn rate over the last hour, by group",
        "Success ratio, by group",
        "Bad events by region, tenant",
        "Bad events by region, tenant",
    ]
    for _, query in found:
        promql_parser.parse(query)
    assert all(groups_scope(template) in query for _, query in found[:3])
    assert all(f"sum by ({label})" in query for label, (_, query) in zip(template.group_by, found[3:], strict=True))


def test_the_scope_is_that_of_the_groups_alone() -> None:
    dotted = make_slo("v1.2", AVAILABILITY.indicator)
    assert groups_scope(dotted) == 'slo_id=~"onboarding/v1\\\\.2[{].*"'


def test_there_are_no_rules_and_the_file_says_why(tmp_path: Path) -> None:
    template = replace(AVAILABILITY, group_by=("tenant",))
    text = rule_files(configuration_of(template))["alerting-rules/onboarding.yaml"]
    assert "# Without rules: availability, because it is one SLO for each value of tenant" in text
    assert "groups: []" in text
    check_rules(text, tmp_path)


def test_generate_warns(tmp_path: Path) -> None:
    (tmp_path / "slo.yaml").write_text(SLO_YAML, encoding="utf-8")
    arguments = ["generate", "rules", "-c", str(tmp_path / "slo.yaml"), "--out", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "Without rules: shop/availability, because it is one SLO for each value of tenant" in result.stderr
    assert "Without rules" not in CliRunner().invoke(app, [*arguments, "--quiet"]).stderr
