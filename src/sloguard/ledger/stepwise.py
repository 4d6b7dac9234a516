"""Counting many equal steps at once by range queries, each as exactly as `counting.py` counts one interval.

Steady series are summed up by Prometheus. The others are looked at one by one: most of them were born or came back,
which their last values tell; raw samples are fetched only where a series reset or may carry on another one.
"""

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.errors import QueryRejectedError
from sloguard.ledger.batches import tagged_query
from sloguard.ledger.exceptions import (
    Evidence,
    Interval,
    Labels,
    Point,
    exceptional_increases,
    increase_without_reset,
    may_carry_on,
    series_labels,
)
from sloguard.ledger.pieces import HOUR_SECONDS, Chunk
from sloguard.ledger.plan import Increases
from sloguard.model.group import Group, group_of
from sloguard.model.series import Series
from sloguard.ports import MetricsSource
from sloguard.promql.counting import END_LOOKBACK, TAG, Term, samples_query
from sloguard.promql.stepwise import (
    QUIET,
    closer_look_query,
    exceptional_query,
    neighbours_query,
    steady_query,
)

_LONGEST_RUN_SECONDS = 6 * HOUR_SECONDS
"""So much of raw samples at most is held at once."""

_QueryText = Callable[[Mapping[str, Term], timedelta], str]
_AtSteps = dict[int, dict[Labels, float]]
"""By the end of the step (Unix seconds)."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The exceptional series of one term, step by step."""

    ends: _AtSteps = field(default_factory=dict)
    quiet: _AtSteps = field(default_factory=dict)
    """Those that did not reset."""
    origins: _AtSteps = field(default_factory=dict)
    neighbours: _AtSteps = field(default_factory=dict)

    def newborn(self, at: int) -> Iterator[Labels]:
        origins = self.origins.get(at, {})
        return (labels for labels in self.ends[at] if labels not in origins)


