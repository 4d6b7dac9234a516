"""What an indicator itself measures, beyond good and bad: latency quantiles, a gauge's value, where bad events are."""

from typing import assert_never

from sloguard.dashboards.panels import PLAIN_UNIT, SECONDS_UNIT
from sloguard.model.slo import Comparison, LatencyIndicator, ThresholdIndicator
from sloguard.promql.recorded import RATE_WINDOW
from sloguard.promql.selectors import selector_parts
from sloguard.promql.terms import CounterTerms, Outcome
from sloguard.promql.text import indented, summed_rate

_TOP = 5
_BUCKET = "le"


def latency_quantile(indicator: LatencyIndicator, quantile: str) -> str:
    """In seconds; nothing while there are no observations, where a quantile would be NaN."""
    braces = f"{{{indicator.matchers}}}" if indicator.matchers else ""
    if indicator.native:
        buckets = summed_rate((f"{indicator.histogram}{braces}",), RATE_WINDOW)
    else:
        buckets = summed_rate((f"{indicator.histogram}_bucket{braces}",), RATE_WINDOW, by="le")
    return f"histogram_quantile({quantile}, {buckets}) >= 0"


def measured_value(indicator: ThresholdIndicator) -> str:
    """The value of the series that is nearest to breaking the threshold, or furthest beyond it."""
    worst = "min" if indicator.comparison is Comparison.ABOVE else "max"
    return f"{worst}({indicator.query})"


def value_unit(indicator: ThresholdIndicator) -> str:
    """Prometheus' names end in the unit; what is taken from the present time is an age."""
    query = indicator.query
    return SECONDS_UNIT if "_seconds" in query or query.startswith("time() - ") else PLAIN_UNIT


def varied_labels(terms: CounterTerms) -> tuple[str, ...]:
    """Labels that tell kinds of bad events apart, where nobody has named any: those by which they are told from good
    ones, but for a label of which bad events have a single value.
    """
    whole = {str(matcher) for selector in terms.total for matcher in selector_parts(selector).matchers}
    matchers = [matcher for selector in terms.measured for matcher in selector_parts(selector).matchers]
    told = [matcher for matcher in matchers if str(matcher) not in whole and matcher.label != _BUCKET]
    single = terms.outcome is Outcome.BAD
    return tuple(dict.fromkeys(each.label for each in told if not (single and each.operator == "=")))


def bad_by_label(terms: CounterTerms, label: str) -> str:
    """Bad events per second of the label values that have most of them."""
    measured = summed_rate(terms.measured, RATE_WINDOW, by=label, weights=terms.weights)
    match terms.outcome:
        case Outcome.BAD:
            return f"topk({_TOP}, {measured})"
        case Outcome.GOOD:
            total = summed_rate(terms.total, RATE_WINDOW, by=label)
            good = indented(f"{measured}\nor\n0 * {total}")
            return f"topk({_TOP}, clamp_min(\n  {total}\n  -\n  (\n{good}\n  ),\n  0\n))"
        case _:
            assert_never(terms.outcome)
