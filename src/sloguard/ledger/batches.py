"""Many questions in few queries: a few of them in flight, and split in halves where Prometheus refuses."""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, Protocol, Self, TypeVar

from sloguard.errors import PrometheusError, PrometheusUnavailableError, QueryRejectedError, QueryTimeoutError
from sloguard.model.series import Sample, Series
from sloguard.promql.bundles import Bundle, Term, bundles
from sloguard.promql.counting import part_of

IN_FLIGHT = 3
"""Prometheus answers 20 queries at a time, and is there for others too."""
MOST_JOINED = 25
"""Measured: 25 to 50 joined expressions cost 0.3 ms each; joins are quadratic, so 200 cost twice that."""
MOST_TERMS = 500
"""Beyond this a longer pattern saves nothing, and a query of so many large services comes near to the timeout."""
MOST_CHARACTERS = 20_000
"""Of selectors in one query, which names each about five times: some proxies take no more than 1 MB."""
_FEW_ROWS = 10
MOST_TIMEOUTS = 16
"""Enough to find one that is too slow among `MOST_TERMS`."""

Row = TypeVar("Row", Sample, Series)


class Batch(Hashable, Protocol):
    """What travels in one query."""

    def halves(self) -> tuple[Self, ...]:
        """Two smaller ones; nothing if it cannot be split."""
        ...


AnyBatch = TypeVar("AnyBatch", bound=Batch)


