"""The series of a case, in promtool's notation (`0+10x30`: from 0 on, thirty times ten more)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

import promql_parser as ast

from sloguard.model.slo import Comparison, Slo
from sloguard.promql.selectors import selector_parts
from sloguard.promql.terms import CounterTerms, GaugeTerm, Outcome, counting_terms
from sloguard.promql.text import decimal_text
from sloguard.rules.trials.cases import Case
from sloguard.rules.trials.example import Example, NoExampleError, example_of

InputSeries = tuple[str, str]
"""A series with its values."""
_PRECISION = Decimal("1e-12")


class Inputs(Protocol):
    """Makes series that look to the SLO's indicator as a case says."""

    @property
    def selectors(self) -> tuple[str, ...]:
        """What the indicator reads."""

    @property
    def examples(self) -> tuple[Example, ...]:
        """The series made up for it."""

    def series(self, case: Case) -> tuple[InputSeries, ...]: ...


def inputs_of(slo: Slo) -> Inputs:
    """How to feed an SLO.

    Raises:
        NoExampleError: its indicator is of a form for which no series can be made up.
    """
    match counting_terms(slo.indicator):
        case CounterTerms(weights=()) as terms:
            return _counter_inputs(terms)
        case GaugeTerm() as term:
            return _gauge_inputs(term)
        case _:
            raise NoExampleError("its events are estimated, and no series gives them an exact number")


@dataclass(frozen=True, slots=True)
class _CounterInputs:
    """One series of the measured outcome, and one of the rest of the total."""

    outcome: Outcome
    measured: Example
    rest: Example
    measured_times: int
    """How many of the measured selectors match the measured series: so often is it counted."""
    overlap_times: int
    """How many of the total's selectors match the measured series."""
    rest_times: int
    selectors: tuple[str, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        return self.measured, self.rest

    def series(self, case: Case) -> tuple[InputSeries, ...]:
        measured, rest = [], []
        for phase in case.phases:
            wanted = phase.bad if self.outcome is Outcome.BAD else phase.total - phase.bad
            one = (wanted / self.measured_times).quantize(_PRECISION)
            others = (phase.total - one * self.overlap_times) / self.rest_times
            measured.append((phase.minutes, one))
            rest.append((phase.minutes, others.quantize(_PRECISION)))
        left_out = case.bad_missing if self.outcome is Outcome.BAD else case.good_missing
        rest_idle = case.bad_missing and self.outcome is Outcome.GOOD and self.overlap_times > 0
        return tuple(
            (str(example), _increasing(course))
            for example, course, missing in ((self.measured, measured, left_out), (self.rest, rest, rest_idle))
            if not missing
        )


def _counter_inputs(terms: CounterTerms) -> _CounterInputs:
    if terms.weights:
        raise NoExampleError("its events are estimated between two buckets")
    measured = example_of(terms.measured[0])
    rest = example_of(terms.total[0], terms.measured)
    overlap = _times(measured, terms.total)
    times = _times(measured, terms.measured)
    if overlap > times:
        raise NoExampleError(f"{measured} counts more often in the total than it does among the {terms.outcome} events")
    selectors = (*terms.measured, *terms.total)
    return _CounterInputs(terms.outcome, measured, rest, times, overlap, _times(rest, terms.total), selectors)


def _times(example: Example, selectors: Sequence[str]) -> int:
    return sum(example.matches(selector_parts(each)) for each in selectors)


def _increasing(course: Sequence[tuple[int, Decimal]]) -> str:
    parts: list[str] = []
    value = Decimal(0)
    for minutes, increment in course:
        step = decimal_text(increment)
        start = value + increment if parts else value
        times = minutes - 1 if parts else minutes
        parts.append(f"{decimal_text(start)}+{step}x{times}")
        value = start + times * increment
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class _GaugeInputs:
    example: Example
    good: Decimal
    """The query's value while it keeps its limit."""
    broken: Decimal
    age: bool
    """The query is the time that passed since the series' value."""
    selectors: tuple[str, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        return (self.example,)

    def series(self, case: Case) -> tuple[InputSeries, ...]:
        parts: list[str] = []
        minute = 0
        for phase in case.phases:
            value = self.broken if phase.bad else self.good
            times = phase.minutes - 1 if parts else phase.minutes
            start = minute * 60 - value if self.age else value
            parts.append(f"{decimal_text(start)}+{60 if self.age else 0}x{times}")
            minute += times + 1
        return ((str(self.example), " ".join(parts)),)


def _gauge_inputs(term: GaugeTerm) -> _GaugeInputs:
    selector, age = _looked_at(ast.parse(term.query), term.query)
    margin = max(abs(term.value) / 2, Decimal(1))
    below, above = term.value - margin, term.value + margin
    good, broken = {
        Comparison.BELOW: (below, above),
        Comparison.ABOVE: (above, below),
        Comparison.EQUALS: (term.value, above),
    }[term.comparison]
    return _GaugeInputs(example_of(selector), good, broken, age, (selector,))


_KEEPS_A_SINGLE_VALUE = frozenset({"sum", "min", "max", "avg"})


def _looked_at(expression: ast.Expr, query: str) -> tuple[str, bool]:
    """The selector, and whether its age is looked at, of `x`, `time() - x`, and aggregations of these."""
    match expression:
        case ast.VectorSelector() if expression.offset is None and expression.at is None:
            return str(expression.prettify()), False
        case ast.ParenExpr():
            return _looked_at(expression.expr, query)
        case ast.AggregateExpr() if str(expression.op) in _KEEPS_A_SINGLE_VALUE:
            return _looked_at(expression.expr, query)
        case ast.BinaryExpr() if str(expression.op) == "-" and _is_time(expression.lhs):
            selector, age = _looked_at(expression.rhs, query)
            if not age:
                return selector, True
    raise NoExampleError(f"no series is found that gives {query} a value")


def _is_time(expression: ast.Expr) -> bool:
    return isinstance(expression, ast.Call) and expression.func.name == "time"
