"""Literal text in Go templates, as Prometheus expands them."""

from dataclasses import replace
from pathlib import Path

import pytest

from sloguard.model.policy import AlertPolicy
from sloguard.rules import rule_files
from sloguard.rules.template import literal
from tests.support.promtool import rule_test_problems
from tests.support.slos import AVAILABILITY, configuration_of


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("plain", "plain"),
        ("{one} brace", "{one} brace"),
        ("{{ x }}", '{{ "{{" }} x }}'),
        ("{{{{", '{{ "{{{{" }}'),
        ("ends with {", 'ends with {{ "{" }}'),
    ],
)
def test_braces_are_written_so_that_they_expand_to_themselves(text: str, template: str) -> None:
    assert literal(text) == template


@pytest.mark.parametrize("text", ["{{ $value }}", "{{{", "a {{ b } c }} {", '{{ "', "`{{`"])
def test_prometheus_expands_it_to_the_very_text(text: str, tmp_path: Path) -> None:
    slo = replace(
        AVAILABILITY, policy=AlertPolicy(AVAILABILITY.tiers[:1]), description="", owner=text, runbook_url=text
    )
    (rules,) = rule_files(configuration_of(slo)).values()
    alert = {
        "eval_time": "10m",
        "alertname": "SLOErrorBudgetBurn",
        "exp_alerts": [
            {
                "exp_labels": {
                    "owner": text,
                    "severity": "page",
                    "slo_id": slo.id,
                    "slo_name": slo.name,
                    "slo_service": slo.service,
                },
                "exp_annotations": {
                    "summary": f"{slo.id}: 100% of the events are bad, 0.1 % may be",
                    "description": "Objective: 99.9 % of the events good over 30 d. Somebody has to look now: "
                    "the error budget is being spent too fast.\n"
                    "Over 1 h it burns 1000.0 times as fast as it may, and over 5 min too: both exceed 14.4.",
                    "runbook_url": text,
                },
            }
        ],
    }
    series = {'http_requests_total{service="onboarding",code="500"}': "0+30x30"}

    assert rule_test_problems(rules, tmp_path, series, [], alerts=[alert]) == ""
