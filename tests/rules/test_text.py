"""Rules as text: nothing that users write can break out of its place, and limits are kept."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.policy import AlertPolicy, Severity, Tier
from sloguard.model.settings import Configuration
from sloguard.model.timeslices import Timeslices
from sloguard.rules import is_generated, rule_files
from sloguard.rules.groups import GROUP_LIMIT
from tests.support.promtool import check_rules
from tests.support.slos import AVAILABILITY, REFERENCE, configuration_of

RULES_PER_SLO = 13
RULES_PER_SERVICE = 2
"""Beside those of its SLOs."""
NASTY = (
    "{{ $labels.x }} {{",
    '"quoted" \\ back',
    "line\nbreak: [yaml",
    "tab\t nul\0 bell\a",
    "- dash # hash",
    "{",
    "%{}",
    "\u2028\ufeff\U0001f600",
    "",
)


def documents(configuration: Configuration) -> list[Any]:
    return [yaml.safe_load(text) for text in rule_files(configuration).values()]


def all_rules(configuration: Configuration) -> list[dict[str, Any]]:
    return [rule for document in documents(configuration) for group in document["groups"] for rule in group["rules"]]


def test_promtool_accepts_the_reference_workload(tmp_path: Path) -> None:
    for text in rule_files(REFERENCE).values():
        assert "SUCCESS" in check_rules(text, tmp_path)


def test_each_service_has_one_file_with_one_document() -> None:
    files = rule_files(REFERENCE)

    assert list(files) == ["alerting-rules/onboarding.yaml", "alerting-rules/resume.yaml"]
    assert all(is_generated(text) and len(list(yaml.compose_all(text))) == 1 for text in files.values())
    assert not is_generated("groups: []\n")


def test_the_same_slos_give_the_same_bytes() -> None:
    assert rule_files(REFERENCE) == rule_files(Configuration(services=REFERENCE.services))


def test_an_slo_that_rules_cannot_judge_is_left_out_and_it_is_said_why() -> None:
    sliced = replace(AVAILABILITY, name="sliced", timeslices=Timeslices(timedelta(minutes=5), Decimal("0.95")))
    (text,) = rule_files(configuration_of(AVAILABILITY, sliced)).values()
    (without,) = (line for line in text.splitlines() if "sliced" in line)
    assert without.startswith("# Without rules: sliced, because its timeslices are judged by the daemon")
    assert len(all_rules(configuration_of(AVAILABILITY, sliced))) == len(all_rules(configuration_of(AVAILABILITY)))
    assert all_rules(configuration_of(sliced)) == []


def test_groups_and_slos_stay_within_their_limits() -> None:
    groups = [group for document in documents(REFERENCE) for group in document["groups"]]
    by_slo: dict[str, int] = {}
    own = [rule for rule in all_rules(REFERENCE) if "labels" in rule]
    for rule in own:
        by_slo[rule["labels"]["slo_id"]] = by_slo.get(rule["labels"]["slo_id"], 0) + 1

    assert max(len(group["rules"]) for group in groups) <= GROUP_LIMIT
    assert len({group["name"] for group in groups}) == len(groups)
    assert set(by_slo) == {slo.id for slo in REFERENCE.slos}
    assert max(by_slo.values()) == RULES_PER_SLO
    assert len(all_rules(REFERENCE)) - len(own) == RULES_PER_SERVICE * len(REFERENCE.services)


def test_many_tiers_are_spread_over_several_groups(tmp_path: Path) -> None:
    tiers = tuple(
        Tier(Severity.PAGE, timedelta(minutes=20 + number), timedelta(minutes=6 + number), Decimal(2))
        for number in range(0, 60, 2)
    )
    (text,) = rule_files(configuration_of(replace(AVAILABILITY, policy=AlertPolicy(tiers)))).values()
    groups = yaml.safe_load(text)["groups"]

    assert max(len(group["rules"]) for group in groups) <= GROUP_LIMIT
    assert len(groups) > 2
    assert "SUCCESS" in check_rules(text, tmp_path)


def test_thresholds_are_exact_decimals() -> None:
    (text,) = rule_files(configuration_of(AVAILABILITY)).values()

    assert "> 0.0144\n" in text
    assert "vector(0.999)" in text
    assert "000000" not in text
    assert "99999" not in text


def test_raw_series_are_read_at_five_minutes_only() -> None:
    raw = [rule["expr"] for rule in all_rules(REFERENCE) if "_total" in rule["expr"] or "_bucket" in rule["expr"]]

    assert raw
    assert all("[5m]" in expression and expression.count("[") == expression.count("[5m]") for expression in raw)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_reaches_prometheus_as_it_is(text: str, tmp_path: Path) -> None:
    slo = replace(AVAILABILITY, service=f"s{text}", description=text, owner=text, runbook_url=text, dashboard_url=text)
    (written,) = rule_files(configuration_of(slo)).values()

    assert "SUCCESS" in check_rules(written, tmp_path)


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(min_size=1))
def test_any_text_survives_yaml(description: str, name: str) -> None:
    slo = replace(AVAILABILITY, name=name, description=description)
    rules = all_rules(configuration_of(slo))

    assert all(rule["labels"]["slo_name"] == name for rule in rules if "record" in rule and "labels" in rule)
    annotations = [rule["annotations"]["description"] for rule in rules if "alert" in rule]
    if "{" not in description:
        assert all(annotation.startswith(description) for annotation in annotations)


@settings(max_examples=12, deadline=None)
@given(st.text(), st.text(min_size=1))
def test_any_text_is_accepted_by_promtool(
    tmp_path_factory: pytest.TempPathFactory, description: str, name: str
) -> None:
    slo = replace(AVAILABILITY, name=name, description=description, owner=description)
    (written,) = rule_files(configuration_of(slo)).values()

    assert "SUCCESS" in check_rules(written, tmp_path_factory.mktemp("rules"))
