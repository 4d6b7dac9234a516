"""What has to be counted for a set of SLOs: each counter selector once, however many SLOs share it."""

import hashlib
import json
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import assert_never

from sloguard.evaluation.windows import longest
from sloguard.model.duration import format_duration
from sloguard.model.group import Group, group_text
from sloguard.model.slo import Slo
from sloguard.ports import LedgerKey
from sloguard.promql.bundles import Term
from sloguard.promql.terms import (
    CounterTerms,
    GaugeTerm,
    MemberTerms,
    Outcome,
    RatioTerms,
    breaks_threshold,
    counting_terms,
)


@dataclass(frozen=True, slots=True)
class Grouping:
    """By which labels a template's events are told apart, and which groups have a place."""

    labels: tuple[str, ...]
    limit: int
    """So many groups at most."""
    reach: timedelta
    """A group that was not seen for so long is gone."""


@dataclass(frozen=True, slots=True)
class CounterPlan:
    """An SLO whose events are increases of counters. A template's own key holds the sum of all its groups."""

    key: LedgerKey
    outcome: Outcome
    measured: tuple[Term, ...]
    total: tuple[Term, ...]
    grouping: Grouping | None = None
    weights: tuple[float, ...] = ()
    """What one event of each measured term counts; empty if all count whole."""


@dataclass(frozen=True, slots=True)
class GaugePlan:
    """An SLO of which each slice is one event: bad if the expression is 1 at the slice's end."""

    key: LedgerKey
    expression: str


@dataclass(frozen=True, slots=True)
class RatioPlan:
    """An SLO whose events in each slice are estimated by an expression."""

    key: LedgerKey
    terms: RatioTerms


@dataclass(frozen=True, slots=True)
class CountingPlan:
    counters: tuple[CounterPlan, ...]
    gauges: tuple[GaugePlan, ...]
    ratios: tuple[RatioPlan, ...] = ()
    longest_steps: Mapping[LedgerKey, int] = field(default_factory=dict)
    """Seconds: what is budgeted by timeslices must be known as finely as these."""

    @property
    def keys(self) -> tuple[LedgerKey, ...]:
        return (*(plan.key for plan in self.counters), *self._sampled)

    @property
    def sampled(self) -> frozenset[LedgerKey]:
        """SLOs that are looked at, not counted: what happened while nobody looked is not in the next look."""
        return frozenset(self._sampled)

    @property
    def _sampled(self) -> tuple[LedgerKey, ...]:
        return (*(plan.key for plan in self.gauges), *(plan.key for plan in self.ratios))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Each distinct term once, in the order of its first use."""
        return tuple(dict.fromkeys(term for plan in self.counters for term in (*plan.measured, *plan.total)))

    @property
    def templates(self) -> tuple[CounterPlan, ...]:
        return tuple(counter for counter in self.counters if counter.grouping is not None)

    def no_coarser_than(self, step: timedelta | None) -> "CountingPlan":
        """The same, with everything known at least so finely, however old it is."""
        if step is None:
            return self
        seconds = round(step.total_seconds())
        return replace(
            self, longest_steps={key: min(seconds, self.longest_steps.get(key, seconds)) for key in self.keys}
        )

    def only(self, keys: Iterable[LedgerKey]) -> "CountingPlan":
        wanted = frozenset(keys)
        return CountingPlan(
            tuple(plan for plan in self.counters if plan.key in wanted),
            tuple(plan for plan in self.gauges if plan.key in wanted),
            tuple(plan for plan in self.ratios if plan.key in wanted),
            {key: seconds for key, seconds in self.longest_steps.items() if key in wanted},
        )


@dataclass(frozen=True, slots=True)
class Increase:
    """Bad and total events of one SLO in one interval."""

    bad: float
    total: float

    @property
    def is_finite(self) -> bool:
        """An exporter may show NaN or infinity: such an increase is no increase, and must not reach the ledger."""
        return math.isfinite(self.bad) and math.isfinite(self.total)


Increases = Mapping[Term, Mapping[Group, float]]
"""By term and group. A term that is not grouped has the empty group."""


def ledger_key(slo: Slo) -> LedgerKey:
    """The objective is no part of it: changing an objective needs no recount.

    Grouping does, which is by other labels, and so do timeslices: the past may have been counted too coarsely.
    """
    counted = [*_identity(counting_terms(slo.indicator))]
    if slo.group_by:
        counted += ["by", *slo.group_by]
    if slo.timeslices is not None:
        counted += ["in", format_duration(slo.timeslices.length)]
    return LedgerKey.of(slo.id, hashlib.sha256(json.dumps(counted).encode()).hexdigest()[:16])


def _identity(terms: CounterTerms | GaugeTerm | RatioTerms | MemberTerms) -> Sequence[str]:
    """What is counted, in words that must never change: another wording has every ledger recounted."""
    match terms:
        case CounterTerms():
            weights = ("weights", *(f"{weight:f}" for weight in terms.weights)) if terms.weights else ()
            return ("counters", terms.outcome.value, *terms.measured, "of", *terms.total, *weights)
        case GaugeTerm():
            return ("gauge", terms.query, terms.comparison.value, f"{terms.value:f}")
        case RatioTerms():
            return ("ratio", terms.outcome.value, terms.expression)
        case MemberTerms():
            return ("members", *terms.slo_ids)
        case _:
            assert_never(terms)


def group_key(template: LedgerKey, group: Group) -> LedgerKey:
    """The key of one group of a template; equals `ledger_key` of that group's SLO."""
    return LedgerKey.of(template.slo_id + group_text(group), template.fingerprint)