class StepCounter:
    """Raises PrometheusError where Prometheus gives no complete answer."""

    def __init__(self, source: MetricsSource, scrape_interval: timedelta) -> None:
        self._source = source
        self._scrape_interval = scrape_interval

    def count(self, terms: Mapping[str, Term], chunk: Chunk, refused: dict[str, str]) -> Mapping[int, Increases]:
        """The increases of terms (by tag) in each step of a chunk, by the step's end.

        A tag that Prometheus refuses is put into `refused` with its reason.
        """
        counts: dict[int, dict[Term, dict[Group, float]]] = {}
        for row in self._ask(terms, self._with_scrapes(steady_query), chunk, refused):
            term = terms[row.labels[TAG]]
            group = group_of(term.by, row.labels)
            for at, value in row.points:
                counts.setdefault(round(at), {}).setdefault(term, {})[group] = value
        looks = self._looks(terms, chunk, refused)
        known = {(term.selector, at) for at, seen in counts.items() for term in seen}
        known |= {(terms[tag].selector, at) for tag, look in looks.items() for at in look.origins}
        for tag, look in looks.items():
            term = terms[tag]
            try:
                for at, increases in self._exceptional(term, look, known, chunk):
                    groups = counts.setdefault(at, {}).setdefault(term, {})
                    for labels, increase in increases.items():
                        group = group_of(term.by, dict(labels))
                        groups[group] = groups.get(group, 0.0) + increase
            except QueryRejectedError as error:
                refused[tag] = str(error)
        return counts

    def _looks(self, terms: Mapping[str, Term], chunk: Chunk, refused: dict[str, str]) -> Mapping[str, _Look]:
        looks: dict[str, _Look] = {}
        for row in self._ask(_without(terms, refused), self._with_scrapes(exceptional_query), chunk, refused):
            _note(row, looks.setdefault(row.labels[TAG], _Look()).ends)
        exceptional = {tag: terms[tag] for tag in looks}
        for row in self._ask(exceptional, self._with_scrapes(closer_look_query), chunk, refused):
            tag, _, kind = row.labels[TAG].partition("/")
            _note(row, looks[tag].quiet if kind == QUIET else looks[tag].origins)
        fertile = {tag: terms[tag] for tag, look in looks.items() if any(any(look.newborn(at)) for at in look.ends)}
        for row in self._ask(_without(fertile, refused), neighbours_query, chunk, refused):
            _note(row, looks[row.labels[TAG]].neighbours)
        return {tag: look for tag, look in looks.items() if tag not in refused}

    def _exceptional(
        self, term: Term, look: _Look, known: Container[tuple[str, int]], chunk: Chunk
    ) -> Iterator[tuple[int, Mapping[Labels, float]]]:
        unclear: list[int] = []
        for at in sorted(look.ends):
            increases = _without_samples(look, at, known=any((total, at) in known for total in term.totals))
            if increases is None:
                unclear.append(at)
            else:
                yield at, increases
        for run in _runs(unclear, chunk.step):
            for at, samples in self._samples(term, run, chunk.step):
                evidence = Evidence(look.ends[at].keys(), samples, look.origins.get(at, {}))
                is_known = any((total, at) in known for total in term.totals)
                yield at, exceptional_increases(evidence, Interval(at - chunk.step, at), known=is_known)

    def _samples(
        self, term: Term, run: Sequence[int], step: int
    ) -> Iterator[tuple[int, Mapping[Labels, Sequence[Point]]]]:
        """The raw samples of each step of a run, and of the minutes before it. Halved where that is too much."""
        length = timedelta(seconds=run[-1] - run[0] + step)
        try:
            rows = self._source.query_raw(samples_query(term, length), datetime.fromtimestamp(run[-1], UTC))
        except QueryRejectedError:
            if len(run) == 1:
                raise
            middle = len(run) // 2
            yield from self._samples(term, run[:middle], step)
            yield from self._samples(term, run[middle:], step)
            return
        series = {series_labels(row.labels): row.points for row in rows}
        for at in run:
            start = at - step - END_LOOKBACK.total_seconds()
            cut = {labels: _between(points, start, at) for labels, points in series.items()}
            yield at, {labels: points for labels, points in cut.items() if points}

    def _with_scrapes(self, query: Callable[[Mapping[str, Term], timedelta, timedelta], str]) -> _QueryText:
        return lambda terms, step: query(terms, step, self._scrape_interval)

    def _ask(
        self, terms: Mapping[str, Term], query: _QueryText, chunk: Chunk, refused: dict[str, str]
    ) -> Sequence[Series]:
        step = timedelta(seconds=chunk.step)
        first, last = (datetime.fromtimestamp(unix, UTC) for unix in (chunk.start + chunk.step, chunk.end))
        return tagged_query(
            terms,
            lambda part: query(part, step),
            lambda text: self._source.query_range(text, first, last, step),
            refused,
        )


def _without(terms: Mapping[str, Term], refused: Container[str]) -> Mapping[str, Term]:
    return {tag: term for tag, term in terms.items() if tag not in refused}


def _note(row: Series, steps: _AtSteps) -> None:
    labels = series_labels(row.labels)
    for at, value in row.points:
        steps.setdefault(round(at), {})[labels] = value


def _without_samples(look: _Look, at: int, *, known: bool) -> Mapping[Labels, float] | None:
    """The increases of a step's exceptional series; None if one of them needs its raw samples."""
    ends, quiet, origins = look.ends[at], look.quiet.get(at, {}), look.origins.get(at, {})
    newborn = frozenset(look.newborn(at))
    if ends.keys() - quiet.keys() or (newborn and not known):
        return None
    others = {labels: value for labels, value in look.neighbours.get(at, {}).items() if labels not in newborn}
    if any(may_carry_on(labels, ends[labels], others) for labels in newborn):
        return None
    increases = {labels: increase_without_reset(end, origins.get(labels)) for labels, end in ends.items()}
    clear = {labels: increase for labels, increase in increases.items() if increase is not None}
    return clear if len(clear) == len(increases) else None


def _runs(ends: Iterable[int], step: int) -> Iterator[Sequence[int]]:
    """Neighbouring steps together."""
    run: list[int] = []
    for at in ends:
        if run and (at - run[-1] > step or at - run[0] >= _LONGEST_RUN_SECONDS):
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _between(points: Sequence[Point], start: float, end: float) -> Sequence[Point]:
    """`start < time <= end`."""
    low = bisect_right(points, start, key=lambda point: point[0])
    return points[low : bisect_right(points, end, key=lambda point: point[0])]
