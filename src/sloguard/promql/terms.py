"""How an indicator is counted: which selectors give its events, or which expression is looked at in each slice."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from sloguard.model.composite import CompositeIndicator
from sloguard.model.duration import seconds_text
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    RatioIndicator,
    ThresholdIndicator,
)


class Outcome(StrEnum):
    """Which events an indicator names; the others are the rest of the total."""

    BAD = "bad"
    GOOD = "good"

    @property
    def other(self) -> "Outcome":
        return Outcome.GOOD if self is Outcome.BAD else Outcome.BAD


@dataclass(frozen=True, slots=True)
class CounterTerms:
    """Counter selectors: the increases of each tuple's selectors are summed."""

    outcome: Outcome
    measured: tuple[str, ...]
    """Selectors of the events of this outcome."""
    total: tuple[str, ...]
    weights: tuple[Decimal, ...] = ()
    """What one event of each measured selector counts, 0..1; empty if all count whole."""


@dataclass(frozen=True, slots=True)
class GaugeTerm:
    """An expression that is good while `query comparison value` holds."""

    query: str
    comparison: Comparison
    value: Decimal


@dataclass(frozen=True, slots=True)
class RatioTerms:
    """A share of events over a window, asked for once per slice."""

    outcome: Outcome
    expression: str
    """PromQL, with `$window` where the range goes."""


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """Nothing of its own: the members are counted."""

    slo_ids: tuple[str, ...]


_EXACT = timedelta(microseconds=1)
_BREAKING_OPERATOR = {Comparison.BELOW: ">=", Comparison.ABOVE: "<=", Comparison.EQUALS: "!="}


def counting_terms(indicator: Indicator) -> CounterTerms | GaugeTerm | RatioTerms | MemberTerms:
    match indicator:
        case EventsIndicator(total=total, bad=bad, good=good):
            outcome = Outcome.BAD if bad else Outcome.GOOD
            return CounterTerms(outcome, bad or good, total)
        case LatencyIndicator(native=True):
            return RatioTerms(Outcome.GOOD, _native_ratio(indicator))
        case LatencyIndicator():
            return _bucket_terms(indicator)
        case ThresholdIndicator(query=query, comparison=comparison, value=value):
            return GaugeTerm(query, comparison, value)
        case RatioIndicator(success=success, error=error):
            return RatioTerms(Outcome.GOOD, success) if success else RatioTerms(Outcome.BAD, error)
        case CompositeIndicator(members=members):
            return MemberTerms(tuple(member.slo_id for member in members))
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


def _bucket_terms(indicator: LatencyIndicator) -> CounterTerms:
    total = (_count_selector(indicator),)
    if indicator.neighbours is None:
        return CounterTerms(Outcome.GOOD, (_bucket_selector(indicator, indicator.below),), total)
    lower, upper = indicator.neighbours
    # Buckets are cumulative: what the lower one holds is in the upper one too.
    share = Decimal((indicator.below - lower) // _EXACT) / Decimal((upper - lower) // _EXACT)
    buckets = (_bucket_selector(indicator, lower), _bucket_selector(indicator, upper))
    return CounterTerms(Outcome.GOOD, buckets, total, weights=(1 - share, share))


def _native_ratio(indicator: LatencyIndicator) -> str:
    braces = f"{{{indicator.matchers}}}" if indicator.matchers else ""
    rate = f"sum(rate({indicator.histogram}{braces}[$window]))"
    within = f"histogram_fraction(-Inf, {seconds_text(indicator.below)}, {rate})"
    return f"{within} * histogram_count({rate}) / histogram_count({rate})"


def _bucket_selector(indicator: LatencyIndicator, below: timedelta) -> str:
    bound = bound_matcher(seconds_text(below))
    matchers = ",".join(part for part in (indicator.matchers, bound) if part)
    return f"{indicator.histogram}_bucket{{{matchers}}}"


def _count_selector(indicator: LatencyIndicator) -> str:
    braces = f"{{{indicator.matchers}}}" if indicator.matchers else ""
    return f"{indicator.histogram}_count{braces}"
