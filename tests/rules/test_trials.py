"""Generated rule tests: they pass on the rules they were made with, and fail on rules that were broken by hand."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.prometheus import program
from sloguard.model.policy import AlertPolicy, Severity, Tier
from sloguard.model.slo import Comparison, EventsIndicator, Indicator, ThresholdIndicator
from sloguard.promql.selectors import selector_parts
from sloguard.rules import rule_files
from sloguard.rules.trials import is_generated, trial_files
from sloguard.rules.trials.example import NoExampleError, example_of
from sloguard.rules.trials.pattern import matching_strings
from tests.support.slos import AVAILABILITY, BACKUP, REFERENCE, REGISTRATION, configuration_of, latency

ROOT = Path(__file__).parents[2]
COMMITTED = sorted((ROOT / "alerting-rules" / "tests").glob("*.yaml"))
GOLDEN = sorted((Path(__file__).parent / "golden" / "alerting-rules" / "tests").glob("*.yaml"))
HOUR = timedelta(hours=1)
SMALL = replace(
    AVAILABILITY,
    policy=AlertPolicy(
        (
            Tier(Severity.PAGE, HOUR, HOUR / 12, Decimal("14.4")),
            Tier(Severity.PAGE, 6 * HOUR, HOUR / 2, Decimal(6)),
            Tier(Severity.TICKET, 12 * HOUR, HOUR, Decimal(3)),
        )
    ),
)


def passes(test: Path) -> bool:
    done = subprocess.run([program("promtool"), "test", "rules", str(test)], capture_output=True, check=False)
    return done.returncode == 0


def written(directory: Path, rules: str, tests: str) -> Path:
    """The two files as they lie beside each other; the path of the test."""
    (directory / "tests").mkdir(parents=True)
    (directory / "onboarding.yaml").write_text(rules, encoding="utf-8")
    test = directory / "tests" / "onboarding_test.yaml"
    test.write_text(tests, encoding="utf-8")
    return test


@pytest.mark.parametrize("test", COMMITTED, ids=lambda path: path.stem)
def test_the_committed_rules_pass_their_tests(test: Path) -> None:
    assert passes(test)


@pytest.mark.parametrize("test", GOLDEN, ids=lambda path: path.stem)
def test_the_golden_rules_pass_their_tests(test: Path) -> None:
    assert passes(test)


def test_every_tier_of_the_reference_workload_is_tried_from_three_sides() -> None:
    texts = trial_files(REFERENCE).texts
    assert all(is_generated(text) for text in texts.values())
    names = [each["name"] for text in texts.values() for each in yaml.safe_load(text)["tests"]]
    for slo in REFERENCE.slos:
        own = [name for name in names if re.search(rf"[(, ]{slo.name}[,)]", name)]
        if slo is not BACKUP:
            assert sum("times the pace" in name for name in own) == 3 * len(slo.tiers)
        assert len(own) >= 4


WINDOW = r" +max by \(slo_id\) \(sloguard:error_ratio:\w+\{[^}]*\}\) > [\d.]+\n"
"""A line of an alert that looks at one window."""
CHANCE = r" +and on \(\)\n +\(\n(?: +.*\n){3} +> 1.5\n +\)\n"
"""The lines of an alert that tell few bad events from chance."""
BREAKS: list[tuple[str, str, str]] = [
    ("flip >", r" > ", " < "),
    ("drop a long window", rf"{WINDOW} +and on \(slo_id\)\n(?={WINDOW})", ""),
    ("drop a short window", rf"(?<=\n)( +)and on \(slo_id\)\n{WINDOW}(?= +and on \(\)\n)", ""),
    ("drop the test of significance", CHANCE, ""),
    ("lower the bound of significance", r"> 1\.5", "> -1.5"),
    ("raise the bound of significance", r"> 1\.5", "> 1000000"),
    ("events that are usual by chance are bad ones", r"sqrt\((30 \* )?0\.\d+ \* sum", "sqrt(sum"),
    ("lower a threshold", r"(\}\) > 0\.)(\d+)", r"\g<1>0\2"),
    ("raise a threshold", r"(\}\) > )0\.", r"\g<1>1."),
    ("drop a tier", r"(?<=\n) +\(\n(?:(?! +\)\n +or\n).*\n)+? +\)\n +or\n", ""),
    ("rates: no bad series is no data", r"\n +or\n +0 \* sum\(sloguard:events:rate5m.*", ""),
    ("rates: all events are bad", r',code=~"5\.\."', ""),
    ("ratios: bad is total", r"(?<=sum_over_time\()sloguard:bad_events", "sloguard:events"),
    ("ratios: bad is total, now", r"(?<=  sum\()sloguard:bad_events", "sloguard:events"),
    ("ratios: total is bad", r"(?<=\(sum\(sum_over_time\()sloguard:events", "sloguard:bad_events"),
    ("counts: a tenth", r"600 \* avg", "60 * avg"),
    ("counts: of other events", r"avg_over_time\(sloguard:bad_events", "avg_over_time(sloguard:events"),
]
"""What it is, a pattern, and what each of its finds in an expression becomes."""


def mutants(rules: str) -> Iterator[tuple[str, str]]:
    """Rules broken in one place of one expression."""
    for expression in re.finditer(r"expr: \|-\n((?: {10}.*\n)+)", rules):
        text = expression.group(1)
        for kind, pattern, replacement in BREAKS:
            for found in re.finditer(pattern, text):
                broken = text[: found.start()] + found.expand(replacement) + text[found.end() :]
                line = rules.count("\n", 0, expression.start(1) + found.start())
                yield f"{kind}, line {line + 1}", rules[: expression.start(1)] + broken + rules[expression.end(1) :]


def test_every_mutant_of_the_rules_is_caught(tmp_path: Path) -> None:
    configuration = configuration_of(SMALL)
    (rules,) = rule_files(configuration).values()
    (tests,) = trial_files(configuration).texts.values()
    assert passes(written(tmp_path / "sound", rules, tests))

    broken = dict(mutants(rules))
    with ThreadPoolExecutor(2) as pool:
        verdicts = pool.map(
            lambda item: passes(written(tmp_path / str(item[0]), item[1], tests)), enumerate(broken.values())
        )
        survivors = [name for name, passed in zip(broken, verdicts, strict=True) if passed]

    assert survivors == []
    for kind, _, _ in BREAKS:
        assert any(name.startswith(kind) for name in broken), kind


INDICATORS: list[Indicator] = [
    EventsIndicator(total=('x_total{code=~"2..|5.."}',), bad=('x_total{code=~"5.."}',)),
    EventsIndicator(total=("x_total",), bad=('x_total{code!~"[23].."}',)),
    EventsIndicator(total=("requests_total",), bad=("errors_total", 'late_total{by=~".+"}')),
    EventsIndicator(total=("a_total", "b_total"), good=('a_total{ok="1"}', 'b_total{ok="1"}')),
    latency("seconds", 'path=~"/api/v1\\\\..*"', 0.3),
    latency("seconds", "", 30),
    ThresholdIndicator("max by (x) (age_seconds)", Comparison.BELOW, Decimal(90)),
    ThresholdIndicator("min(stock_items)", Comparison.ABOVE, Decimal(0)),
    ThresholdIndicator('up{job="x"}', Comparison.EQUALS, Decimal(1)),
]


@pytest.mark.parametrize("indicator", INDICATORS, ids=str)
def test_indicators_of_any_form_are_fed(indicator: Indicator, tmp_path: Path) -> None:
    configuration = configuration_of(replace(SMALL, indicator=indicator))
    (rules,) = rule_files(configuration).values()
    made = trial_files(configuration)

    assert not made.left_out
    assert passes(written(tmp_path, rules, made.texts["alerting-rules/tests/onboarding_test.yaml"]))


@pytest.mark.parametrize(
    ("indicator", "why"),
    [
        (EventsIndicator(total=("x",), bad=('x{a=~"[[:alpha:]]"}',)), 'no value is found for a=~"[[:alpha:]]"'),
        (EventsIndicator(total=("x",), bad=("x",)), "no series matches x and not x"),
        (ThresholdIndicator("a / b", Comparison.BELOW, Decimal(1)), "no series is found that gives a / b a value"),
    ],
)
def test_what_cannot_be_fed_is_left_out_and_named(indicator: Indicator, why: str) -> None:
    made = trial_files(configuration_of(REGISTRATION, replace(SMALL, indicator=indicator)))

    assert made.left_out == {"onboarding/availability": why}
    assert f"# Without a test: onboarding/availability, because {why}.\n" in next(iter(made.texts.values()))


@pytest.mark.parametrize(
    ("pattern", "first"),
    [
        ("5..|429", ("500", "429")),
        (".*", ("0",)),
        (".+", ("0",)),
        ("[45]..", ("400", "500")),
        ("2[0-9]{2}", ("200",)),
        ("GET|POST", ("GET", "POST")),
        ("(a|b)c?", ("ac", "bc")),
        (r"/users/\d+/(posts|likes)", ("/users/0/posts",)),
        (r"a\.b", ("a.b",)),
        ("[[:alpha:]]", ()),
        ("a{1000}", ()),
        ("(", ()),
        (r"\bx", ()),
    ],
)
def test_patterns_have_plain_examples(pattern: str, first: tuple[str, ...]) -> None:
    assert matching_strings(pattern)[: len(first)] == first
    assert bool(first) == bool(matching_strings(pattern))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab05.*+?|()[]{},^$\\d-", max_size=12))
def test_an_example_matches_its_pattern(pattern: str) -> None:
    for each in matching_strings(pattern):
        assert re.fullmatch(pattern, each, re.DOTALL)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(['a="1"', 'a!="1"', 'a=~"1|2"', 'b!~"x.*"', 'b=~".+"', 'c=""', 'c!=""']), max_size=4))
def test_an_example_matches_its_selector(matchers: list[str]) -> None:
    selector = f"m{{{','.join(matchers)}}}"
    try:
        found = example_of(selector)
    except NoExampleError:
        assert {'a="1"', 'a!="1"'} <= set(matchers) or {'c=""', 'c!=""'} <= set(matchers)
        return
    assert found.matches(selector_parts(selector))
