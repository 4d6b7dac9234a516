"""Selectors and expressions that people wrote: made canonical, or refused with the reason."""

from collections.abc import Callable
from pathlib import Path

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.demo.prometheus import PrometheusServer
from sloguard.promql.parse import MAX_LENGTH, Flaw, PromqlError, counter_selector, instant_query, label_matchers
from sloguard.promql.text import quote

CANONICAL = [
    ("a", "a"),
    (" a{} # comment", "a"),
    ("a{b='c'}", 'a{b="c"}'),
    ('a{c=~"d|e",b!="f",}', 'a{b!="f",c=~"d|e"}'),
    ('a{b="c",b="c"}', 'a{b="c"}'),
    ("a{b=~`\\d+`}", 'a{b=~"\\\\d+"}'),
    ('a{b="}{,#\\"`"}', 'a{b="}{,#\\"`"}'),
    ("a{b='\"#`'}", 'a{b="\\"#`"}'),
    ('a{b="\\u00e9\\n"}', 'a{b="é\\n"}'),
    ('{__name__="a",b="c"}', 'a{b="c"}'),
    ('{__name__="a"}', "a"),
    ('{__name__=~"a|b"}', '{__name__=~"a|b"}'),
    ('{__name__="http.requests",a="b"}', '{__name__="http.requests",a="b"}'),
    ("job:a:rate5m", "job:a:rate5m"),
    ("a{\n  b = 'c'\n}", 'a{b="c"}'),
]


@pytest.mark.parametrize(("text", "canonical"), CANONICAL)
def test_selectors_have_one_form(text: str, canonical: str) -> None:
    assert counter_selector(text) == canonical
    assert counter_selector(canonical) == canonical


def flaw_of(read: Callable[[str], str], text: str) -> PromqlError:
    with pytest.raises(PromqlError) as caught:
        read(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.SYNTAX),
        ("a{", Flaw.SYNTAX),
        ("a b", Flaw.SYNTAX),
        ('a{b=~"("}', Flaw.SYNTAX),
        ('a{é="1"}', Flaw.SYNTAX),
        ("{}", Flaw.SYNTAX),
        ('{a=~".*"}', Flaw.SYNTAX),
        ("rate(a[$window])", Flaw.SYNTAX),
        ("rate(a[$window]) / rate(b[$window])", Flaw.SYNTAX),
        ('{a="b"}', Flaw.NO_METRIC),
        ('a{b="c" or d="e"}', Flaw.OR_MATCHERS),
        ("1", Flaw.NOT_A_SELECTOR),
        ('"a"', Flaw.NOT_A_SELECTOR),
        ("(" * 100_000, Flaw.TOO_COMPLEX),
        ("-" * 9_000 + "a", Flaw.TOO_COMPLEX),
        ("a or " * 1_900 + "a", Flaw.TOO_COMPLEX),
        (f'a{{b="{"c" * MAX_LENGTH}"}}', Flaw.TOO_COMPLEX),
    ],
)
def test_texts_that_are_no_selectors(text: str, flaw: Flaw) -> None:
    error = flaw_of(counter_selector, text)
    assert error.flaw is flaw
    assert "\n" not in error.why


@pytest.mark.parametrize(
    ("text", "selectors"),
    [
        ("sum(rate(a{b='c'}[5m]))", ('a{b="c"}',)),
        ("increase(a[1h] offset 1d)", ("a",)),
        ("a offset 5m", ("a",)),
        ("a @ end()", ("a",)),
        ("a[5m]", ("a",)),
        ("max_over_time(a[1h:5m])", ("a",)),
        ("-(a)", ("a",)),
        ("a / on(x) b + a", ("a", "b")),
        ("topk(scalar(n), a)", ("n", "a")),
        ("1 + time()", ()),
    ],
)
def test_expressions_name_the_selectors_within(text: str, selectors: tuple[str, ...]) -> None:
    error = flaw_of(counter_selector, text)
    assert error.flaw is Flaw.NOT_A_SELECTOR
    assert error.selectors == selectors


def test_braces_in_strings_do_not_count_as_complexity() -> None:
    text = f'a{{b="{"({[" * 500}"}}'
    assert counter_selector(text) == text


