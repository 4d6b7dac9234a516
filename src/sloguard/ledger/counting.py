"""Counting one interval exactly: one small query for many SLOs, and a closer look where it tells that it needs one.

The differences of an interval depend on nothing but Prometheus' samples, so any replica can count any interval
again. Consecutive intervals telescope: nothing is counted twice or lost between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite
from typing import TypeVar

from sloguard.ledger.batches import TermAsker, ask_expressions, refused_terms, rows_by_term
from sloguard.ledger.closer_look import CloserLook, Counts
from sloguard.ledger.plan import CountingPlan, Increase, increases_of, summed
from sloguard.ledger.ratios import RatioQuestions
from sloguard.model.group import Group, group_of
from sloguard.ports import LedgerKey, MetricsSource, Proof
from sloguard.promql.bundles import Term
from sloguard.promql.counting import TAG, Looked, gauges_query, increases_query, watched_query


@dataclass(frozen=True, slots=True)
class IntervalCount:
    """What each SLO did in an interval. An SLO that is in neither mapping was not seen."""

    increases: Mapping[LedgerKey, Increase]
    refused: Mapping[LedgerKey, str]
    """SLOs whose queries Prometheus refuses, with its reason."""
    groups: Mapping[LedgerKey, Mapping[Group, Increase]] = field(default_factory=dict)
    """What each group did, by the key of its template; `increases` has their sum."""


class IntervalCounter:
    """Counts intervals for one plan. Raises PrometheusError where Prometheus gives no complete answer."""

    def __init__(self, source: MetricsSource, scrape_interval: timedelta, plan: CountingPlan) -> None:
        self._source = source
        self._scrape_interval = scrape_interval
        self._plan = plan
        self._terms = TermAsker(plan.terms)

    def count(self, start: datetime, end: datetime) -> IntervalCount:
        """Events in `start < time <= end`. A gauge counts as one event, as it stands at the end.

        Raises:
            UnwatchedError: there are several replicas, and none of those that answer was watching at the start.
        """
        return self._source.on_one_replica(lambda replica: self._count(replica, start, end), self._proof(start))

    def _proof(self, start: datetime) -> Proof:
        return Proof(watched_query(self._plan.terms, self._scrape_interval), start)

    def _count(self, source: MetricsSource, start: datetime, end: datetime) -> IntervalCount:
        increases, refused = self._count_terms(source, Looked(end - start, self._scrape_interval), end)
        by_key: dict[LedgerKey, Increase] = {}
        by_group: dict[LedgerKey, Mapping[Group, Increase]] = {}
        refused_keys: dict[LedgerKey, str] = {}
        for counter in self._plan.counters:
            reasons = [refused[term] for term in (*counter.measured, *counter.total) if term in refused]
            if reasons:
                refused_keys[counter.key] = reasons[0]
            elif groups := increases_of(counter, increases):
                by_key[counter.key] = summed(groups.values())
                if counter.grouping is not None:
                    by_group[counter.key] = groups
        self._count_gauges(source, end, by_key, refused_keys)
        self._estimate_ratios(source, start, end, by_key, refused_keys)
        return IntervalCount(_finite(by_key), refused_keys, {key: _finite(groups) for key, groups in by_group.items()})

    def _count_terms(self, source: MetricsSource, looked: Looked, end: datetime) -> tuple[Counts, Mapping[Term, str]]:
        """The increase of each term and group, and the terms that Prometheus refuses."""
        answers = self._terms.ask(lambda bundles: source.query(increases_query(bundles, looked), end))
        refused = refused_terms(answers)
        counts: Counts = {}
        unclear: dict[Term, None] = {}
        for term, sample in rows_by_term(answers):
            if isfinite(sample.value):
                counts.setdefault(term, {})[group_of(term.by, sample.labels)] = sample.value
            else:
                unclear[term] = None
        for term in unclear:
            counts.pop(term, None)
        closer = CloserLook(source, looked, end)
        counts |= closer.counts(unclear, known={term.selector for term in counts})
        return counts, refused | closer.refused

    def _count_gauges(
        self,
        source: MetricsSource,
        end: datetime,
        by_key: dict[LedgerKey, Increase],
        refused_keys: dict[LedgerKey, str],
    ) -> None:
        refused: dict[str, str] = {}
        gauges = {str(index): gauge for index, gauge in enumerate(self._plan.gauges)}
        expressions = {tag: gauge.expression for tag, gauge in gauges.items()}
        for sample in ask_expressions(expressions, lambda part: source.query(gauges_query(part), end), refused):
            by_key[gauges[sample.labels[TAG]].key] = Increase(bad=sample.value, total=1.0)
        refused_keys.update({gauges[tag].key: reason for tag, reason in refused.items()})

    def _estimate_ratios(
        self,
        source: MetricsSource,
        start: datetime,
        end: datetime,
        by_key: dict[LedgerKey, Increase],
        refused_keys: dict[LedgerKey, str],
    ) -> None:
        refused: dict[str, str] = {}
        questions = RatioQuestions(self._plan.ratios, end - start, self._scrape_interval)
        answers = {
            sample.labels[TAG]: sample.value
            for sample in ask_expressions(
                questions.expressions, lambda part: source.query(gauges_query(part), end), refused
            )
        }
        by_key.update({ratio.key: increase for ratio, increase in questions.increases(answers)})
        for tag, reason in refused.items():
            key = questions.ratio_of(tag).key
            refused_keys[key] = reason
            by_key.pop(key, None)


_Key = TypeVar("_Key")


def _finite(increases: Mapping[_Key, Increase]) -> dict[_Key, Increase]:
    return {key: increase for key, increase in increases.items() if increase.is_finite}
