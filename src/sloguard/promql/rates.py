"""Events per second, from raw series: the only expressions of the generated code that read them."""

from datetime import timedelta
from typing import assert_never

from sloguard.model.duration import seconds_text
from sloguard.model.slo import Indicator
from sloguard.promql.recorded import RATE_WINDOW
from sloguard.promql.terms import CounterTerms, GaugeTerm, Outcome, breaks_threshold, counting_terms
from sloguard.promql.text import indented, summed_rate


def total_rate(indicator: Indicator, slice_length: timedelta) -> str:
    """PromQL: all events, one a slice where a gauge is looked at; nothing while the indicator has no data."""
    match counting_terms(indicator):
        case CounterTerms() as terms:
            return summed_rate(terms.total, RATE_WINDOW)
        case GaugeTerm() as term:
            return f"(0 * {breaks_threshold(term)} + 1) / {seconds_text(slice_length)}"
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
        case CounterTerms(outcome=Outcome.BAD) as terms:
            return f"{summed_rate(terms.measured, RATE_WINDOW)}\nor\n0 * {total}"
        case CounterTerms() as terms:
            good = f"{summed_rate(terms.measured, RATE_WINDOW)}\nor\n0 * {total}"
            rest = f"{total}\n-\n(\n{indented(good)}\n)"
            return f"clamp_min(\n{indented(rest)},\n  0\n)"
        case GaugeTerm() as term:
            return f"{breaks_threshold(term)} / {seconds_text(slice_length)}"
        case unknown:
            assert_never(unknown)
