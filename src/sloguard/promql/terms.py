"""How an indicator is counted: which selectors give its events, or which expression is looked at in each slice."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from sloguard.model.duration import seconds_text
from sloguard.model.slo import Comparison, EventsIndicator, Indicator, LatencyIndicator, ThresholdIndicator


class Outcome(StrEnum):
    """Which events an indicator names; the others are the rest of the total."""

    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class CounterTerms:
    """Counter selectors: the increases of each tuple's selectors are summed."""

    outcome: Outcome
    measured: tuple[str, ...]
    """Selectors of the events of this outcome."""
    total: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GaugeTerm:
    """An expression that is good while `query comparison value` holds."""

    query: str
    comparison: Comparison
    value: Decimal


_BREAKING_OPERATOR = {Comparison.BELOW: ">=", Comparison.ABOVE: "<=", Comparison.EQUALS: "!="}


def counting_terms(indicator: Indicator) -> CounterTerms | GaugeTerm:
    match indicator:
        case EventsIndicator(total=total, bad=bad, good=good):
            outcome = Outcome.BAD if bad else Outcome.GOOD
            return CounterTerms(outcome, bad or good, total)
        case LatencyIndicator():
            return CounterTerms(Outcome.GOOD, (_bucket_selector(indicator),), (_count_selector(indicator),))
        case ThresholdIndicator(query=query, comparison=comparison, value=value):
            return GaugeTerm(query, comparison, value)
        case _:
            assert_never(indicator)


def breaks_threshold(term: GaugeTerm) -> str:
    """PromQL: 1 if any series breaks the threshold, 0 if none does, nothing if there is no series.

    NaN fails every comparison, so `>= -Inf` drops it: a value that is not a number is no data.
    """
    return f"max((({term.query}) >= -Inf) {_BREAKING_OPERATOR[term.comparison]} bool {term.value:f})"


def bound_matcher(seconds: str) -> str:
    """Matches a bucket's bound: a whole number is written `30` or `30.0`, as the exporter likes."""
    return rf'le=~"{seconds}|{seconds}\\.0"' if seconds.isdigit() else f'le="{seconds}"'


def _bucket_selector(indicator: LatencyIndicator) -> str:
    bound = bound_matcher(seconds_text(indicator.below))
    matchers = ",".join(part for part in (indicator.matchers, bound) if part)
    return f"{indicator.histogram}_bucket{{{matchers}}}"


def _count_selector(indicator: LatencyIndicator) -> str:
    braces = f"{{{indicator.matchers}}}" if indicator.matchers else ""
    return f"{indicator.histogram}_count{braces}"
