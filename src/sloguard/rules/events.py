"""How many events there are and how many of them are bad, per second: the only rules that read raw series."""

from typing import assert_never

from sloguard.model.duration import seconds_text
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Slo
from sloguard.promql import names
from sloguard.promql.recorded import RATE_WINDOW, of_slo
from sloguard.promql.terms import CounterTerms, GaugeTerm, Outcome, breaks_threshold, counting_terms
from sloguard.promql.text import indented, summed_rate


def total_rate(slo: Slo, evaluation: EvaluationSettings) -> str:
    """PromQL: all events; nothing while the indicator has no data."""
    match counting_terms(slo.indicator):
        case CounterTerms() as terms:
            return summed_rate(terms.total, RATE_WINDOW)
        case GaugeTerm() as term:
            return f"(0 * {breaks_threshold(term)} + 1) / {seconds_text(evaluation.slice)}"
        case unknown:
            assert_never(unknown)


def bad_rate(slo: Slo, evaluation: EvaluationSettings) -> str:
    """PromQL: bad events, 0 while there are events and none is known to be bad.

    Reads the recorded total rather than the raw series once more.
    """
    total = f"sum({of_slo(names.EVENTS_RATE, slo)})"
    match counting_terms(slo.indicator):
        case CounterTerms(outcome=Outcome.BAD) as terms:
            return f"{summed_rate(terms.measured, RATE_WINDOW)}\nor\n0 * {total}"
        case CounterTerms(outcome=Outcome.GOOD) as terms:
            good = f"{summed_rate(terms.measured, RATE_WINDOW)}\nor\n0 * {total}"
            rest = f"{total}\n-\n(\n{indented(good)}\n)"
            return f"clamp_min(\n{indented(rest)},\n  0\n)"
        case GaugeTerm() as term:
            return f"{breaks_threshold(term)} / {seconds_text(evaluation.slice)}"
        case unknown:
            assert_never(unknown)
