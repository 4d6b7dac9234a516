"""Counting one interval exactly: two small queries, and raw samples for the few series that need a closer look.

The differences of an interval depend on nothing but Prometheus' samples, so any replica can count any interval
again. Consecutive intervals telescope: nothing is counted twice or lost between them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.ledger.batches import tagged_query
from sloguard.ledger.exceptions import Evidence, Interval, Labels, exceptional_increase
from sloguard.ledger.plan import CountingPlan, Increase, increase_of
from sloguard.model.series import Sample
from sloguard.ports import LedgerKey, MetricsSource
from sloguard.promql.counting import (
    TAG,
    Term,
    exceptions_query,
    gauges_query,
    increases_query,
    origins_query,
    samples_query,
)

_QueryText = Callable[[Mapping[str, Term]], str]


@dataclass(frozen=True, slots=True)
class IntervalCount:
    """What each SLO did in an interval. An SLO that is in neither mapping was not seen."""

    increases: Mapping[LedgerKey, Increase]
    refused: Mapping[LedgerKey, str]
    """SLOs whose queries Prometheus refuses, with its reason."""


@dataclass(frozen=True, slots=True)
class _TermCount:
    increase: float
    known: bool
    """Some series of the term was seen before the interval."""


class IntervalCounter:
    """Counts intervals for a plan. Raises PrometheusError where Prometheus gives no complete answer."""

    def __init__(self, source: MetricsSource, scrape_interval: timedelta) -> None:
        self._source = source
        self._scrape_interval = scrape_interval

    def count(self, plan: CountingPlan, start: datetime, end: datetime) -> IntervalCount:
        """Events in `start < time <= end`. A gauge counts as one event, as it stands at the end."""
        refused: dict[str, str] = {}
        terms = {str(index): term for index, term in enumerate(plan.terms)}
        counts = self._count_terms(terms, start, end, refused)
        increases = {term: count.increase for term, count in counts.items()}
        refused_terms = {terms[tag]: reason for tag, reason in refused.items()}
        by_key: dict[LedgerKey, Increase] = {}
        refused_keys: dict[LedgerKey, str] = {}
        for counter in plan.counters:
            reasons = [refused_terms[term] for term in (*counter.measured, *counter.total) if term in refused_terms]
            if reasons:
                refused_keys[counter.key] = reasons[0]
            elif (increase := increase_of(counter, increases)) is not None:
                by_key[counter.key] = increase
        self._count_gauges(plan, end, by_key, refused_keys)
        return IntervalCount(by_key, refused_keys)

    def _count_gauges(
        self,
        plan: CountingPlan,
        end: datetime,
        by_key: dict[LedgerKey, Increase],
        refused_keys: dict[LedgerKey, str],
    ) -> None:
        refused: dict[str, str] = {}
        gauges = {str(index): gauge for index, gauge in enumerate(plan.gauges)}
        expressions = {tag: gauge.expression for tag, gauge in gauges.items()}
        for sample in tagged_query(expressions, gauges_query, lambda text: self._source.query(text, end), refused):
            by_key[gauges[sample.labels[TAG]].key] = Increase(bad=sample.value, total=1.0)
        refused_keys.update({gauges[tag].key: reason for tag, reason in refused.items()})

    def _count_terms(
        self, terms: Mapping[str, Term], start: datetime, end: datetime, refused: dict[str, str]
    ) -> Mapping[Term, _TermCount]:
        length = end - start
        steady = self._ask(terms, lambda part: increases_query(part, length, self._scrape_interval), end, refused)
        exceptional = self._ask(terms, lambda part: exceptions_query(part, length, self._scrape_interval), end, refused)
        counts = {terms[sample.labels[TAG]]: _TermCount(sample.value, known=True) for sample in steady}
        evidence = self._evidence(terms, exceptional, start, end)
        known = {term.selector for term in counts} | {
            term.selector for term, seen in evidence.items() if _known(seen, start)
        }
        for term, seen in evidence.items():
            before = counts.get(term, _TermCount(0.0, known=False))
            increase = exceptional_increase(
                seen,
                Interval(start.timestamp(), end.timestamp()),
                known=any(total in known for total in term.totals),
            )
            counts[term] = _TermCount(before.increase + increase, known=before.known)
        return counts

    def _ask(
        self, terms: Mapping[str, Term], query: _QueryText, end: datetime, refused: dict[str, str]
    ) -> Sequence[Sample]:
        asked = {tag: term for tag, term in terms.items() if tag not in refused}
        return tagged_query(asked, query, lambda text: self._source.query(text, end), refused)

    def _evidence(
        self, terms: Mapping[str, Term], exceptional: Iterable[Sample], start: datetime, end: datetime
    ) -> Mapping[Term, Evidence]:
        by_term: dict[Term, set[Labels]] = {}
        for sample in exceptional:
            by_term.setdefault(terms[sample.labels[TAG]], set()).add(_identity(sample.labels))
        return {term: self._evidence_of(term, labels, start, end) for term, labels in by_term.items()}

    def _evidence_of(self, term: Term, exceptions: Collection[Labels], start: datetime, end: datetime) -> Evidence:
        length = end - start
        samples = {
            _identity(series.labels): series.points
            for series in self._source.query_raw(samples_query(term, length), end)
        }
        origins = {
            _identity(sample.labels): sample.value
            for sample in self._source.query(origins_query(term, length, self._scrape_interval), end)
        }
        return Evidence(exceptions, samples, origins)


def _known(evidence: Evidence, start: datetime) -> bool:
    earlier = any(points and points[0][0] <= start.timestamp() for points in evidence.samples.values())
    return earlier or bool(evidence.origins)


def _identity(labels: Mapping[str, str]) -> Labels:
    return frozenset((name, value) for name, value in labels.items() if name not in {TAG, "__name__"})
