"""Tiers: the standard ones, own ones, and those that could never fire."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.config.codes.code import Scope
from sloguard.evaluation.tiers import reachable, standard_tiers
from sloguard.model.policy import Severity
from tests.config.texts import around, codes_of, configuration_of, loaded, only_slo, with_slo, with_top

TIER = "{severity: page, long: 1h, short: 5m, factor: 14.4}"


def complaint(fragment: str) -> str:
    errors = [problem for problem in with_slo(fragment + "\n").problems if problem.level.value == "error"]
    (problem,) = errors
    return f"{problem.code} {problem.message}"


@pytest.mark.parametrize("fragment", ["", "alerting: standard\n"])
def test_standard(fragment: str) -> None:
    slo = only_slo(with_slo(fragment))
    assert slo.tiers == standard_tiers(Decimal("0.001"), timedelta(days=30), timedelta(seconds=60))


def test_own_tiers_are_sorted_most_severe_first_then_by_length() -> None:
    slo = only_slo(
        with_slo("""alerting:
  tiers:
    - {severity: info, long: 3d, short: 6h, factor: 0.5}
    - {severity: page, long: 6h, short: 30m, factor: 6}
    - {severity: ticket, long: 1d, short: 2h, factor: 3}
    - {severity: page, long: 1h, short: 5m, factor: "14.4"}
""")
    )
    assert [(tier.severity, tier.long, tier.factor) for tier in slo.tiers] == [
        (Severity.PAGE, timedelta(hours=1), Decimal("14.4")),
        (Severity.PAGE, timedelta(hours=6), Decimal(6)),
        (Severity.TICKET, timedelta(days=1), Decimal(3)),
        (Severity.INFO, timedelta(days=3), Decimal("0.5")),
    ]


def test_the_innermost_policy_holds() -> None:
    slo = "{name: %s, objective: 99, indicator: {events: {bad: e, total: t}}%s}"
    own = "{tiers: [{severity: %s, long: 1h, short: 5m, factor: 2}]}"
    text = f"""version: 1
