"""Any text that a user may write reaches Prometheus and Grafana as it is: many texts, asked of promtool at once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sloguard.dashboards import dashboard_files
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.promql.text import quote
from sloguard.rules import rule_files
from tests.support.promtool import check_rules, rule_test_problems
from tests.support.slos import AVAILABILITY

EXAMPLES = 150
ATOMS = [
    "{{",
    "}}",
    "{",
    "$labels.x",
    "{{ $value }}",
    "%",
    '"',
    "'",
    "\\",
    "`",
    "\n",
    "\r\n",
    "\t",
    ": ",
    "- ",
    "#",
    "|",
]
ATOMS += [
    "\0",
    "\a",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\u202e",
    "\U0001f600",
    "${x}",
    "[[x]]",
    "$1",
    "&a",
    "*a",
    "é",
]
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(ATOMS), max_size=6).map("".join))
"""Any characters, and those that mean something to YAML, Go templates, PromQL, JSON or Grafana."""


def gathered() -> list[str]:
    """Texts as hypothesis finds them."""
    found: list[str] = []

    @settings(max_examples=EXAMPLES, database=None, derandomize=True, phases=[Phase.generate], deadline=None)
    @given(TEXTS)
    def gather(text: str) -> None:
        found.append(text)

    gather()
    return list(dict.fromkeys(found))


def slo_with(number: int, text: str) -> Slo:
    total = f"requests_total{{route={quote(text)}}}"
    indicator = EventsIndicator(total=(total,), bad=(f'{total[:-1]},code="500"}}',))
    return replace(
        AVAILABILITY,
        service="texts",
        name=f"{number}{text}",
        indicator=indicator,
        policy=AlertPolicy(AVAILABILITY.tiers[:1]),
        description=text,
        owner=text,
        runbook_url=text,
        dashboard_url=text,
        breakdown_by=(),
    )


TEXTS_FOUND = gathered()
SLOS = tuple(slo_with(number, text) for number, text in enumerate(TEXTS_FOUND))
CONFIGURATION = Configuration(services=(Service("texts", SLOS, owner=TEXTS_FOUND[-1], description=TEXTS_FOUND[-1]),))
(RULES,) = rule_files(CONFIGURATION).values()


def test_yaml_gives_every_label_back() -> None:
    rules = [rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]]
    recorded = {rule["labels"]["slo_name"] for rule in rules if "record" in rule and "labels" in rule}
    assert recorded == {slo.name for slo in SLOS}


def alerts() -> Iterator[dict[str, object]]:
    for slo in SLOS:
        labels = {"severity": "page", "slo_id": slo.id, "slo_name": slo.name, "slo_service": slo.service}
        described = f"{slo.description}\n" if slo.description else ""
        annotations = {
            "summary": f"{slo.id}: 100% of the events are bad, 0.1 % may be",
            "description": f"{described}Objective: 99.9 % of the events good over 30 d. Somebody has to look now: the "
            "error budget is being spent too fast.\n"
            "Over 1 h it burns 1000.0 times as fast as it may, and over 5 min too: both exceed 14.4.",
        }
        if slo.runbook_url:
            annotations |= {"runbook_url": slo.runbook_url, "dashboard_url": slo.dashboard_url}
        yield {
            "exp_labels": labels | ({"owner": slo.owner} if slo.owner else {}),
            "exp_annotations": annotations,
        }


def test_prometheus_says_every_text_as_it_is(tmp_path: Path) -> None:
    """Each SLO's series has the text as a label's value, and all of them fire: promtool compares what comes out."""
    series = {f'requests_total{{code="500",route={quote(text)}}}': "0+30x12" for text in TEXTS_FOUND}
    expected = {"eval_time": "5m", "alertname": "SLOErrorBudgetBurn", "exp_alerts": list(alerts())}

    assert "SUCCESS" in check_rules(RULES, tmp_path)
    assert rule_test_problems(RULES, tmp_path, series, [], alerts=[expected]) == ""


def test_dashboards_are_json_whatever_the_texts() -> None:
    board = json.loads(dashboard_files(CONFIGURATION)["dashboards/texts.json"])
    rows = [panel["title"] for panel in board["panels"] if panel["type"] == "row"]
    assert [shown(title.partition(": 99.9 %")[0]) for title in rows] == [shown(slo.name) for slo in SLOS]


def shown(text: str) -> str:
    """On one line, without what keeps Grafana from taking it for a variable."""
    return " ".join(text.replace("\N{WORD JOINER}", "").split())
