"""Many questions in few queries: how they are put together, split, and what is refused in the end."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.errors import PrometheusUnavailableError, QueryRejectedError, QueryTimeoutError
from sloguard.ledger.batches import (
    IN_FLIGHT,
    MOST_CHARACTERS,
    MOST_JOINED,
    MOST_TERMS,
    MOST_TIMEOUTS,
    TermAsker,
    ask_expressions,
    refused_terms,
    rows_by_term,
    term_batches,
)
from sloguard.model.series import Sample
from sloguard.promql.bundles import Bundle, Term
from sloguard.promql.counting import TAG


def fleet(size: int) -> list[Term]:
    return [Term(f'x{{slo="{number}"}}', ()) for number in range(size)]


def strangers(size: int) -> list[Term]:
    return [Term(f"x_{number}", ()) for number in range(size)]


def own(terms: Sequence[Term]) -> list[Term]:
    """The terms of a query, in the order of the fleet."""
    return sorted(terms, key=lambda term: term.selector)


@dataclass
class Answering:
    """A Prometheus that answers each term with its length, unless it objects to a query."""

    objection: Callable[[frozenset[Term]], Exception | None] = lambda _: None
    asked: list[frozenset[Term]] = field(default_factory=list)

    def __call__(self, bundles: Sequence[Bundle]) -> Sequence[Sample]:
        terms = frozenset(term for bundle in bundles for term in bundle.terms.values())
        self.asked.append(terms)
        if (error := self.objection(terms)) is not None:
            raise error
        return [
            Sample({TAG: str(number), **dict(zip(bundle.labels, values, strict=True))}, float(len(term.selector)))
            for number, bundle in enumerate(bundles)
            for values, term in bundle.terms.items()
        ]


def ask(terms: Sequence[Term], prometheus: Answering) -> tuple[Mapping[Term, float], Mapping[Term, str]]:
    return answers_of(TermAsker(terms), prometheus)


def answers_of(asker: TermAsker, prometheus: Answering) -> tuple[Mapping[Term, float], Mapping[Term, str]]:
    answers = asker.ask(prometheus)
    return {term: row.value for term, row in rows_by_term(answers)}, refused_terms(answers)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 1200), st.integers(0, 40))
def test_every_term_is_asked_for_once_within_the_limits(alone: int, same: int, long: int) -> None:
    lengthy = [Term(f'y{{slo="{"x" * 3000}{number}"}}', ()) for number in range(long)]
    batches = term_batches([*strangers(alone), *fleet(same), *lengthy])
    asked = [term for batch in batches for term in batch.terms]
    assert own(asked) == own([*strangers(alone), *fleet(same), *lengthy])
    for batch in batches:
        assert len(batch.bundles) <= MOST_JOINED
        assert len(list(batch.terms)) <= MOST_TERMS
        assert sum(len(bundle.selector) for bundle in batch.bundles) <= MOST_CHARACTERS + 100
    assert len(batches) <= alone / MOST_JOINED + same / MOST_TERMS + long / 6 + 3


def test_queries_grow_with_the_shapes_not_with_the_terms() -> None:
    assert len(term_batches(fleet(500))) == 1
    assert len(term_batches(fleet(10_000))) == 20
    assert len(term_batches(strangers(500))) == 20


@settings(deadline=None)
@given(st.sets(st.integers(0, 699), max_size=12))
def test_what_is_refused_on_its_own_is_named_and_harms_no_other(bad: set[int]) -> None:
    terms = [*fleet(600), *strangers(100)]
    wrong = {terms[number] for number in bad}
    prometheus = Answering(lambda asked: QueryRejectedError("duplicate series") if asked & wrong else None)
    answered, refused = ask(terms, prometheus)
    assert refused == dict.fromkeys(wrong, "duplicate series")
    assert answered == {term: len(term.selector) for term in terms if term not in wrong}


@pytest.mark.parametrize("error", [QueryRejectedError("too many samples"), QueryTimeoutError("timed out")])
def test_what_was_too_much_is_asked_in_smaller_queries_from_then_on(error: Exception) -> None:
    prometheus = Answering(lambda asked: error if len(asked) > 150 else None)
    asker = TermAsker(fleet(1000))
    answered, refused = answers_of(asker, prometheus)
    assert len(answered) == 1000
    assert not refused
    assert len(prometheus.asked) == 2 + 4 + 8
    prometheus.asked.clear()
    assert answers_of(asker, prometheus) == (answered, refused)
    assert [len(asked) for asked in prometheus.asked] == [125] * 8


def test_one_that_takes_too_long_is_named_where_others_are_answered() -> None:
    terms = fleet(500)
    prometheus = Answering(lambda asked: QueryTimeoutError("timed out") if terms[7] in asked else None)
    answered, refused = ask(terms, prometheus)
    assert refused == {terms[7]: "timed out"}
    assert len(answered) == 499


@pytest.mark.parametrize("terms", [fleet(1), fleet(3000), strangers(3000)], ids=["one", "many", "strangers"])
def test_a_prometheus_for_which_everything_takes_too_long_is_not_asked_without_end(terms: Sequence[Term]) -> None:
    prometheus = Answering(lambda _: QueryTimeoutError("timed out"))
    with pytest.raises(PrometheusUnavailableError, match="is it overloaded"):
        ask(terms, prometheus)
    assert len(prometheus.asked) <= MOST_TIMEOUTS + 2 * IN_FLIGHT


def test_a_prometheus_that_is_away_is_not_asked_for_the_rest() -> None:
    prometheus = Answering(lambda _: PrometheusUnavailableError("cannot reach"))
    with pytest.raises(PrometheusUnavailableError, match="cannot reach"):
        ask(strangers(1000), prometheus)
    assert len(prometheus.asked) <= 2 * IN_FLIGHT


def test_no_more_than_a_few_queries_are_in_flight() -> None:
    together, most, lock = 0, 0, threading.Lock()
    all_there = threading.Barrier(IN_FLIGHT, timeout=10)

    def wait(_: frozenset[Term]) -> None:
        nonlocal together, most
        with lock:
            together += 1
            most = max(most, together)
        all_there.wait()  # breaks, and the test with it, if fewer come at once
        with lock:
            together -= 1

    ask(strangers(MOST_JOINED * IN_FLIGHT * 2), Answering(wait))
    assert most == IN_FLIGHT


def test_expressions_are_split_like_terms() -> None:
    expressions = {str(number): f"expression {number}" for number in range(60)}

    def question(part: Mapping[str, str]) -> Sequence[Sample]:
        if "42" in part:
            raise QueryRejectedError("parse error")
        return [Sample({TAG: tag}, float(tag)) for tag in part]

    refused: dict[str, str] = {}
    rows = ask_expressions(expressions, question, refused)
    assert refused == {"42": "parse error"}
    assert {row.labels[TAG] for row in rows} == expressions.keys() - {"42"}


def test_a_query_that_reads_much_that_nobody_asked_for_is_smaller_from_then_on() -> None:
    """Each of 64 services has an SLO for a route of its own, and all services have all routes."""
    terms = [Term(f'x{{route="/{number}",service="{number}"}}', ()) for number in range(64)]
    read: list[int] = []

    def question(bundles: Sequence[Bundle]) -> Sequence[Sample]:
        rows = [
            Sample({TAG: str(number), **dict(zip(bundle.labels, values, strict=True))}, 1.0)
            for number, bundle in enumerate(bundles)
            for values in product(*({values[index] for values in bundle.terms} for index in range(len(bundle.labels))))
        ]
        read.append(len(rows))
        return rows

    asker = TermAsker(terms)
    first = {term: row.value for term, row in rows_by_term(asker.ask(question))}
    assert read == [64 * 64]
    for _ in range(4):
        read.clear()
        assert {term: row.value for term, row in rows_by_term(asker.ask(question))} == first
    assert sum(read) <= 64 * 4
    assert len(first) == 64


def test_a_row_that_nobody_asked_for_is_nobodys() -> None:
    def question(bundles: Sequence[Bundle]) -> Sequence[Sample]:
        return [Sample({"slo": "1"}, 1.0), Sample({"slo": "99"}, 2.0), Sample({}, 3.0)]

    assert [term.selector for term, _ in rows_by_term(TermAsker(fleet(2)).ask(question))] == ['x{slo="1"}']
