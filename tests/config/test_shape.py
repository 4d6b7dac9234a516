"""Keys, types and names: what is said of what does not belong there."""

import pytest

from sloguard.config.later import LATER_KEYS
from sloguard.config.schema.file import FileEntry
from sloguard.config.schema.keys import keys_at
from sloguard.config.shape import name_of
from tests.config.texts import codes_of, loaded, with_slo, with_top


def only(fragment: str) -> str:
    (problem,) = with_slo(fragment).problems
    return str(problem)


@pytest.mark.parametrize(
    ("fragment", "complaint"),
    [
        ("descripton: x", "slo.yaml:9:9: SG020 there is no key descripton here. Did you mean description?"),
        ("runbok_url: x", "SG020 there is no key runbok_url here. Did you mean runbook_url?"),
        ("xyz: 1", "SG020 there is no key xyz here. Use one of window, "),
        ("owner: [a]", "slo.yaml:9:16: SG022 owner must be text (got a list)."),
        ("owner: {a: b}", "SG022 owner must be text (got a mapping)."),
        ("owner: 12", "SG022 owner must be text (got 12). Put it into quotes if it looks like a number."),
        ("breakdown_by: {a: b}", "SG022 breakdown_by must be a list (got a mapping)."),
        ("breakdown_by: [a, 3]", "slo.yaml:9:27: SG022 breakdown_by[1] must be text (got 3)."),
        ("breakdown_by: [a, ]\nname: [x]", "SG022 name must be text (got a list)."),
        ("indicator: x", "SG022 indicator must be a mapping (got x)."),
        ("indicator: {events: [x]}", "SG022 indicator.events must be a mapping (got a list)."),
        ("alerting: 3", "SG022 alerting must be a mapping (got 3)."),
        ("alerting: {tiers: []}", "SG023 alerting.tiers must not be empty (got a list). Add at least one item."),
        ("alerting: fast", "SG024 alerting must be `standard`, or a mapping (got fast)."),
        ("indicator: {events: {totl: a, bad: b}}", "SG020 there is no key totl here. Did you mean total?"),
        ("indicator: {evnts: {total: a, bad: b}}", "SG020 there is no key evnts here. Did you mean events?"),
        ("indicator: {events: {bad: b}}", "SG021 indicator.events needs the key total. Add total."),
        ("name: check out", "SG026 name is not a valid name (got check out). Use letters"),
        ("name: _sloguard", "SG026 name is not a valid name (got _sloguard). Use letters"),
        ("name: -x", "SG026 name is not a valid name (got -x). Use letters"),
        ("name: ''", "SG026 name is not a valid name (got nothing). Use letters"),
        ("name: ../etc", "at most 100 characters: etc."),
        (f"name: {'x' * 101}", "SG026 name is not a valid name (got xxx"),
        ("breakdown_by: [http.route]", "SG028 breakdown_by[0] is not a label name (got http.route)."),
        ("breakdown_by: '{route}'", "SG028 breakdown_by is not a label name (got {route})."),
        ("weight: heavy", "SG022 weight must be a number (got heavy)."),
        ("weight: -1", "SG033 weight must be above zero (got -1)."),
    ],
)
def test_one_mistake_is_one_problem(fragment: str, complaint: str) -> None:
    assert complaint in only(fragment + "\n")


@pytest.mark.parametrize("key", LATER_KEYS)
def test_what_is_not_supported_says_what_to_write_instead(key: str) -> None:
    (problem,) = with_slo(f"{key}: x\n").problems
    assert problem.code == "SG025"
    assert problem.message == f"{key} is not supported by this version. {LATER_KEYS[key]}"


def test_no_key_is_both_supported_and_not() -> None:
    places: list[tuple[str | int, ...]] = [(), ("services", 0), ("services", 0, "slos", 0), ("notify",)]
    places.append((*places[2], "indicator"))
    assert not {key for place in places for key in keys_at(FileEntry, place)} & LATER_KEYS.keys()


def test_keys_are_known_everywhere() -> None:
    tier = ("services", 3, "slos", 4, "alerting", "tiers", 5)
    assert keys_at(FileEntry, tier) == ["severity", "long", "short", "factor"]
    assert keys_at(FileEntry, ("notify", "pagerduty", "any")) == ["routing_key", "routing_key_file", "events_url"]
    assert keys_at(FileEntry, ("prometheus", "headers")) == []
    assert keys_at(FileEntry, ("no", "such")) == []


