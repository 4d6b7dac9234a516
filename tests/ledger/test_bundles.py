"""Many SLOs in one query count exactly what each counts on its own: on a real Prometheus, whatever labels hold."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.ledger.batches import TermAsker
from sloguard.ledger.counting import IntervalCounter
from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CounterPlan, CountingPlan, Grouping, Increase
from sloguard.ledger.stepwise import StepCounter
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import LedgerKey
from sloguard.prometheus import PrometheusClient
from sloguard.promql.bundles import Term, bundles
from sloguard.promql.parse import counter_selector
from sloguard.promql.selectors import selector_parts
from sloguard.promql.terms import Outcome
from sloguard.promql.text import quote
from tests.ledger.conftest import at

START = 1_795_000_000 // 3_600 * 3_600
END = START + 3_600
SCRAPES = 15
MINUTE = timedelta(minutes=1)

AWKWARD = (
    "a",
    "A",
    "aa",
    "a|b",
    "b",
    ".*",
    "x.y",
    "xzy",
    "^a$",
    "(?i)a",
    "[ab]",
    "a\\b",
    "\\",
    "\\Qa.b\\E",
    'say "a"',
    "it's `a`",
    "two\nlines",
    "tab\there",
    "é",
    "e\u0301",
    "𝟙\u202e",
    "a{2}",
    "$1",
    "",
)
TENANTS = ("", "acme", "a|b")
CODES = ("200", "404", "500", "503")
METRICS = ("requests_total", "errors_total")


def history() -> Iterator[str]:
    chance = random.Random(7)
    for metric in METRICS:
        yield f"# TYPE {metric.removesuffix('_total')} counter\n"
        for service, tenant, code in product(AWKWARD, TENANTS, CODES):
            if chance.random() < 0.3:
                continue
            labels = {"service": service, "tenant": tenant, "code": code}
            escaped = ",".join(f"{name}={openmetrics_value(value)}" for name, value in labels.items() if value)
            born = START if chance.random() < 0.8 else START + chance.randrange(3600)
            ended = END if chance.random() < 0.9 else START + chance.randrange(3600)
            value = chance.randrange(1000)
            for time in range(born - born % SCRAPES, ended + 1, SCRAPES):
                value = 0 if chance.random() < 0.01 else value + chance.randrange(20)
                yield f"{metric}{{{escaped}}} {value} {time}\n"
    yield "# EOF\n"


def openmetrics_value(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusClient]:
    directory: Path = tmp_path_factory.mktemp("bundles")
    file = directory / "history.om"
    file.write_text("".join(history()), encoding="utf-8")
    backfill(directory / "data", file)
    with PrometheusServer(directory) as server, PrometheusClient(PrometheusSettings(url=server.url)) as source:
        yield source


def one_of(*choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


@st.composite
def fleets(draw: st.DrawFn) -> Sequence[Term]:
    """Terms of one to three shapes, of several services each."""
    shapes = draw(st.lists(shaped(), min_size=1, max_size=3))
    services = st.lists(st.sampled_from(AWKWARD), min_size=1, max_size=len(AWKWARD), unique=True)
    return list(dict.fromkeys(shape(service) for shape in shapes for service in draw(services)))


@st.composite
def shaped(draw: st.DrawFn) -> Callable[[str], Term]:
    tenant = draw(one_of("", 'tenant="acme"', 'tenant="a|b"', 'tenant=""', 'tenant=~"a.*"', 'tenant!="acme"'))
    # More than one matcher of the same label, with and without contradiction.
    other = draw(one_of("", "", 'service!="a"', 'service=~".+"', 'service=~"a.*|.y."', 'service="a"'))
    bad = draw(one_of('code="500"', 'code=~"5.."', 'code!~"2..|4.."', 'code=~"500|503"', ""))
    # Two metrics' series with equal labels would be told apart by nothing.
    metric = draw(one_of(*METRICS, '{__name__=~"requests_.+"}', '{__name__="errors_total"}'))
    by = draw(st.sampled_from(((), ("tenant",), ("code", "tenant"), ("service",))))
    own, foreign = draw(st.booleans()), draw(st.booleans())
    name, braces = (metric, "") if "{" not in metric else ("", metric[1:-1])

    def term(service: str) -> Term:
        total = [part for part in (braces, f"service={quote(service)}", tenant, other) if part]
        selector = counter_selector(f"{name}{{{','.join([*total, *([bad] if bad else [])])}}}")
        totals = () if own else (counter_selector(f"{name}{{{','.join(total)}}}"),)
        return Term(selector, (*(totals or (selector,)), *(['other_total{x="y"}'] if foreign else [])), by)

    return term


def counter(number: int, term: Term) -> CounterPlan:
    grouping = Grouping(term.by, 100, timedelta(days=30)) if term.by else None
    return CounterPlan(LedgerKey(str(number), ""), Outcome.BAD, (), (term,), grouping)


several = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@several
@given(
    fleets(),
    st.integers(10, 55),
    st.sampled_from((MINUTE, timedelta(seconds=44))),
)
def test_together_they_count_what_each_counts_alone(
    client: PrometheusClient, asked: Sequence[Term], minute: int, length: timedelta
) -> None:
    end = at(START + 60 * minute)

    def counted(*counters: CounterPlan) -> dict[str, tuple[Increase, object]]:
        found = IntervalCounter(client, timedelta(seconds=SCRAPES), CountingPlan(counters, ())).count(end - length, end)
        assert not found.refused
        return {key.slo_id: (each, found.groups.get(key)) for key, each in found.increases.items()}

    plans = [counter(number, term) for number, term in enumerate(asked)]
    alone: dict[str, tuple[Increase, object]] = {}
    for plan in plans:
        alone |= counted(plan)
    assert counted(*plans) == alone


@several
@given(fleets(), st.sampled_from((60, 300)))
def test_together_they_replay_what_each_replays_alone(
    client: PrometheusClient, asked: Sequence[Term], step: int
) -> None:
    chunk = Chunk(START + 600, END, step)

    def replayed(*some: Term) -> dict[tuple[int, Term], object]:
        counts, refused = StepCounter(client, timedelta(seconds=SCRAPES)).count(TermAsker(some), chunk)
        assert not refused
        return {(time, term): groups for time, terms in counts.items() for term, groups in terms.items()}

    alone: dict[tuple[int, Term], object] = {}
    for term in asked:
        alone |= replayed(term)
    assert replayed(*asked) == alone


def test_a_fleet_of_one_shape_is_one_bundle() -> None:
    fleet = [Term(f"x{{code={quote(code)},service={quote(name)}}}", ()) for name in AWKWARD if name for code in CODES]
    found = bundles(fleet)
    assert [bundle.labels for bundle in found] == [("service",)] * len(CODES)
    assert {term for bundle in found for term in bundle.terms.values()} == set(fleet)


def test_few_that_differ_in_one_label_join_those_that_differ_in_more() -> None:
    (bundle,) = bundles(Term(f'x{{route="/{n}",service="{n // 3}"}}', ()) for n in range(9))
    assert bundle.selector == 'x{route=~"/0|/1|/2|/3|/4|/5|/6|/7|/8",service=~"0|1|2"}'
    assert bundle.by == bundle.labels == ("route", "service")
    assert bundle.term_of({"route": "/4", "service": "1"}) == Term('x{route="/4",service="1"}', ())
    assert bundle.term_of({"route": "/4", "service": "2"}) is None, "a combination that nobody asked for"


@pytest.mark.parametrize("value", [value for value in AWKWARD if value])
def test_no_other_series_are_read(value: str) -> None:
    (bundle,) = bundles(Term(f"x{{service={quote(each)}}}", ()) for each in (value, "unlike all others"))
    (matcher,) = selector_parts(bundle.selector).matchers
    assert [each for each in AWKWARD if matcher.accepts(each)] == [value]


@pytest.mark.parametrize(
    "selectors",
    [
        ['a{x="1"}', 'b{x="2"}'],
        ['a{x="1",x="2"}', 'a{x="3",x="4"}'],
        ['a{x="1"}', 'a{x!="2"}'],
        ['a{x="1"}', 'a{x=~"2"}'],
        ['a{x="1"}', 'a{x=""}'],
        ['a{x="1"}', "a"],
        ['{__name__="1.a"}', '{__name__="2.a"}'],
        ["a{x='1'}", "a{x='2'}"],
        ['a{x="\\x41"}', 'a{x="\\x42"}'],
    ],
)
def test_what_differs_otherwise_is_asked_for_on_its_own(selectors: Sequence[str]) -> None:
    found = bundles(Term(selector, ()) for selector in selectors)
    assert [(bundle.labels, bundle.selector) for bundle in found] == [((), selector) for selector in selectors]


def test_totals_tell_terms_apart_too() -> None:
    """Whether a total was known before is asked for by the same label."""
    same = [Term(f'bad{{x="{name}"}}', (f'all{{x="{name}"}}',)) for name in "ab"]
    other = [Term(f'bad{{x="{name}"}}', (f'all{{y="{name}"}}',)) for name in "ab"]
    assert [bundle.totals for bundle in bundles(same)] == [('all{x=~"a|b"}',)]
    assert [bundle.labels for bundle in bundles(other)] == [(), ()]