@pytest.mark.parametrize(
    ("text", "matchers"),
    [
        ("{}", ""),
        ('{b="c",a!~"d"}', 'a!~"d",b="c"'),
        ('{a=""}', 'a=""'),
        ("{a=~`\\d`}", 'a=~"\\\\d"'),
    ],
)
def test_filters(text: str, matchers: str) -> None:
    assert label_matchers(text) == matchers


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ('a="b"', Flaw.NOT_A_SELECTOR),
        ("", Flaw.NOT_A_SELECTOR),
        ('{a="b"}[5m]', Flaw.NOT_A_SELECTOR),
        ('{a="b"} offset 5m', Flaw.NOT_A_SELECTOR),
        ('{a="b"} + x', Flaw.NOT_A_SELECTOR),
        ('{le="1"}', Flaw.BUCKET_IN_FILTER),
        ('{__name__="x"}', Flaw.METRIC_IN_FILTER),
        ('{"x"}', Flaw.METRIC_IN_FILTER),
        ('{a="b" or c="d"}', Flaw.OR_MATCHERS),
        ("{a}", Flaw.SYNTAX),
    ],
)
def test_texts_that_are_no_filters(text: str, flaw: Flaw) -> None:
    assert flaw_of(label_matchers, text).flaw is flaw


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("time() - a", "time() - a"),
        ("a # trailing", "a"),
        ('a{b="#"} # x', 'a{b="#"}'),
        ("a > bool 1", "a > bool 1"),
        ("(sum by (x) (a))", "(sum by (x) (a))"),
        ("1", "1"),
        ("label_replace(a, `x`, `$1`, `y`, `(\\w+)`)", 'label_replace(a, "x", "$1", "y", "(\\\\w+)")'),
    ],
)
def test_queries(text: str, query: str) -> None:
    assert instant_query(text) == query


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("a[5m]", Flaw.NOT_INSTANT),
        ("(a[5m:1m])", Flaw.NOT_INSTANT),
        ('"a"', Flaw.NOT_INSTANT),
        ("a > 1", Flaw.COMPARISON),
        ("count(a == 0)", Flaw.COMPARISON),
        ("max_over_time((a > 1)[5m:])", Flaw.COMPARISON),
        ("a and b != 1", Flaw.COMPARISON),
        ("a +", Flaw.SYNTAX),
    ],
)
def test_texts_that_are_no_queries(text: str, flaw: Flaw) -> None:
    assert flaw_of(instant_query, text).flaw is flaw


LABELS = st.dictionaries(
    st.sampled_from(["a", "b", "service_name", "_x"]),
    st.tuples(st.sampled_from(["=", "!="]), st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8)),
    max_size=3,
)


@given(LABELS)
def test_canonical_form_keeps_every_value_and_forgets_the_order(labels: dict[str, tuple[str, str]]) -> None:
    parts = [f"{name}{operator}{quote(value)}" for name, (operator, value) in labels.items()]
    forwards = counter_selector(f"x{{{','.join(parts)}}}")
    assert forwards == counter_selector(f"x{{{' , '.join(reversed(parts))}}}") == counter_selector(forwards)
    read = promql_parser.parse(forwards)
    assert isinstance(read, promql_parser.VectorSelector)
    assert {matcher.name: matcher.value for matcher in read.matchers.matchers} == {
        name: value for name, (_, value) in labels.items()
    }


@given(st.text(alphabet="ab{}[]()\"'`#\\=~!,+- \n5m$", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (counter_selector, label_matchers, instant_query):
        try:
            canonical = read(text)
        except PromqlError:
            continue
        assert "#" not in canonical or '"' in canonical or "'" in canonical


def test_prometheus_reads_what_we_write(tmp_path: Path) -> None:
    """The last word is Prometheus' own: every canonical form stands in the queries that the ledger asks."""
    import httpx

    queries = [f"last_over_time({canonical}[5m])" for _, canonical in CANONICAL]
    queries += [f"x_bucket{{{label_matchers(text)}}}" for text in ("{}", "{a=~`\\d`}", '{a="é\\n\\""}')]
    queries += [
        f"({instant_query(text)}) < 1" for text in ("a # b", "a > bool 1", "label_replace(a,`x`,`$1`,`y`,`\\w`)")
    ]
    with PrometheusServer(tmp_path) as server:
        for query in queries:
            answer = httpx.post(f"{server.url}/api/v1/query", data={"query": query}, timeout=10.0)
            assert answer.status_code == httpx.codes.OK, f"{query}: {answer.text}"