defaults: {{alerting: {own % "info"}, runbook_url: https://r.example.com}}
services:
  - {{name: a, slos: [{slo % ("x", "")}, {slo % ("y", ", alerting: standard")}]}}
  - {{name: b, alerting: {own % "ticket"}, slos: [{slo % ("x", "")}, {slo % ("y", f", alerting: {own % 'page'}")}]}}
"""
    configuration = configuration_of(loaded(text))
    severities = {slo.id: [tier.severity.value for tier in slo.tiers] for slo in configuration.slos}
    assert severities == {
        "a/x": ["info"],
        "a/y": ["page", "page", "ticket", "ticket"],
        "b/x": ["ticket"],
        "b/y": ["page"],
    }


def test_an_unreachable_tier_is_refused_with_the_arithmetic() -> None:
    assert complaint(f"objective: 90\nalerting: {{tiers: [{TIER}]}}") == (
        "SG060 the tier page over 1h can never fire for shop/availability (got factor 14.4): it needs an error ratio "
        "above 14.4 × (1 − objective) = 14.4 × 0.1 = 1.44. The nearest factor that can is 8, which fires when more "
        "than 80 % of the events are bad."
    )


def test_the_place_of_an_unreachable_tier_is_where_it_is_decided() -> None:
    fragment = f"objective: 90\nalerting: {{tiers: [{TIER}]}}\n"
    (own,) = with_slo(fragment).problems
    line = around(fragment, Scope.SLO).split("\n")[own.line - 1]
    assert line[own.column - 1 :].startswith("14.4}")
    inherited = with_top(f"defaults: {{alerting: {{tiers: [{TIER.replace('14.4', '2000')}]}}}}\n")
    (problem,) = inherited.problems
    assert problem.code == "SG060"
    assert "shop/availability" in problem.message
    assert problem.line == 8


@given(st.integers(min_value=11, max_value=999), st.integers(min_value=1, max_value=20_000))
def test_every_own_tier_of_a_valid_file_can_fire(objective: int, factor: int) -> None:
    percent, burn = Decimal(objective) / 10, Decimal(factor) / 100
    tier = TIER.replace("14.4", f"{burn:f}")
    result = with_slo(f"objective: {percent:f}\nalerting: {{tiers: [{tier}]}}\n")
    can = reachable(burn, 1 - percent / 100)
    assert (result.configuration is not None) is can
    assert codes_of(result) == ([] if can else ["SG060"])


@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("{severity: page, long: 1h, short: 1m, factor: 2}", "SG061 short must be at least two slices, 2m (got 1m)."),
        (
            "{severity: page, long: 5m, short: 5m, factor: 2}",
            "SG061 long must be longer than short, 5m (got 5m). Use a",
        ),
        ("{severity: page, long: 5m, short: 1h, factor: 2}", "such as 12h, twelve times the short one."),
        (
            "{severity: page, long: 1h, short: 150s, factor: 2}",
            "SG061 short must be a whole number of slices of 1m (got 15",
        ),
        ("{severity: page, long: 30m30s, short: 5m, factor: 2}", "SG061 long must be a whole number of slices of 1m"),
        (
            "{severity: page, long: 31d, short: 5m, factor: 2}",
            "SG061 the tier's long window, 31d, is longer than the SLO's",
        ),
        (
            "{severity: page, long: 1h, short: 5m, factor: 0}",
            "SG033 alerting.tiers[0].factor must be above zero (got 0).",
        ),
        (
            "{severity: pge, long: 1h, short: 5m, factor: 2}",
            "SG024 alerting.tiers[0].severity must be 'page', 'ticket' or",
        ),
        ("{severity: page, long: 1h, short: 5m}", "SG021 alerting.tiers[0] needs the key factor. Add factor."),
        (f"{TIER}, {TIER}", "SG062 a tier of this severity and these windows is already there."),
    ],
)
def test_tiers_that_cannot_be(tier: str, words: str) -> None:
    assert words in complaint(f"alerting: {{tiers: [{tier}]}}")


def test_a_fault_in_the_defaults_is_reported_once_however_many_inherit_it() -> None:
    slos = ", ".join(f"{{name: s{n}, objective: 99, indicator: {{events: {{bad: e, total: t}}}}}}" for n in range(5))
    tier = "{severity: ticket, long: %s, short: %s, factor: 2}"
    tiers = f"{{tiers: [{tier % ('1h', '1m')}, {tier % ('6h', '1h')}]}}"
    result = loaded(f"version: 1\ndefaults: {{alerting: {tiers}}}\nservices: [{{name: a, slos: [{slos}]}}]\n")
    assert codes_of(result) == ["SG061"]


def test_replaced_standard_factors_are_noted() -> None:
    result = with_slo("objective: 80\n")
    (note,) = result.problems
    assert str(note) == (
        "slo.yaml:8:20: SG201 the standard tier over 1h and 6h uses the factor 4 instead of 14.4 and 6: even with "
        "every event bad, the burn rate is only 1 / 0.2 = 5. It fires when more than 80 % of the events are bad; "
        "declare own tiers to choose otherwise."
    )
    assert [tier.factor for tier in only_slo(result).tiers] == [4, 4, 3, 1]


def test_a_window_too_short_for_the_standard_tiers_is_a_warning() -> None:
    assert codes_of(with_slo("window: 6h\n")) == ["SG106"]
    assert codes_of(with_slo("window: 3d\n")) == []
    assert codes_of(with_slo(f"window: 6h\nalerting: {{tiers: [{TIER}]}}\n")) == []


def test_pages_need_a_runbook_and_tickets_do_not() -> None:
    text = """version: 1
services:
  - name: a
    slos:
      - {name: x, objective: 99, indicator: {events: {bad: e, total: t}}}
      - {name: y, objective: 99, indicator: {events: {bad: e, total: t}}, runbook_url: https://r.example.com}
      - name: z
        objective: 99
        indicator: {events: {bad: e, total: t}}
        alerting: {tiers: [{severity: ticket, long: 1h, short: 5m, factor: 2}]}
"""
    assert [(problem.line, problem.code) for problem in loaded(text).problems] == [(5, "SG101")]
