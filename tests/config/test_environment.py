"""References to the environment: replaced in every text, named when missing, never shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.config.environment import expand
from tests.config.texts import codes_of, only_slo, with_slo, with_top


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("${A}", "one"),
        ("x${A}y${A}", "xoney" + "one"),
        ("${A:-two}", "one"),
        ("${B:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("${EMPTY}", ""),
        ("${B:-}", ""),
        ("${B:-a:-b $x}", "a:-b $x"),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("$window $A {A} $", "$window $A {A} $"),
        ("${B:-line\nbreak}", "line\nbreak"),
    ],
)
def test_expansion(text: str, expanded: str) -> None:
    result = expand(text, {"A": "one", "EMPTY": ""})
    assert (result.text, result.missing, result.malformed) == (expanded, (), ())


@pytest.mark.parametrize("text", ["${", "${A", "${}", "${1A}", "${A-b}", "${A:b}", "${ A }", "${A:-${B}}", "${é}"])
def test_malformed_references(text: str) -> None:
    assert expand(text, {"A": "one", "B": "two"}).malformed
    assert "SG017" in codes_of(with_slo(f"owner: '{text}'\n"))


@given(st.text(alphabet="${}:-AB x", max_size=20), st.text(max_size=5))
def test_text_without_a_reference_stays_and_values_are_not_expanded_again(text: str, value: str) -> None:
    assert expand(text.replace("${", ""), {}).text == text.replace("${", "")
    assert expand("${A}", {"A": value + "${B}"}).text == value + "${B}"


def test_a_missing_variable_is_named_once_and_nothing_follows_from_it() -> None:
    (problem,) = with_slo('runbook_url: "${RUNBOOK}"\n').problems
    assert (
        problem.message
        == "the environment variable RUNBOOK is not set. Set it, or give a default: ${RUNBOOK:-default}."
    )


def test_numbers_and_truth_may_come_from_the_environment() -> None:
    environ = {"OBJECTIVE": "99.95", "WINDOW": "7d", "SKIP": "true"}
    slo = only_slo(with_slo("objective: ${OBJECTIVE}\nwindow: ${WINDOW}\n", environ))
    assert str(slo.objective_ratio) == "0.9995"
    configuration = with_top('prometheus: {tls: {insecure_skip_verify: "${SKIP}"}}\n', environ).configuration
    assert configuration is not None
    assert not configuration.prometheus.verify_tls


def test_keys_are_not_expanded() -> None:
    assert codes_of(with_slo('"${A}": x\n', {"A": "owner"})) == ["SG020"]


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(
    "fragment",
    [
        'prometheus: {url: "${S}"}',
        'prometheus: {url: "http://u:${S}@h"}',
        'prometheus: {url: "ftp://u:hunter2-hunter2@h"}',
        'prometheus: {scrape_interval: "${S}"}',
        'prometheus: {bearer_token: ["hunter2-hunter2"]}',
        'prometheus: {bearer: "hunter2-hunter2"}',
        'prometheus: {basic_auth: "hunter2-hunter2"}',
        'prometheus: {tls: {insecure_skip_verify: "${S}"}}',
        'prometheus: {headers: {"A B": "hunter2-hunter2"}}',
        'prometheus: {headers: {A: "hunter2-hunter2\\né"}}',
        'prometheus: {bearer_token_file: "${S}"}',
        'notify: "${S}"',
        'notify: {slack: "hunter2-hunter2"}',
        'notify: {slack: {a: "hunter2-hunter2"}}',
        'notify: {slack: {a: ["hunter2-hunter2"]}}',
        'notify: {slack: {a: {token: "${S} ${S}", channel: "#a"}}}',
        'notify: {slack: {a: {token: "x", channel: "#a", api_url: "${S}"}}}',
        'notify: {slack: {a: {webhook_url: "hunter2-hunter2"}}}',
        'notify: {slack: {a: {webhook: "hunter2-hunter2"}}}',
        'notify: {pagerduty: {a: {routing_key: "hunter2-hunter2"}}}',
        'notify: {pagerduty: {"hunter 2": {routing_key: "${S}"}}}',
        'routes: {page: ["${S}"]}',
        'routes: {page: "${S}"}',
        'defaults: {alerting: "${S}"}',
        'defaults: {window: "${S}"}',
        'defaults: {runbook_url: "${S}"}',
    ],
)
def test_secrets_never_reach_a_message(fragment: str) -> None:
    result = with_top(fragment + "\n", {"S": SECRET})
    assert result.problems
    assert "hunter2" not in "\n".join(map(str, result.problems)).replace('"hunter 2"', "")


@pytest.mark.parametrize(
    "indicator",
    [
        "{events: {bad: 'sum(${S})', total: x}}",
        "{events: {bad: 'x{a=~\"(${S}\"}', total: x}}",
        "{events: {bad: ['{a=\"${S}\"}'], total: x}}",
        "{threshold: {query: '${S}(x)', below: '${S}'}}",
        "{latency: {histogram: '${S}_bucket', filter: 'a=\"${S}\"', below: '${S}'}}",
    ],
)
def test_values_from_the_environment_are_not_quoted_either(indicator: str) -> None:
    result = with_slo(f"indicator: {indicator}\n", {"S": "hunter2"})
    assert result.problems
    assert "hunter2" not in "\n".join(map(str, result.problems))


def test_names_from_the_environment_are_not_quoted() -> None:
    result = with_slo('name: "${S}"\nobjective: "${S}"\nowner: "${S}"\nbreakdown_by: ["${S}"]\n', {"S": "hunter 2"})
    assert "hunter" not in "\n".join(map(str, result.problems))
    assert codes_of(with_slo("owner: '${S}'\n", {"S": "a\udcffb"})) == ["SG029"]
