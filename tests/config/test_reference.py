"""The reference workload's file means what it is meant to mean."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sloguard.config import Level, load
from sloguard.config.secrecy import is_secret
from sloguard.model.policy import Severity
from sloguard.model.secret import Secret
from sloguard.model.settings import PagerDutyReceiver, SlackReceiver
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.promql.parse import counter_selector
from tests.config.texts import REFERENCE, configuration_of
from tests.support import slos as by_hand

ENVIRON = {
    "PROMETHEUS_URL": "http://127.0.0.1:1234/",
    "SLACK_BOT_TOKEN": "xoxb-secret",
    "SLACK_API_URL": "http://127.0.0.1:1235/api",
    "PAGERDUTY_ROUTING_KEY": "0123456789abcdef0123456789abcdef",
    "PAGERDUTY_EVENTS_URL": "http://127.0.0.1:1236/",
}


def canonical(slo: Slo) -> Slo:
    """As the loader writes it: selectors in one form, and without what only people read."""
    indicator = slo.indicator
    if isinstance(indicator, EventsIndicator):
        indicator = EventsIndicator(
            *(
                tuple(counter_selector(each) for each in part)
                for part in (indicator.total, indicator.bad, indicator.good)
            )
        )
    return replace(slo, indicator=indicator, description="")


def test_it_is_the_workload_that_other_tests_build_by_hand() -> None:
    configuration = configuration_of(load(REFERENCE, ENVIRON))
    assert [canonical(slo) for slo in configuration.slos] == [canonical(slo) for slo in by_hand.REFERENCE.slos]
    services = [(each.name, each.owner, each.description, each.runbook_url) for each in configuration.services]
    expected = [(each.name, each.owner, each.description, each.runbook_url) for each in by_hand.REFERENCE.services]
    assert services == expected


def test_its_surroundings_come_from_the_environment() -> None:
    configuration = configuration_of(load(REFERENCE, ENVIRON))
    assert configuration.prometheus.url == "http://127.0.0.1:1234"
    slack, pagerduty = configuration.receivers
    assert slack == SlackReceiver(
        "slack.oncall", Secret("xoxb-secret"), "#oncall", None, api_url="http://127.0.0.1:1235/api/"
    )
    assert pagerduty == PagerDutyReceiver(
        "pagerduty.primary", Secret(ENVIRON["PAGERDUTY_ROUTING_KEY"]), "http://127.0.0.1:1236"
    )
    assert configuration.routes == {
        Severity.PAGE: ("pagerduty.primary", "slack.oncall"),
        Severity.TICKET: ("slack.oncall",),
    }


def test_without_credentials_it_is_valid_and_says_that_nothing_can_be_sent() -> None:
    result = load(REFERENCE, {})
    configuration = configuration_of(result)
    assert [problem.code for problem in result.problems if problem.level is Level.WARNING] == ["SG102", "SG102"]
    assert len(configuration.receivers) == 2
    assert configuration.prometheus.url == "http://127.0.0.1:9090"


def test_replaced_factors_are_explained() -> None:
    notes = [problem for problem in load(REFERENCE, ENVIRON).problems if problem.level is Level.NOTE]
    assert {note.code for note in notes} == {"SG201"}
    assert all("factor 8 instead of 14.4" in note.message and "1 / 0.1 = 10" in note.message for note in notes)
    slos = configuration_of(load(REFERENCE, ENVIRON)).slos
    assert sum(slo.objective_ratio == Decimal("0.9") for slo in slos) == len(notes) == 2


def test_paths_in_messages_are_as_given(tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("version: 3\n", encoding="utf-8")
    (problem,) = load(path, {}).problems
    assert str(problem).startswith(f"{path}:1:10: SG009 ")


def test_secrets_are_hidden_where_they_stand_and_public_values_are_not() -> None:
    assert is_secret(("notify", "slack", "oncall", "token"))
    assert is_secret(("prometheus", "headers", "url"))
    assert not is_secret(("notify", "slack", "oncall", "channel"))
    assert not is_secret(("services", 0, "name"))
