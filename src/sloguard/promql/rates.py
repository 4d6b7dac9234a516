"""Events per second, from raw series: the only expressions of the generated code that read them."""

from datetime import timedelta
from typing import assert_never

from sloguard.model.duration import seconds_text
from sloguard.model.slo import Indicator
from sloguard.promql.ratio import RatioQueries, Unit, ratio_queries
from sloguard.promql.recorded import RATE_WINDOW
from sloguard.promql.terms import (
    CounterTerms,
    GaugeTerm,
    MemberTerms,
    Outcome,
    RatioTerms,
    breaks_threshold,
    counting_terms,
)
from sloguard.promql.text import indented, summed_rate


def total_rate(indicator: Indicator, slice_length: timedelta) -> str:
    """PromQL: all events, one a slice where a gauge is looked at; nothing while the indicator has no data."""
    match counting_terms(indicator):
        case CounterTerms() as terms:
            return summed_rate(terms.total, RATE_WINDOW)
        case GaugeTerm() as term:
            return f"(0 * {breaks_threshold(term)} + 1) / {seconds_text(slice_length)}"
        case RatioTerms() as terms:
            queries = ratio_queries(terms.expression, RATE_WINDOW)
            return queries.total + _per_second(queries, slice_length)
        case MemberTerms():
            raise ValueError("a composite has no series of its own")
        case unknown:
            assert_never(unknown)


def bad_rate(indicator: Indicator, slice_length: timedelta, total: str) -> str:
    """PromQL: bad events, 0 while there are events and none is known to be bad.

    Args:
        indicator: what is counted.
        slice_length: how often a gauge is looked at.
        total: PromQL without labels of the rate of all events, so that raw series need not be read once more.
    """
    match counting_terms(indicator):
        case CounterTerms() as terms:
            measured = summed_rate(terms.measured, RATE_WINDOW, weights=terms.weights)
            return _bad(measured, terms.outcome, total)
        case RatioTerms() as terms:
            queries = ratio_queries(terms.expression, RATE_WINDOW)
            outcome = terms.outcome.other if queries.complement else terms.outcome
            return _bad(queries.measured + _per_second(queries, slice_length), outcome, total)
        case GaugeTerm() as term:
            return f"{breaks_threshold(term)} / {seconds_text(slice_length)}"
        case MemberTerms():
            raise ValueError("a composite has no series of its own")
        case unknown:
            assert_never(unknown)


def _bad(measured: str, outcome: Outcome, total: str) -> str:
    known = f"{measured}\nor\n0 * {total}"
    if outcome is Outcome.BAD:
        return known
    rest = f"{total}\n-\n(\n{indented(known)}\n)"
    return f"clamp_min(\n{indented(rest)},\n  0\n)"


def _per_second(queries: RatioQueries, slice_length: timedelta) -> str:
    """What makes a rate of a ratio's events."""
    match queries.unit:
        case Unit.PER_SECOND:
            return ""
        case Unit.PER_WINDOW:
            return f" / {seconds_text(RATE_WINDOW)}"
        case Unit.PER_SLICE:
            return f" / {seconds_text(slice_length)}"
        case MemberTerms():
            raise ValueError("a composite has no series of its own")
        case unknown:
            assert_never(unknown)
