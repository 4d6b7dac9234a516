"""What raises an alert beside burn rates: how it is declared, inherited, and refused."""

from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.model.alert import AlertKind
from sloguard.model.policy import (
    AlertPolicy,
    BlindnessPolicy,
    BudgetThreshold,
    Forecast,
    NoDataPolicy,
    Severity,
    SuccessRateTier,
)
from tests.config.texts import codes_of, configuration_of, loaded, only_slo, with_slo, with_top

HOUR = timedelta(hours=1)
SILENCE = NoDataPolicy(Severity.TICKET)


def policy_of(fragment: str) -> AlertPolicy:
    return only_slo(with_slo(f"alerting: {fragment}\n")).policy


def test_everything_that_a_policy_may_have() -> None:
    policy = policy_of("""
  tiers: [{severity: page, long: 1h, short: 5m, factor: 14.4}]
  success_rate: [{severity: ticket, drop: 5%, window: 6h}, {severity: page, drop: 0.2}]
  budget: [{severity: info, remaining: 50%}, {severity: ticket, remaining: 0.25}, {severity: ticket, remaining: 0%}]
  forecast: {severity: ticket, within: 3d}
  no_data: {severity: page, after: 30m}
""")
    assert len(policy.tiers) == 1
    assert policy.success_rate == (
        SuccessRateTier(Severity.TICKET, Decimal("0.05"), 6 * HOUR),
        SuccessRateTier(Severity.PAGE, Decimal("0.2"), HOUR),
    )
    assert policy.budget == (
        BudgetThreshold(Severity.TICKET, Decimal(0)),
        BudgetThreshold(Severity.TICKET, Decimal("0.25")),
        BudgetThreshold(Severity.INFO, Decimal("0.5")),
    )
    assert policy.forecast == Forecast(Severity.TICKET, timedelta(days=3))
    assert policy.no_data == NoDataPolicy(Severity.PAGE, timedelta(minutes=30))
    assert policy.severities == set(Severity)


def test_without_a_word_silence_is_a_ticket() -> None:
    for policy in (only_slo(with_slo("")).policy, policy_of("standard"), policy_of("{tiers: standard}")):
        assert (policy.success_rate, policy.budget, policy.forecast, policy.no_data) == ((), (), None, SILENCE)
        assert len(policy.tiers) == 4


def test_the_standard_success_rate() -> None:
    assert policy_of("{success_rate: standard}").success_rate == (
        SuccessRateTier(Severity.PAGE, Decimal("0.1"), HOUR),
        SuccessRateTier(Severity.TICKET, Decimal("0.05"), HOUR),
    )


def test_each_part_is_inherited_by_itself() -> None:
    slo = "{name: %s, objective: 99, indicator: {events: {bad: e, total: t}}%s}"
    text = f"""version: 1
defaults:
  runbook_url: https://r.example.com
  alerting: {{success_rate: standard, forecast: {{severity: ticket, within: 3d}}, no_data: {{severity: page}}}}
services:
  - name: a
    alerting: {{success_rate: none, budget: [{{severity: ticket, remaining: 10%}}]}}
    slos:
      - {slo % ("x", "")}
      - {slo % ("y", ", alerting: {forecast: none, no_data: none}")}
      - {slo % ("z", ", alerting: standard")}
"""
    x, y, z = (slo.policy for slo in configuration_of(loaded(text)).slos)
    assert (x.success_rate, len(x.budget), x.forecast is not None, x.no_data) == (
        (),
        1,
        True,
        NoDataPolicy(Severity.PAGE),
    )
    assert (y.success_rate, len(y.budget), y.forecast, y.no_data) == ((), 1, None, None)
    assert (z.success_rate, z.budget, z.forecast, z.no_data) == ((), (), None, SILENCE)
    assert len(x.tiers) == len(y.tiers) == len(z.tiers) == 4


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("{budget: [{severity: ticket, remaining: 25}]}", "SG063 alerting.budget[0].remaining must be at least 0 and"),
        ("{budget: [{severity: ticket, remaining: 25}]}", "(got 25). Write 25%, if percent were meant."),
        ("{budget: [{severity: ticket, remaining: -5%}]}", "SG063 alerting.budget[0].remaining must be a share"),
        (
            "{budget: [{severity: ticket, remaining: 97%}]}",
            "(got 97%): more than 97 % + 5 % = 102 % of the budget would have to be left. The nearest that can is",
        ),
        ("{budget: [{severity: page, remaining: 25%}, {severity: info, remaining: 0.25}]}", "SG068 this threshold is"),
        ("{success_rate: [{severity: page, drop: 0%}]}", "SG064 drop must be above 0 (got 0%)."),
        ("{success_rate: [{severity: page, drop: 5%, window: 90s}]}", "SG064 window must be a whole number of slices"),
        ("{success_rate: [{severity: page, drop: 5%, window: 31d}]}", "SG064 the window of the success rate is longer"),
        ("{success_rate: sometimes}", "SG024 alerting.success_rate must be `standard`, `none`, or a list"),
        (
            "{forecast: {severity: ticket, within: 30d}}",
            "(got within 30d): at a burn rate of 1 a whole budget lasts 30d. Use less than 30d, such as 3d.",
        ),
        ("{forecast: {severity: ticket, within: 10m}}", "SG066 within must be at least 1h, by which the pace is"),
        ("{no_data: {after: 2m}}", "SG067 after must be at least 5m (got 2m): Prometheus shows a series for so long"),
        ("{no_data: {after: 31d}}", "SG067 the no-data alert of shop/availability would come after the end"),
        ("{no_data: sometimes}", "SG024 alerting.no_data must be `none`, or a mapping (got sometimes)."),
        ("{no_dta: none}", "SG020 there is no key no_dta here. Did you mean no_data?"),
        ("{tiers: none}", "SG024 alerting.tiers must be `standard`, or a list of tiers (got none)."),
    ],
)
def test_what_cannot_be(fragment: str, words: str) -> None:
    (problem,) = with_slo(f"alerting: {fragment}\n").problems
    assert words in f"{problem.code} {problem.message}"


def test_routes_of_no_data_alerts() -> None:
    text = """notify: {slack: {team: {token: xoxb-1, channel: '#team'}, silent: {token: xoxb-1, channel: '#silent'}}}
routes: {page: [slack.team], ticket: [slack.team], no_data: [slack.silent]}
"""
    result = with_top(text)
    assert codes_of(result) == []
    configuration = configuration_of(result)
    assert configuration.receivers_for("shop", Severity.TICKET) == ("slack.team",)
    assert configuration.receivers_for("shop", Severity.TICKET, AlertKind.NO_DATA) == ("slack.silent",)
    without = configuration_of(with_top(text.replace(", no_data: [slack.silent]", "")))
    assert without.receivers_for("shop", Severity.TICKET, AlertKind.NO_DATA) == ("slack.team",)


def test_sloguards_alert_about_itself() -> None:
    assert configuration_of(with_top("")).blindness == BlindnessPolicy(Severity.TICKET, timedelta(minutes=5))
    own = configuration_of(with_top("self_alert: {severity: page, after: 15m}\n"))
    assert own.blindness == BlindnessPolicy(Severity.PAGE, timedelta(minutes=15))
    assert configuration_of(with_top("self_alert: none\n")).blindness is None
    assert codes_of(with_top("self_alert: {after: 10s}\n")) == ["SG067"]
