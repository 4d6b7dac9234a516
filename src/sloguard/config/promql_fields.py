"""The values of slo.yaml that are PromQL: how each is read, and what is said of one that cannot be used."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sloguard.config.codes import indicators
from sloguard.config.fields import ONE_OR_MORE
from sloguard.config.problem import one_line
from sloguard.config.refusal import refusal
from sloguard.promql.parse import Flaw, PromqlError, counter_selector, instant_query, label_matchers
from sloguard.promql.ratio import ratio_expression

_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_SUFFIX = re.compile(r"(.+)_(?:bucket|count|sum)")
_LONGEST_SHOWN = 300

_WORDS = {
    Flaw.TOO_COMPLEX: (
        indicators.PROMQL,
        "is too long or too complex",
        "Use at most 10,000 characters and 300 operators; record the expression under a name of its own.",
    ),
    Flaw.NO_METRIC: (indicators.NO_METRIC, "names no metric", "Put the counter's name before the braces."),
    Flaw.OR_MATCHERS: (
        indicators.PROMQL,
        "has `or` between matchers, which Prometheus does not know",
        'Use a regular expression, code=~"a|b", or a list of selectors.',
    ),
    Flaw.QUOTED_LABEL: (
        indicators.PROMQL,
        "has a label name in quotes, which only Prometheus 3 knows",
        "Use a label of letters, digits and `_`, or record the metric with such a label.",
    ),
    Flaw.NOT_INSTANT: (
        indicators.NOT_INSTANT,
        "has no single value per series",
        "Wrap a range in a function, like max_over_time(x[5m]).",
    ),
    Flaw.COMPARISON: (
        indicators.COMPARISON,
        "contains a comparison, which drops the series for which it does not hold",
        "Leave it out and say below, above or equals; or write `bool` after it to get 0 or 1.",
    ),
    Flaw.METRIC_IN_FILTER: (
        indicators.FILTER,
        "names a metric",
        "Leave only the labels: the metric comes from `histogram`.",
    ),
    Flaw.BUCKET_IN_FILTER: (
        indicators.FILTER,
        "matches the label le",
        "Leave it out: the bucket comes from `below`.",
    ),
    Flaw.NO_WINDOW: (
        indicators.NO_WINDOW,
        "has no $window",
        "Write it where the range goes, like rate(x[$window]); use `threshold` for what needs no range.",
    ),
    Flaw.WINDOW_MISPLACED: (
        indicators.NO_WINDOW,
        "has a $window that is no range",
        "Let it stand alone in brackets, like x[$window], or first in a subquery, like x[$window:15s].",
    ),
    Flaw.PERCENT: (
        indicators.PERCENT,
        "is multiplied by 100",
        "Leave it out: a ratio is a share, 0 to 1.",
    ),
}


def _refused(text: str, error: PromqlError) -> PydanticCustomError:
    if error.flaw is Flaw.SYNTAX:
        do = "Try it in Prometheus first; mind quotes, braces and regular expressions."
        if "$window" in text:
            do = "Leave out $window: only a `ratio` has one."
        why = one_line(error.why, _LONGEST_SHOWN)
        return refusal(indicators.PROMQL, "is not valid PromQL", do, why=why, safe_do=do)
    code, what, do = _WORDS[error.flaw]
    return refusal(code, what, do)


def _read_selector(text: str) -> str:
    try:
        return counter_selector(text)
    except PromqlError as error:
        if error.flaw is not Flaw.NOT_A_SELECTOR:
            raise _refused(text, error) from None
        raise _not_countable(error.selectors) from None


def _not_countable(selectors: tuple[str, ...]) -> PydanticCustomError:
    what = "must be a plain counter selector: the value of an expression cannot be counted"
    general = "Write the counter alone, without sum(), rate(), [5m], offset or arithmetic: sloguard does that itself"
    if len(selectors) == 1 and len(selectors[0]) <= _LONGEST_SHOWN:
        return refusal(indicators.NOT_A_COUNTER, what, f"{general}: {selectors[0]}", safe_do=f"{general}.")
    if len(selectors) > 1:
        general += "; selectors in a list are added up"
    return refusal(indicators.NOT_A_COUNTER, what, f"{general}.")


def _read_query(text: str) -> str:
    try:
        return instant_query(text)
    except PromqlError as error:
        raise _refused(text, error) from None


def _read_ratio(text: str) -> str:
    try:
        return ratio_expression(text)
    except PromqlError as error:
        if error.flaw is not Flaw.COMPARISON:
            raise _refused("", error) from None
        what = "contains a comparison, which drops the series for which it does not hold"
        do = "Write `bool` after it to get 0 or 1; only the sides of an outermost division may drop series."
        raise refusal(indicators.COMPARISON, what, do) from None


def _read_filter(text: str) -> str:
    braces = text.strip()
    try:
        return label_matchers(braces)
    except PromqlError as error:
        if error.flaw is not Flaw.NOT_A_SELECTOR:
            raise _refused(text, error) from None
        general = "Write it like '{service=\"shop\"}'."
        bare = re.match(r"[a-zA-Z_]\w*\s*(?:=|!)", braces) and len(braces) <= _LONGEST_SHOWN
        do = f"Write '{{{braces}}}'." if bare else general
        raise refusal(indicators.FILTER, "must be label matchers in braces", do, safe_do=general) from None


def _read_histogram(text: str) -> str:
    suffixed = _SUFFIX.fullmatch(text)
    if _METRIC.fullmatch(text) and suffixed is None:
        return text
    general = "Write the histogram's bare name; labels go into `filter`."
    if suffixed and _METRIC.fullmatch(text):
        do = f"Write {suffixed[1]}: sloguard adds the suffixes."
        raise refusal(indicators.HISTOGRAM, "must be a histogram without its suffix", do, safe_do=general)
    raise refusal(indicators.HISTOGRAM, "must be a metric's name", general)


Selectors = Annotated[list[Annotated[str, AfterValidator(_read_selector)]], Field(min_length=1), ONE_OR_MORE]
Query = Annotated[str, AfterValidator(_read_query), WithJsonSchema({"type": "string", "x-takes": "PromQL"})]
Ratio = Annotated[str, AfterValidator(_read_ratio), WithJsonSchema({"type": "string", "x-takes": "PromQL"})]
Filter = Annotated[str, AfterValidator(_read_filter)]
Histogram = Annotated[str, AfterValidator(_read_histogram)]
