"""The difference of two rule files in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from sloguard.model.policy import AlertPolicy
from sloguard.model.slo import Slo
from sloguard.rules import rule_files
from sloguard.rules.changes import changes
from tests.support.slos import AVAILABILITY, REGISTRATION, configuration_of

PAGE = replace(AVAILABILITY, policy=AlertPolicy(AVAILABILITY.tiers[:1]))


def rules(*slos: Slo) -> str:
    return next(iter(rule_files(configuration_of(*slos)).values()))


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ((PAGE,), (PAGE,), ()),
        (
            (PAGE,),
            (replace(PAGE, objective_ratio=Decimal("0.9995")),),
            (
                (
                    "onboarding/availability: objective 99.9 % → 99.95 %; page threshold over 1h 1.44 % → 0.72 %; "
                    "page threshold over 5m 1.44 % → 0.72 %"
                ),
            ),
        ),
        ((PAGE,), (PAGE, REGISTRATION), ("onboarding/registration-success: new",)),
        ((PAGE, REGISTRATION), (PAGE,), ("onboarding/registration-success: removed, its alerts with it",)),
        (
            (PAGE,),
            (replace(PAGE, owner="", runbook_url="https://new"),),
            (
                (
                    "onboarding/availability: runbook https://runbooks.example.com/onboarding → https://new; "
                    "owner growth removed"
                ),
            ),
        ),
    ],
)
def test_what_changes_is_said(before: tuple[Slo, ...], after: tuple[Slo, ...], lines: tuple[str, ...]) -> None:
    assert changes(rules(*before), rules(*after)) == lines


@pytest.mark.parametrize("text", ["", "{", "- 1", "groups: 3", "groups: [1, {rules: [2, {labels: 3}]}]"])
def test_a_file_that_is_none_counts_as_empty(text: str) -> None:
    assert changes(text, rules(PAGE)) == ("onboarding/availability: new",)
