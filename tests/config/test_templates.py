"""Templates: many services from one text, and problems told where they can be mended."""

from decimal import Decimal
from typing import get_args, get_type_hints

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.config import promql_fields
from sloguard.config.parameters import fill, lone_reference, references
from sloguard.config.plain import PROMQL_KEYS
from sloguard.config.schema.indicator import IndicatorEntry
from sloguard.model.slo import EventsIndicator
from tests.config.texts import codes_of, configuration_of, loaded

HEAD = """version: 1
templates:
  http:
    parameters: [job, {objective: 99.9}]
    runbook_url: https://runbooks.example.com/$(name)
    owner: platform
    slos:
      - name: availability
        description: $(name) answers ($(objective) %).
        objective: $(objective)
        breakdown_by: [code]
        indicator:
          events:
            bad: 'requests_total{job="$(job)",code=~"5.."}'
            total: 'requests_total{job="$(job)"}'
      - name: $(name)-latency
        objective: 95
        indicator: {latency: {histogram: seconds, filter: '{job="$(job)"}', below: 300ms}}
services:
"""


def problems(services: str, head: str = HEAD) -> list[str]:
    return [str(problem) for problem in loaded(head + services).problems]


def test_services_from_a_template() -> None:
    services = """
  - {name: shop, template: http, with: {job: shop-api}}
  - {name: search, template: http, with: {job: "${JOB}", objective: 99.5}, owner: search}
  - {name: other, slos: [{name: a, runbook_url: "https://r", objective: 99, indicator: {events: {bad: a, total: b}}}]}
"""
    shop, search, other = configuration_of(loaded(HEAD + services, {"JOB": "search $(x)"})).services
    availability, latency = shop.slos
    assert (availability.id, latency.id) == ("shop/availability", "shop/shop-latency")
    assert availability.objective_ratio == Decimal("0.999")
    assert availability.description == "shop answers (99.9 %)."
    assert availability.indicator == EventsIndicator(
        ('requests_total{job="shop-api"}',), ('requests_total{code=~"5..",job="shop-api"}',)
    )
    assert shop.runbook_url == "https://runbooks.example.com/shop"
    assert (shop.owner, search.owner) == ("platform", "search")
    assert search.slos[0].objective_ratio == Decimal("0.995")
    assert search.slos[0].indicator == EventsIndicator(
        ('requests_total{job="search $(x)"}',), ('requests_total{code=~"5..",job="search $(x)"}',)
    )
    assert other.slos[0].id == "other/a"


def test_a_service_changes_what_the_template_says() -> None:
    services = """
  - name: shop
    template: http
    with: {job: shop}
    slos:
      - {name: availability, objective: 99.95}
      - {name: shop-latency, indicator: {latency: {histogram: own_seconds, below: 1s}}}
      - {name: extra, objective: 99, indicator: {events: {bad: a, total: b}}}
"""
    availability, latency, extra = configuration_of(loaded(HEAD + services)).slos
    assert availability.objective_ratio == Decimal("0.9995")
    assert availability.breakdown_by == ("code",)
    assert latency.objective_ratio == Decimal("0.95")
    assert extra.id == "shop/extra"


