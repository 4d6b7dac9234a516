"""What has to be counted for a set of SLOs: each counter selector once, however many SLOs share it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from sloguard.model.slo import Slo
from sloguard.ports import LedgerKey
from sloguard.promql.counting import Term
from sloguard.promql.terms import CounterTerms, GaugeTerm, Outcome, breaks_threshold, counting_terms


@dataclass(frozen=True, slots=True)
class CounterPlan:
    """An SLO whose events are increases of counters."""

    key: LedgerKey
    outcome: Outcome
    measured: tuple[Term, ...]
    total: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GaugePlan:
    """An SLO of which each slice is one event: bad if the expression is 1 at the slice's end."""

    key: LedgerKey
    expression: str


@dataclass(frozen=True, slots=True)
class CountingPlan:
    counters: tuple[CounterPlan, ...]
    gauges: tuple[GaugePlan, ...]

    @property
    def keys(self) -> tuple[LedgerKey, ...]:
        return tuple(counter.key for counter in self.counters) + tuple(gauge.key for gauge in self.gauges)

    @property
    def terms(self) -> tuple[Term, ...]:
        """Each distinct term once, in the order of its first use."""
        return tuple(dict.fromkeys(term for plan in self.counters for term in (*plan.measured, *plan.total)))

    def only(self, keys: Iterable[LedgerKey]) -> "CountingPlan":
        wanted = frozenset(keys)
        return CountingPlan(
            tuple(plan for plan in self.counters if plan.key in wanted),
            tuple(plan for plan in self.gauges if plan.key in wanted),
        )


@dataclass(frozen=True, slots=True)
class Increase:
    """Bad and total events of one SLO in one interval."""

    bad: float
    total: float


def ledger_key(slo: Slo) -> LedgerKey:
    """The objective is no part of it: changing an objective needs no recount."""
    text = repr(counting_terms(slo.indicator))
    return LedgerKey(slo.id, hashlib.sha256(text.encode()).hexdigest()[:16])


def counting_plan(slos: Iterable[Slo]) -> CountingPlan:
    counters: list[CounterPlan] = []
    gauges: list[GaugePlan] = []
    for slo in slos:
        key = ledger_key(slo)
        match counting_terms(slo.indicator):
            case CounterTerms(outcome=outcome, measured=measured, total=total):
                counters.append(CounterPlan(key, outcome, _terms(measured, total), _terms(total, total)))
            case GaugeTerm() as term:
                gauges.append(GaugePlan(key, breaks_threshold(term)))
            case other:
                assert_never(other)
    return CountingPlan(tuple(counters), tuple(gauges))


def _terms(selectors: tuple[str, ...], totals: tuple[str, ...]) -> tuple[Term, ...]:
    return tuple(Term(selector, totals) for selector in selectors)


def increase_of(plan: CounterPlan, increases: Mapping[Term, float]) -> Increase | None:
    """Put an SLO's terms together; None if none of its totals was seen. A missing bad or good term had no event."""
    seen = [increases[term] for term in plan.total if term in increases]
    if not seen:
        return None
    total = sum(seen)
    measured = sum(increases.get(term, 0.0) for term in plan.measured)
    return Increase(measured if plan.outcome is Outcome.BAD else total - measured, total)
