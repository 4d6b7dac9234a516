"""Counting a chunk of the past: what each SLO did in every step of one range query."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sloguard.ledger.batches import TermAsker, ask_expressions
from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CounterPlan, CountingPlan, Increase, Increases, increases_of, summed
from sloguard.ledger.ratios import RatioQuestions
from sloguard.ledger.slices import Step
from sloguard.ledger.stepwise import StepCounter
from sloguard.model.group import Group
from sloguard.model.series import Series
from sloguard.ports import LedgerKey, MetricsSource
from sloguard.promql.counting import TAG, gauges_query


@dataclass(frozen=True, slots=True)
class ChunkCount:
    """The steps, ascending, in which each SLO was seen."""

    steps: Mapping[LedgerKey, Sequence[Step]]
    """By SLO, where a template has the sum of its groups."""
    groups: Mapping[LedgerKey, Mapping[Group, Sequence[Step]]]
    """By template and group."""
    refused: Mapping[LedgerKey, str]
    """SLOs that Prometheus refuses to count, with its reason."""


class ChunkCounter:
    """Raises PrometheusError where Prometheus gives no complete answer. Safe to share between threads."""

    def __init__(self, source: MetricsSource, slice_length: timedelta, scrape_interval: timedelta) -> None:
        self._source = source
        self._slice_seconds = round(slice_length.total_seconds())
        self._scrape_interval = scrape_interval
        self._stepwise = StepCounter(source, scrape_interval)

    def count(self, plan: CountingPlan, terms: TermAsker, chunk: Chunk) -> ChunkCount:
        """`terms` asks for those of the plan."""
        refused: dict[LedgerKey, str] = {}
        steps, groups = self._counter_steps(plan, terms, chunk, refused)
        steps |= self._gauge_steps(plan, chunk, refused)
        steps |= self._ratio_steps(plan, chunk, refused)
        return ChunkCount(
            {key: _finite(known) for key, known in steps.items()},
            {key: {group: _finite(known) for group, known in each.items()} for key, each in groups.items()},
            refused,
        )

    def _counter_steps(
        self, plan: CountingPlan, terms: TermAsker, chunk: Chunk, refused: dict[LedgerKey, str]
    ) -> tuple[dict[LedgerKey, list[Step]], dict[LedgerKey, dict[Group, list[Step]]]]:
        by_time, refused_terms = self._stepwise.count(terms, chunk)
        steps: dict[LedgerKey, list[Step]] = {}
        grouped: dict[LedgerKey, dict[Group, list[Step]]] = {}
        for counter in plan.counters:
            reasons = [refused_terms[term] for term in (*counter.measured, *counter.total) if term in refused_terms]
            if reasons:
                refused[counter.key] = reasons[0]
                continue
            for at, groups in _increases(counter, by_time):
                steps.setdefault(counter.key, []).append(Step(at - chunk.step, at, summed(groups.values())))
                if counter.grouping is None:
                    continue
                for group, increase in groups.items():
                    of_group = grouped.setdefault(counter.key, {}).setdefault(group, [])
                    of_group.append(Step(at - chunk.step, at, increase))
        return steps, grouped

    def _gauge_steps(
        self, plan: CountingPlan, chunk: Chunk, refused: dict[LedgerKey, str]
    ) -> dict[LedgerKey, list[Step]]:
        gauges = {str(index): gauge for index, gauge in enumerate(plan.gauges)}
        refused_tags: dict[str, str] = {}
        expressions = {tag: gauge.expression for tag, gauge in gauges.items()}
        rows = self._ask_each_slice(expressions, chunk, refused_tags)
        refused.update({gauges[tag].key: reason for tag, reason in refused_tags.items()})
        verdicts = {
            gauges[row.labels[TAG]].key: [(round(at), Increase(bad, 1.0)) for at, bad in row.points] for row in rows
        }
        return {key: _folded(each, chunk.step, self._slice_seconds) for key, each in verdicts.items()}

    def _ratio_steps(
        self, plan: CountingPlan, chunk: Chunk, refused: dict[LedgerKey, str]
    ) -> dict[LedgerKey, list[Step]]:
        questions = RatioQuestions(plan.ratios, timedelta(seconds=self._slice_seconds), self._scrape_interval)
        refused_tags: dict[str, str] = {}
        rows = self._ask_each_slice(questions.expressions, chunk, refused_tags)
        refused.update({questions.ratio_of(tag).key: reason for tag, reason in refused_tags.items()})
        answers: dict[int, dict[str, float]] = {}
        for row in rows:
            for at, value in row.points:
                answers.setdefault(round(at), {})[row.labels[TAG]] = value
        events: dict[LedgerKey, list[tuple[int, Increase]]] = {}
        for at in sorted(answers):
            for ratio, increase in questions.increases(answers[at]):
                events.setdefault(ratio.key, []).append((at, increase))
        return {
            key: _folded(each, chunk.step, self._slice_seconds) for key, each in events.items() if key not in refused
        }

    def _ask_each_slice(
        self, expressions: Mapping[str, str], chunk: Chunk, refused: dict[str, str]
    ) -> Sequence[Series]:
        """What is looked at is looked at slice by slice, however long the chunk's steps are."""
        first, last = (datetime.fromtimestamp(unix, UTC) for unix in (chunk.start + self._slice_seconds, chunk.end))
        step = timedelta(seconds=self._slice_seconds)
        return ask_expressions(
            expressions, lambda part: self._source.query_range(gauges_query(part), first, last, step), refused
        )


def _increases(
    counter: CounterPlan, by_time: Mapping[int, Increases]
) -> Iterator[tuple[int, Mapping[Group, Increase]]]:
    """The ends of the steps in which an SLO was seen, ascending."""
    for at in sorted(by_time):
        if groups := increases_of(counter, by_time[at]):
            yield at, groups


def _finite(steps: Iterable[Step]) -> list[Step]:
    return [step for step in steps if step.increase.is_finite]


def _folded(slices: Iterable[tuple[int, Increase]], step: int, slice_seconds: int) -> list[Step]:
    """Slices, by their ends, summed up into steps; a step of which some are missing is left in slices."""
    parts: dict[int, list[Step]] = {}
    for at, increase in slices:
        start = at - slice_seconds
        parts.setdefault(start // step * step, []).append(Step(start, at, increase))
    folded: list[Step] = []
    for start, seen in sorted(parts.items()):
        whole = len(seen) * slice_seconds == step
        folded += [Step(start, start + step, summed(each.increase for each in seen))] if whole else seen
    return folded