@pytest.mark.parametrize(
    ("services", "complaint"),
    [
        ("- {name: a, template: htp, with: {job: a}}", "20:25: SG083 there is no template htp. Did you mean http?"),
        ("- {name: a, template: zzz}", "20:25: SG083 there is no template zzz. Use one of http."),
        ("- {name: a, template: [http]}", "20:25: SG083 template must be a template's name. Use one of http."),
        ("- {name: a, template: http}", "20:25: SG084 the template http needs a value for job. Add with: {job: …}."),
        (
            "- {name: a, template: http, with: {jbo: a, job: a}}",
            "20:38: SG084 the template http has no parameter jbo. Did you mean job?",
        ),
        (
            "- {name: a, template: http, with: {zzz: a, job: a}}",
            "20:38: SG084 the template http has no parameter zzz. Use one of job, objective.",
        ),
        ("- {name: a, template: http, with: {job: }}", "20:38: SG023 job has no value. Give it one, or remove"),
        ("- {name: a, template: http, with: {job: [a]}}", "20:43: SG022 job must be a single value"),
        ("- {name: a, template: http, with: job}", "20:37: SG022 with must be a mapping"),
        (
            "- {name: a, template: http, with: {job: '${NOPE}'}}",
            "20:43: SG016 the environment variable NOPE is not set",
        ),
        (
            "- {name: a, template: http, with: {job: on}}",
            "20:43: SG010 YAML readers disagree about this value (got on)",
        ),
        (
            "- {name: a, template: http, with: {job: a}, slos: [{name: availabilty, objective: 99}]}",
            (
                "20:61: SG084 the template http has no SLO availabilty to change, and it has no indicator of its own. "
                "Did you mean availability?"
            ),
        ),
        ("- {name: a, template: http, with: {job: a}, slos: 3}", "20:53: SG022 slos must be a list (got 3)"),
        (
            "- {name: a, template: http, with: {job: a}, ownr: 3}",
            "20:47: SG020 there is no key ownr here. Did you mean",
        ),
        ("- {template: http, with: {job: a}}", "20:5: SG021 a service needs the key name. Add name."),
        ("- {name: a, with: {job: a}}", "20:15: SG084 with gives values to a template, and this service"),
    ],
)
def test_a_mistake_in_a_service_is_told_in_the_service_and_once(services: str, complaint: str) -> None:
    errors = [line for line in problems("  " + services + "\n") if "SG120" not in line]
    assert len(errors) == 1, errors
    assert errors[0].startswith(f"slo.yaml:{complaint}")


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("$(job)", "$(jbo)", "14:18: SG084 the template http has no parameter jbo. Did you mean $(job)?"),
        ("$(job)", "$(a-b)", "14:18: SG084 $( starts a parameter, and this is none. Write $(name), or $$( for"),
        ("$(job)", "$(", "14:18: SG084 $( starts a parameter, and this is none"),
        (
            "[job,",
            "[job, spare,",
            "4:23: SG084 the parameter spare is not used in the template http. Use it as $(spare)",
        ),
        ("[job,", "[job, name,", "4:23: SG084 the parameter name is declared. Remove it: $(name) is always"),
        ("[job,", "[job, 1x,", "4:23: SG084 this declares no parameter"),
        ("{objective: 99.9}", "{objective: [1]}", "4:35: SG022 a default must be a single value"),
        ("[job, {objective: 99.9}]", "job", "4:17: SG022 parameters must be a list"),
        ("    owner: platform\n", "    name: x\n", "6:5: SG020 there is no key name here. A template has no name of"),
        (
            "    owner: platform\n",
            "    template: x\n",
            "6:5: SG020 there is no key template here. A template cannot use",
        ),
    ],
)
def test_a_mistake_in_a_template_is_told_in_the_template(written: str, instead: str, complaint: str) -> None:
    head = HEAD.replace(written, instead)
    services = "  - {name: a, template: http, with: {job: a}}\n"
    assert any(line.startswith(f"slo.yaml:{complaint}") for line in problems(services, head)), problems(services, head)


def test_what_is_wrong_for_services_is_told_once_with_their_names() -> None:
    services = "".join(f"  - {{name: s{index}, template: http, with: {{job: a}}}}\n" for index in range(500))
    (line,) = problems(services, HEAD.replace("[code]", "[co de]"))
    assert line == (
        "slo.yaml:11:24: SG028 breakdown_by[0] is not a label name (got co de). Write the label as the metric has it, "
        "without quotes or {}. (This template is used by s0 in slo.yaml:20 and 499 others.)"
    )


def test_a_value_that_is_wrong_is_shown_at_the_templates_line() -> None:
    (line,) = problems("  - {name: a, template: http, with: {job: a, objective: 100}}\n")
    assert line == (
        "slo.yaml:10:20: SG012 objective must be below 100 (got 100): it leaves no error budget. Use at most 99.999. "
        "(This template is used by a in slo.yaml:20.)"
    )


def test_values_of_the_environment_are_never_shown() -> None:
    services = "  - {name: a, template: http, with: {job: a, objective: '${OBJECTIVE}'}}\n"
    result = loaded(HEAD + services, {"OBJECTIVE": "hunter2"})
    assert "(got ${OBJECTIVE})" in str(result.problems[0])
    assert "hunter2" not in "\n".join(map(str, result.problems))


def test_an_unused_template_is_a_warning_and_shapes_are_checked() -> None:
    assert codes_of(loaded(HEAD + "  - {name: a, slos: [{name: a, objective: 3, indicator: {}}]}\n"))[0] == "SG120"
    assert codes_of(loaded("version: 1\ntemplates: 3\nservices: []\n")) == ["SG022", "SG023"]
    assert codes_of(loaded("version: 1\ntemplates: {a: 3}\nservices: [{name: x, template: a}]\n")) == ["SG022"]


