"""Ratios that people wrote: where `$window` goes, what is asked for, and what is refused."""

from datetime import timedelta
from pathlib import Path

import httpx
import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.demo.prometheus import PrometheusServer
from sloguard.promql.parse import Flaw, PromqlError, walk
from sloguard.promql.ratio import Unit, ratio_expression, ratio_queries
from sloguard.promql.text import quote

WINDOW = timedelta(minutes=5)


def queries(text: str) -> tuple[str, str, Unit, bool]:
    found = ratio_queries(ratio_expression(text), WINDOW)
    return found.measured, found.total, found.unit, found.complement


@pytest.mark.parametrize(
    ("text", "measured", "total", "unit"),
    [
        ("sum(rate(a[$window])) / sum(rate(b[$window]))", "sum(rate(a[5m]))", "sum(rate(b[5m]))", Unit.PER_SECOND),
        (
            "(sum(increase(a[$window])) / sum(increase(b[$window])))",
            "sum(increase(a[5m]))",
            "sum(increase(b[5m]))",
            Unit.PER_WINDOW,
        ),
        (
            "sum(sum_over_time(a[$window])) / sum(count_over_time(a[$window]))",
            "sum(sum_over_time(a[5m]))",
            "sum(count_over_time(a[5m]))",
            Unit.PER_WINDOW,
        ),
        (
            "count(avg_over_time(up[$window]) == 1) / count(up)",
            "count(avg_over_time(up[5m]) == 1)",
            "count(up)",
            Unit.PER_SLICE,
        ),
        ("a / on (x) group_left () rate(b[$window])", "a", "rate(b[5m])", Unit.PER_SECOND),
        (
            "max_over_time(a[$window:1m]) / (rate(b[$window]) > 0)",
            "max_over_time(a[5m:1m])",
            "(rate(b[5m]) > 0)",
            Unit.PER_SECOND,
        ),
        ("rate(a[$window]) # $window\n / rate(b[$window])", "rate(a[5m])", "rate(b[5m])", Unit.PER_SECOND),
        (
            'rate(a{b="$window",c=~`\\d$window`}[$window]) / rate(d[$window])',
            'rate(a{b="$window",c=~"\\\\d$window"}[5m])',
            "rate(d[5m])",
            Unit.PER_SECOND,
        ),
        (
            "rate(a{b='it\\'s [$window]'}[$window]) / rate(d[1h])",
            'rate(a{b="it\'s [$window]"}[5m])',
            "rate(d[1h])",
            Unit.PER_SECOND,
        ),
    ],
)
def test_the_sides_of_a_division_are_asked_for_on_their_own(text: str, measured: str, total: str, unit: Unit) -> None:
    assert queries(text) == (f"sum(({measured}) >= 0)", f"sum(({total}) >= 0)", unit, False)


