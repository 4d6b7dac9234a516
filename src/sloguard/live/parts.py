"""What an SLO reads from Prometheus, and where in the file that stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sloguard.config.nodes import Path
from sloguard.model.slo import EventsIndicator, LatencyIndicator, Slo
from sloguard.promql.ratio import ratio_queries
from sloguard.promql.terms import CounterTerms, GaugeTerm, Outcome, RatioTerms, counting_terms

HISTOGRAM_PATH: Path = ("indicator", "latency", "histogram")
EXPRESSION_PATH: Path = ("indicator", "threshold", "query")
_RATIO_WINDOW = timedelta(hours=1)


class Role(Enum):
    TOTAL = "total"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class ReadSelector:
    """A counter selector of an SLO."""

    role: Role
    selector: str
    path: Path
    """Below the SLO's own."""


def read_selectors(slo: Slo) -> Iterator[ReadSelector]:
    """The selectors whose series must be there. A latency indicator's bucket is looked at on its own."""
    indicator = slo.indicator
    if isinstance(indicator, EventsIndicator):
        path: Path = ("indicator", "events")
        for role, selectors in ((Role.TOTAL, indicator.total), (Role.GOOD, indicator.good), (Role.BAD, indicator.bad)):
            for index, selector in enumerate(selectors):
                yield ReadSelector(role, selector, (*path, role.value, index))
    elif isinstance(indicator, LatencyIndicator):
        for selector in totals(slo):
            yield ReadSelector(Role.TOTAL, selector, HISTOGRAM_PATH)


def totals(slo: Slo) -> tuple[str, ...]:
    """The selectors of all events; none where no counters are read."""
    terms = counting_terms(slo.indicator)
    return terms.total if isinstance(terms, CounterTerms) else ()


@dataclass(frozen=True, slots=True)
class ReadExpression:
    """An expression whose value an SLO looks at."""

    query: str
    path: Path
    """Below the SLO's own."""


def read_expression(slo: Slo) -> ReadExpression | None:
    """What is computed where no counters are read: a threshold's query, or a ratio over an hour."""
    terms = counting_terms(slo.indicator)
    if isinstance(terms, GaugeTerm):
        return ReadExpression(terms.query, EXPRESSION_PATH)
    if not isinstance(terms, RatioTerms):
        return None
    query = ratio_queries(terms.expression, _RATIO_WINDOW).measured
    if isinstance(slo.indicator, LatencyIndicator):
        return ReadExpression(query, HISTOGRAM_PATH)
    key = "success" if terms.outcome is Outcome.GOOD else "error"
    return ReadExpression(query, ("indicator", "ratio", key))


def buckets_selector(indicator: LatencyIndicator) -> str:
    """All buckets of a histogram."""
    braces = f"{{{indicator.matchers}}}" if indicator.matchers else ""
    return f"{indicator.histogram}_bucket{braces}"


def told_apart_by(slo: Slo) -> Iterator[tuple[str, Path]]:
    """The labels that the total's series should have, each with where it is named, below the SLO's own path."""
    for key, labels in (("breakdown_by", slo.breakdown_by), ("group_by", slo.group_by)):
        yield from ((label, (key, index)) for index, label in enumerate(labels))