def test_templates_that_make_too_much_end_soon() -> None:
    slo = (
        "{name: $(name)%d, objective: 99, breakdown_by: ["
        + "a, " * 1000
        + "], indicator: {events: {bad: a, total: b}}}"
    )
    head = "version: 1\ntemplates: {t: {slos: [" + ", ".join(slo % index for index in range(15)) + "]}}\nservices:\n"
    services = "".join(f"  - {{name: s{index}, template: t}}\n" for index in range(2000))
    assert any("templates make more than 500,000 values" in line for line in problems(services, head))


QUOTE = st.sampled_from(["'", '"'])
VALUE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"'\\{}=~,`$()\n"), max_size=20)


@given(QUOTE, VALUE)
def test_no_value_breaks_out_of_a_string(quote: str, value: str) -> None:
    text = f"requests_total{{job={quote}$(job){quote},code=~{quote}5..{quote}}}"
    filled = fill(text, {"job": value}, promql=True)
    assert filled.unfit == ()
    selector = promql_parser.parse(filled.text)
    assert isinstance(selector, promql_parser.VectorSelector)
    assert sorted((each.name, each.value) for each in selector.matchers.matchers) == [("code", "5.."), ("job", value)]


@given(VALUE)
def test_outside_of_quotes_a_value_is_one_word(value: str) -> None:
    filled = fill("$(metric)_total", {"metric": value}, promql=True)
    assert filled.unfit == (() if filled.text != "_total" else ("metric",))
    assert filled.text == "_total" or filled.text == value + "_total"
    assert not set(filled.text) & set("\"'{}=~,() +-*/[]#\n")


@pytest.mark.parametrize(
    ("text", "value", "filled", "unfit"),
    [
        ("a{b=`$(p)`}", 'x"y', 'a{b=`x"y`}', ()),
        ("a{b=`$(p)`}", "x`y", "a{b=``}", ("p",)),
        ("a # $(p)", "x", "a # x", ()),
        ("a # $(p)", "x\ny", "a # ", ("p",)),
        ("rate(a[$(p)])", "5m", "rate(a[5m])", ()),
        ("$(p) or $(p)", "a b", " or ", ("p",)),
        ("$$(p) $(q) ${A:-$(p)} $${", "x", "$(p) $(q) ${A:-$(p)} $${", ()),
    ],
)
def test_fill_in_promql(text: str, value: str, filled: str, unfit: tuple[str, ...]) -> None:
    result = fill(text, {"p": value}, promql=True)
    assert (result.text, result.unfit) == (filled, unfit)


def test_a_value_that_would_change_the_promql_is_refused() -> None:
    head = HEAD.replace('requests_total{job="$(job)"}', "$(job)_total")
    (line,) = problems("  - {name: a, template: http, with: {job: 'a or b'}}\n", head)
    assert line.startswith("slo.yaml:15:20: SG085 the value of job cannot stand here: it would change what the PromQL")


def test_a_whole_selector_may_be_a_value() -> None:
    head = HEAD.replace("'requests_total{job=\"$(job)\"}'", "$(job)").replace('"$(job)"', '"x"')
    result = loaded(head + "  - {name: a, template: http, with: {job: 'other_total{a=\"b\"}'}}\n")
    indicator = configuration_of(result).slos[0].indicator
    assert isinstance(indicator, EventsIndicator)
    assert indicator.total == ('other_total{a="b"}',)


@given(st.text(alphabet="$(){}a:-1 ", max_size=12))
def test_references_are_read_without_trouble(text: str) -> None:
    names = list(references(text))
    assert lone_reference(text) is None or names == [lone_reference(text)]
    assert fill(text.replace("$", ""), {}, promql=True).text == text.replace("$", "")


def test_the_keys_whose_values_are_promql_are_those_of_the_schema() -> None:
    readers = {name for name, value in vars(promql_fields).items() if name.startswith("_read_") and callable(value)}
    found: set[str] = set()
    for kind in IndicatorEntry.model_fields.values():
        for entry in get_args(kind.annotation):
            hints = get_type_hints(entry, include_extras=True) if isinstance(entry, type) else {}
            found |= {name for name, hint in hints.items() if any(f"{reader} at" in repr(hint) for reader in readers)}
    assert found == PROMQL_KEYS