@pytest.mark.parametrize(
    "text", ["1 - rate(a[$window]) / rate(b[$window])", "(1 - (rate(a[$window]) / rate(b[$window])))"]
)
def test_a_division_that_is_taken_from_one_is_the_other_outcome(text: str) -> None:
    assert queries(text) == ("sum((rate(a[5m])) >= 0)", "sum((rate(b[5m])) >= 0)", Unit.PER_SECOND, True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("avg_over_time(up[$window])", "avg_over_time(up[5m])"),
        ("2 - rate(a[$window]) / rate(b[$window])", "2 - rate(a[5m]) / rate(b[5m])"),
        ("sum(rate(a[$window])) / 100", "sum(rate(a[5m])) / 100"),
        ("rate(a[$window]) / scalar(b)", "rate(a[5m]) / scalar(b)"),
        ("scalar(avg_over_time(a[$window])) / 2", "vector(scalar(avg_over_time(a[5m])) / 2)"),
        ("avg(rate(a[$window]) > bool 0)", "avg(rate(a[5m]) > bool 0)"),
    ],
)
def test_of_another_expression_every_slice_weighs_the_same(text: str, value: str) -> None:
    mean = f"avg(({value}) >= -Inf)"
    assert queries(text) == (f"clamp({mean}, 0, 1)", f"(0 * {mean} + 1)", Unit.PER_SLICE, False)


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("sum(rate(a[5m])) / sum(rate(b[5m]))", Flaw.NO_WINDOW),
        ('rate(a{b="$window"}[5m])', Flaw.NO_WINDOW),
        ("rate(a[5m]) # $window", Flaw.NO_WINDOW),
        ("rate(a[$window]) / $window", Flaw.WINDOW_MISPLACED),
        ("rate(a[$window] offset $window)", Flaw.WINDOW_MISPLACED),
        ("avg_over_time(a[1h:$window])", Flaw.WINDOW_MISPLACED),
        ("rate(a[2$window])", Flaw.WINDOW_MISPLACED),
        ("rate(a[$windows])", Flaw.SYNTAX),
        ("rate(a[$window]", Flaw.SYNTAX),
        ("$window", Flaw.WINDOW_MISPLACED),
        ("", Flaw.SYNTAX),
        ("a[$window]", Flaw.NOT_INSTANT),
        ("100 * rate(a[$window]) / rate(b[$window])", Flaw.PERCENT),
        ("(rate(a[$window]) / rate(b[$window])) * 100", Flaw.PERCENT),
        ("rate(a[$window]) > 0.5", Flaw.COMPARISON),
        ("clamp_max(count(rate(a[$window]) > 0) / count(a), 1)", Flaw.COMPARISON),
        ("rate(a[$window])" + " + a" * 400, Flaw.TOO_COMPLEX),
    ],
)
def test_what_is_no_ratio(text: str, flaw: Flaw) -> None:
    with pytest.raises(PromqlError) as caught:
        ratio_expression(text)
    assert caught.value.flaw is flaw


@given(st.text(alphabet="ab{}[]()\"'`#\\=~!,+-/ \n5m$window1", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        expression = ratio_expression(text)
    except PromqlError:
        return
    assert ratio_expression(expression) == expression
    ratio_queries(expression, WINDOW)


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12) | st.just("[$window]")


@given(TEXTS, st.integers(min_value=1, max_value=10**9))
def test_strings_keep_their_value(value: str, milliseconds: int) -> None:
    expression = ratio_expression(f"rate(a{{b={quote(value)}}}[$window]) / rate(c[$window])")
    found = promql_parser.parse(ratio_queries(expression, timedelta(milliseconds=milliseconds)).measured)
    selectors = [each for each in walk(found) if isinstance(each, promql_parser.MatrixSelector)]
    assert [each.vector_selector.matchers.matchers[0].value for each in selectors] == [value]
    assert [each.range for each in selectors] == [timedelta(milliseconds=milliseconds)]


def test_prometheus_reads_what_is_asked_for(tmp_path: Path) -> None:
    """The last word is Prometheus' own."""
    texts = [
        'rate(a{b=~`\\d$window`,c=\'"\',d="é\\n"}[$window] offset 5m) / on (x) group_left (y) sum by (x) (b)',
        '{__name__="a"} @ end() / {__name__=~"b|c",d="e"} - rate(f[$window] offset -1m)',
        "1 - sum without (x) (rate(a[$window])) / (count_over_time(b[$window:30s]) > 1e-9)",
        "scalar(avg_over_time(a[$window])) ^ -0.5 - NaN + Inf * 0x1F",
        'quantile_over_time(0.9, a[$window]) and topk(3, b) or label_replace(c, "x", "$1", "y", "(.*)") unless d',
        "avg_over_time((rate(a[1m]) > bool 5)[$window:])",
    ]
    with PrometheusServer(tmp_path) as server:
        for text in texts:
            found = ratio_queries(ratio_expression(text), timedelta(seconds=61, milliseconds=500))
            for query in (found.measured, found.total):
                answer = httpx.post(f"{server.url}/api/v1/query", data={"query": query}, timeout=10.0)
                assert answer.status_code == httpx.codes.OK, f"{query}: {answer.text}"