def test_all_problems_come_at_once_in_order_of_place() -> None:
    result = loaded("""version: 1
prometheus: {timeout: 10, scrape_intervall: 15s}
routes: {page: [slack.nobody]}
defaults: {window: 5x}
services:
  - name: a b
    slos:
      - {nam: x, objective: 100, indicator: {events: {bad: 'sum(x)', total: y}}, window: 3}
      - 7
      - {name: x, objective: 90, indicator: {threshold: {query: x, below: 1}},
         alerting: {tiers: [{severity: page, long: 1h, short: 5m, factor: 20}]}}
  - {name: empty, slos: []}
  - text
  - {name: empty, slos: [{}]}
""")
    found = [(problem.line, problem.code) for problem in result.problems if problem.level.value == "error"]
    assert found == [
        (2, "SG030"),
        (2, "SG020"),
        (3, "SG074"),
        (4, "SG030"),
        (6, "SG026"),
        (8, "SG020"),
        (8, "SG012"),
        (8, "SG043"),
        (8, "SG030"),
        (9, "SG022"),
        (11, "SG060"),
        (12, "SG023"),
        (13, "SG022"),
        (14, "SG027"),
        (14, "SG021"),
        (14, "SG021"),
        (14, "SG021"),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("services: []\n", "slo.yaml:1:1: SG009 the file has no version. Add `version: 1` at its top."),
        (
            "version: 2\n",
            "slo.yaml:1:10: SG009 version is not one that this program knows (got 2). Update sloguard, or",
        ),
        ("version: 0\n", "SG009 version is not one that this program knows (got 0). Write version: 1."),
        ("version: v1\n", "SG009 version is not one that this program knows (got v1). Write version: 1."),
        ("version: '1'\n", "SG009 version must be a number (got 1). Write version: 1, without quotes."),
        ("version: [1]\n", "SG009 version is not one that this program knows (got a list)."),
        ("version:\n", "slo.yaml:1:1: SG023 version has no value."),
        ("version: 1\n", "slo.yaml:1:1: SG021 the key services is missing. Add services."),
        ("version: 1\nservices: {}\n", "slo.yaml:2:11: SG022 services must be a list (got a mapping)."),
        ("version: 1\nservices: []\n", "slo.yaml:2:11: SG023 services must not be empty (got a list)."),
        ("version: 1\nservces: []\n", "slo.yaml:2:1: SG020 there is no key servces here. Did you mean services?"),
        ("version: 1\ninclude: x\nservices: []\n", "SG080 no such file is there to include (got x)"),
        ("version: 1\nnotify: {email: {}}\nservices: []\n", "no key email here. Use one of slack, pagerduty."),
        ("version: 1\nservices: [{name: a}]\n", "slo.yaml:2:12: SG021 services[0] needs the key slos. Add slos."),
    ],
)
def test_the_top_of_the_file(text: str, complaint: str) -> None:
    result = loaded(text)
    assert result.configuration is None
    assert complaint in "\n".join(map(str, result.problems))


def test_a_newer_version_is_not_checked_any_further() -> None:
    assert codes_of(loaded("version: 2\nsome: thing\nservices: 3\n")) == ["SG009"]


def test_a_faulty_section_leaves_the_others_in_force() -> None:
    result = with_top("evaluation: {slice: 30s}\nprometheus: {timeout: x}\ndefaults: {windw: 1d}\n")
    assert codes_of(result) == ["SG030", "SG020"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("prometheus", "url"), "prometheus.url"),
        (("services", 3), "services[3]"),
        (("services", 3, "slos", 1), "slos[1]"),
        (("services", 3, "slos", 1, "indicator", "latency", "below"), "indicator.latency.below"),
        (("services", 0, "alerting", "tiers", 2, "factor"), "alerting.tiers[2].factor"),
        ((), ""),
    ],
)
def test_values_are_named_from_the_innermost_entry(path: tuple[str | int, ...], name: str) -> None:
    assert name_of(path) == name