@dataclass(frozen=True, slots=True, eq=False)
class TermBatch:
    bundles: tuple[Bundle, ...]

    def halves(self) -> "tuple[TermBatch, ...]":
        parts = self.bundles
        if len(parts) == 1:
            parts = tuple(parts[0].parts((len(parts[0].terms) + 1) // 2))
        middle = len(parts) // 2
        return (TermBatch(parts[:middle]), TermBatch(parts[middle:])) if middle else ()

    @property
    def terms(self) -> Iterator[Term]:
        return (term for bundle in self.bundles for term in bundle.terms.values())


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionBatch:
    """Expressions by tag."""

    expressions: Mapping[str, str]

    def halves(self) -> "tuple[ExpressionBatch, ...]":
        tags = list(self.expressions)
        middle = len(tags) // 2
        halves = (tags[:middle], tags[middle:]) if middle else ()
        return tuple(ExpressionBatch({tag: self.expressions[tag] for tag in half}) for half in halves)


@dataclass(slots=True)
class Answers(Generic[AnyBatch, Row]):
    rows: list[tuple[AnyBatch, Sequence[Row]]] = field(default_factory=list)
    refused: list[tuple[AnyBatch, str]] = field(default_factory=list)
    """Batches that could not be split any more, with Prometheus' reason."""
    timeouts: list[QueryTimeoutError] = field(default_factory=list)


class Asker(Generic[AnyBatch]):
    """Asks for batches. One that was refused, or wasteful, is asked for in halves from then on: that happens once."""

    def __init__(
        self,
        is_wasteful: Callable[[AnyBatch, Sequence[Sample | Series]], bool] = lambda *_: False,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        """`is_wasteful` tells by a batch's rows whether there should be less in it next time."""
        self._is_wasteful = is_wasteful
        self._in_flight = in_flight
        self._halves: dict[AnyBatch, tuple[AnyBatch, ...]] = {}

    def ask(self, batches: Sequence[AnyBatch], question: Callable[[AnyBatch], Sequence[Row]]) -> Answers[AnyBatch, Row]:
        """The answers to all batches, in no order.

        A query that is refused is split, so that one bad expression harms no other.

        Raises:
            PrometheusError: no usable answer, for another reason than a refused query; or every query takes too long.
        """
        answers: Answers[AnyBatch, Row] = Answers()
        if len(batches) == 1:
            self._ask_or_split(batches[0], question, answers)
        else:
            self._ask_at_once(batches, question, answers)
        if answers.timeouts and not answers.rows:
            raise _overloaded(answers.timeouts)
        return answers

    def _ask_at_once(
        self,
        batches: Sequence[AnyBatch],
        question: Callable[[AnyBatch], Sequence[Row]],
        answers: Answers[AnyBatch, Row],
    ) -> None:
        """A few at a time. After a failure none is begun, however late its thread is told."""
        failed = threading.Event()

        def ask_one(batch: AnyBatch) -> None:
            if failed.is_set():
                return
            try:
                self._ask_or_split(batch, question, answers)
            except PrometheusError:
                failed.set()
                raise

        pool = ThreadPoolExecutor(self._in_flight)
        try:
            for done in [pool.submit(ask_one, batch) for batch in batches]:
                done.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _ask_or_split(
        self, batch: AnyBatch, question: Callable[[AnyBatch], Sequence[Row]], answers: Answers[AnyBatch, Row]
    ) -> None:
        halves = self._halves.get(batch)
        if halves is None:
            try:
                rows = question(batch)
                answers.rows.append((batch, rows))
                if self._is_wasteful(batch, rows) and (smaller := batch.halves()):
                    self._halves[batch] = smaller
            except QueryRejectedError as error:
                if isinstance(error, QueryTimeoutError):
                    answers.timeouts.append(error)
                if len(answers.timeouts) > MOST_TIMEOUTS:
                    raise _overloaded(answers.timeouts) from error
                halves = batch.halves()
                if halves:
                    self._halves[batch] = halves
                else:
                    answers.refused.append((batch, str(error)))
        for half in halves or ():
            self._ask_or_split(half, question, answers)


def _overloaded(timeouts: Sequence[QueryTimeoutError]) -> PrometheusUnavailableError:
    return PrometheusUnavailableError(f"{timeouts[-1]} Smaller queries take too long as well: is it overloaded?")


def term_batches(terms: Iterable[Term]) -> Sequence[TermBatch]:
    """As few batches as the limits allow."""
    batches: list[TermBatch] = []
    joined: list[Bundle] = []
    for bundle in (part for each in bundles(terms) for part in each.parts(MOST_TERMS, MOST_CHARACTERS)):
        full = (
            len(joined) == MOST_JOINED
            or sum(len(each.terms) for each in (*joined, bundle)) > MOST_TERMS
            or sum(len(each.selector) for each in (*joined, bundle)) > MOST_CHARACTERS
        )
        if joined and full:
            batches.append(TermBatch(tuple(joined)))
            joined = []
        joined.append(bundle)
    return [*batches, TermBatch(tuple(joined))] if joined else batches


class TermAsker:
    """Asks for the same terms again and again."""

    def __init__(self, terms: Iterable[Term], in_flight: int = IN_FLIGHT) -> None:
        self._batches = term_batches(terms)
        self._asker: Asker[TermBatch] = Asker(_is_wasteful, in_flight)

    def ask(self, question: Callable[[Sequence[Bundle]], Sequence[Row]]) -> Answers[TermBatch, Row]:
        """What `Asker.ask` says, by the bundles of each batch."""
        return self._asker.ask(self._batches, lambda batch: question(batch.bundles))


def _is_wasteful(batch: TermBatch, rows: Sequence[Sample | Series]) -> bool:
    """Whether most rows belong to combinations of labels' values that nobody asked for. Half the values have a quarter
    of the combinations.
    """
    if all(len(bundle.labels) <= 1 for bundle in batch.bundles):
        return False
    own = sum(part_of(row.labels, batch.bundles).term_of(row.labels) is not None for row in rows)
    return len(rows) > 2 * max(own, _FEW_ROWS)


def ask_one_by_one(terms: Iterable[Term], question: Callable[[Bundle], Sequence[Row]]) -> Answers[TermBatch, Row]:
    """Ask for bundles in queries of their own, where no two can be joined: raw samples.

    Raises:
        PrometheusError: as `Asker.ask`.
    """
    asker: Asker[TermBatch] = Asker()
    batches = [TermBatch((bundle,)) for batch in term_batches(terms) for bundle in batch.bundles]
    return asker.ask(batches, lambda batch: question(batch.bundles[0]))


def rows_by_term(answers: Answers[TermBatch, Row]) -> Iterator[tuple[Term, Row]]:
    for batch, rows in answers.rows:
        for row in rows:
            term = part_of(row.labels, batch.bundles).term_of(row.labels)
            if term is not None:
                yield term, row


def refused_terms(answers: Answers[TermBatch, Row]) -> dict[Term, str]:
    return {term: reason for batch, reason in answers.refused for term in batch.terms}


def ask_expressions(
    expressions: Mapping[str, str], ask: Callable[[Mapping[str, str]], Sequence[Row]], refused: dict[str, str]
) -> list[Row]:
    """The rows of all expressions, with their tags; an expression that is refused is put into `refused`.

    Raises:
        PrometheusError: no usable answer, for another reason than a refused query.
    """
    tags = iter(expressions)
    batches: list[ExpressionBatch] = []
    while batch := {tag: expressions[tag] for tag in islice(tags, MOST_JOINED)}:
        batches.append(ExpressionBatch(batch))
    asker: Asker[ExpressionBatch] = Asker()
    answers = asker.ask(batches, lambda batch: ask(batch.expressions))
    refused.update({tag: reason for batch, reason in answers.refused for tag in batch.expressions})
    return [row for _, rows in answers.rows for row in rows]