def counting_plan(slos: Iterable[Slo]) -> CountingPlan:
    counters: list[CounterPlan] = []
    gauges: list[GaugePlan] = []
    ratios: list[RatioPlan] = []
    longest_steps: dict[LedgerKey, int] = {}
    for slo in slos:
        key = ledger_key(slo)
        if slo.timeslices is not None:
            longest_steps[key] = round(slo.timeslices.length.total_seconds())
        match counting_terms(slo.indicator):
            case CounterTerms(outcome=outcome, measured=measured, total=total, weights=weights):
                by = slo.group_by
                terms = _terms(measured, total, by), _terms(total, total, by)
                counters.append(CounterPlan(key, outcome, *terms, _grouping(slo), tuple(map(float, weights))))
            case GaugeTerm() as term:
                gauges.append(GaugePlan(key, breaks_threshold(term)))
            case RatioTerms() as ratio:
                ratios.append(RatioPlan(key, ratio))
            case MemberTerms():
                pass  # its members are counted
            case other:
                assert_never(other)
    return CountingPlan(tuple(counters), tuple(gauges), tuple(ratios), longest_steps)


def _grouping(slo: Slo) -> Grouping | None:
    return Grouping(slo.group_by, slo.group_limit, longest(slo.window)) if slo.group_by else None


def _terms(selectors: tuple[str, ...], totals: tuple[str, ...], by: tuple[str, ...]) -> tuple[Term, ...]:
    return tuple(Term(selector, totals, by) for selector in selectors)


def increases_of(plan: CounterPlan, increases: Increases) -> Mapping[Group, Increase]:
    """Put an SLO's terms together, group by group; without the groups of which no total was seen.

    A missing bad or good term had no event.
    """
    if plan.grouping is None:
        return {} if increases.keys().isdisjoint(plan.total) else {(): _increase(plan, increases, ())}
    groups = dict.fromkeys(group for term in plan.total for group in increases.get(term, ()))
    found = {group: _increase(plan, increases, group) for group in groups}
    return {**found, **_strays(plan, increases, found)}


def _strays(plan: CounterPlan, increases: Increases, found: Container[Group]) -> Mapping[Group, Increase]:
    """Bad events of groups of which no total is seen, because its selector lacks a label, say.

    All that is known of such a group is bad: it shows, where leaving it out would look like success.
    """
    if plan.outcome is not Outcome.BAD:
        return {}
    groups = dict.fromkeys(group for term in plan.measured for group in increases.get(term, ()) if group not in found)
    strays = {group: _increase(plan, increases, group).bad for group in groups}
    return {group: Increase(bad, bad) for group, bad in strays.items() if bad > 0}


def summed(increases: Iterable[Increase]) -> Increase:
    bad, total = 0.0, 0.0
    for increase in increases:
        bad += increase.bad
        total += increase.total
    return Increase(bad, total)


def _increase(plan: CounterPlan, increases: Increases, group: Group) -> Increase:
    total = _events(plan.total, (), increases, group)
    measured = _events(plan.measured, plan.weights, increases, group)
    return Increase(measured if plan.outcome is Outcome.BAD else total - measured, total)


def _events(terms: tuple[Term, ...], weights: tuple[float, ...], increases: Increases, group: Group) -> float:
    # Plain loops: replay comes here for each SLO and step, and comprehensions cost twice as much.
    events = 0.0
    for index, term in enumerate(terms):
        groups = increases.get(term)
        if groups is not None:
            events += groups.get(group, 0.0) * (weights[index] if weights else 1.0)
    return events
