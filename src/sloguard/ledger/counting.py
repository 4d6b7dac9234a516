"""Counting one interval exactly: two small queries, and raw samples for the few series that need a closer look.

The differences of an interval depend on nothing but Prometheus' samples, so any replica can count any interval
again. Consecutive intervals telescope: nothing is counted twice or lost between them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sloguard.ledger.batches import tagged_query
from sloguard.ledger.exceptions import Evidence, Interval, Labels, exceptional_increases, series_labels
from sloguard.ledger.plan import CountingPlan, Increase, Increases, increases_of, summed
from sloguard.ledger.ratios import RatioQuestions
from sloguard.model.group import Group, group_of
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
    groups: Mapping[LedgerKey, Mapping[Group, Increase]] = field(default_factory=dict)
    """What each group did, by the key of its template; `increases` has their sum."""


class IntervalCounter:
    """Counts intervals for a plan. Raises PrometheusError where Prometheus gives no complete answer."""

    def __init__(self, source: MetricsSource, scrape_interval: timedelta) -> None:
        self._source = source
        self._scrape_interval = scrape_interval

    def count(self, plan: CountingPlan, start: datetime, end: datetime) -> IntervalCount:
        """Events in `start < time <= end`. A gauge counts as one event, as it stands at the end."""
        refused: dict[str, str] = {}
        terms = {str(index): term for index, term in enumerate(plan.terms)}
        increases = self._count_terms(terms, start, end, refused)
        refused_terms = {terms[tag]: reason for tag, reason in refused.items()}
        by_key: dict[LedgerKey, Increase] = {}
        by_group: dict[LedgerKey, Mapping[Group, Increase]] = {}
        refused_keys: dict[LedgerKey, str] = {}
        for counter in plan.counters:
            reasons = [refused_terms[term] for term in (*counter.measured, *counter.total) if term in refused_terms]
            if reasons:
                refused_keys[counter.key] = reasons[0]
            elif groups := increases_of(counter, increases):
                by_key[counter.key] = summed(groups.values())
                if counter.grouping is not None:
                    by_group[counter.key] = groups
        self._count_gauges(plan, end, by_key, refused_keys)
        self._estimate_ratios(plan, start, end, by_key, refused_keys)
        return IntervalCount(_finite(by_key), refused_keys, {key: _finite(groups) for key, groups in by_group.items()})

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

    def _estimate_ratios(
        self,
        plan: CountingPlan,
        start: datetime,
        end: datetime,
        by_key: dict[LedgerKey, Increase],
        refused_keys: dict[LedgerKey, str],
    ) -> None:
        refused: dict[str, str] = {}
        questions = RatioQuestions(plan.ratios, end - start, self._scrape_interval)
        answers = {
            sample.labels[TAG]: sample.value
            for sample in tagged_query(
                questions.expressions, gauges_query, lambda text: self._source.query(text, end), refused
            )
        }
        by_key.update({ratio.key: increase for ratio, increase in questions.increases(answers)})
        for tag, reason in refused.items():
            key = questions.ratio_of(tag).key
            refused_keys[key] = reason
            by_key.pop(key, None)

    def _count_terms(
        self, terms: Mapping[str, Term], start: datetime, end: datetime, refused: dict[str, str]
    ) -> Increases:
        length = end - start
        steady = self._ask(terms, lambda part: increases_query(part, length, self._scrape_interval), end, refused)
        exceptional = self._ask(terms, lambda part: exceptions_query(part, length, self._scrape_interval), end, refused)
        counts: dict[Term, dict[Group, float]] = {}
        for sample in steady:
            term = terms[sample.labels[TAG]]
            counts.setdefault(term, {})[group_of(term.by, sample.labels)] = sample.value
        evidence = self._evidence(terms, exceptional, start, end)
        # A group that is new among others counts from zero: it is the metric that must have been known before.
        known = {term.selector for term in counts} | {
            term.selector for term, seen in evidence.items() if _known(seen, start)
        }
        interval = Interval(start.timestamp(), end.timestamp())
        for term, seen in evidence.items():
            groups = counts.setdefault(term, {})
            increases = exceptional_increases(seen, interval, known=any(total in known for total in term.totals))
            for labels, increase in increases.items():
                group = group_of(term.by, dict(labels))
                groups[group] = groups.get(group, 0.0) + increase
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
            by_term.setdefault(terms[sample.labels[TAG]], set()).add(series_labels(sample.labels))
        return {term: self._evidence_of(term, labels, start, end) for term, labels in by_term.items()}

    def _evidence_of(self, term: Term, exceptions: Collection[Labels], start: datetime, end: datetime) -> Evidence:
        length = end - start
        samples = {
            series_labels(series.labels): series.points
            for series in self._source.query_raw(samples_query(term, length), end)
        }
        origins = {
            series_labels(sample.labels): sample.value
            for sample in self._source.query(origins_query(term, length, self._scrape_interval), end)
        }
        return Evidence(exceptions, samples, origins)


_Key = TypeVar("_Key")


def _finite(increases: Mapping[_Key, Increase]) -> dict[_Key, Increase]:
    return {key: increase for key, increase in increases.items() if increase.is_finite}


def _known(evidence: Evidence, start: datetime) -> bool:
    earlier = any(points and points[0][0] <= start.timestamp() for points in evidence.samples.values())
    return earlier or bool(evidence.origins)
