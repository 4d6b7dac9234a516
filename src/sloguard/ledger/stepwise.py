"""Counting many equal steps at once by range queries, each as exactly as `counting.py` counts one interval.

Steady series are summed up by Prometheus. The others are looked at one by one: most of them were born or came back,
which their last values tell; raw samples are fetched only where a series reset or may carry on another one.
"""

from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.ledger.batches import TermAsker, ask_one_by_one, refused_terms, rows_by_term
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
from sloguard.promql.bundles import Bundle, Term
from sloguard.promql.counting import END_LOOKBACK, samples_query
from sloguard.promql.stepwise import (
    QUIET,
    closer_look_query,
    exceptional_query,
    kind_of,
    neighbours_query,
    steady_query,
)

_LONGEST_RUN_SECONDS = 6 * HOUR_SECONDS
"""So much of raw samples at most is held at once."""

_QueryText = Callable[[Sequence[Bundle], timedelta], str]
_Question = Callable[[Sequence[Bundle]], Sequence[Series]]
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

    def count(self, terms: TermAsker, chunk: Chunk) -> tuple[Mapping[int, Increases], Mapping[Term, str]]:
        """The increases of terms in each step of a chunk, by the step's end; and why terms are refused."""
        counts: dict[int, dict[Term, dict[Group, float]]] = {}
        steady = terms.ask(self._question(self._with_scrapes(steady_query), chunk))
        for term, row in rows_by_term(steady):
            group = group_of(term.by, row.labels)
            for at, value in row.points:
                counts.setdefault(round(at), {}).setdefault(term, {})[group] = value
        refused = refused_terms(steady)
        looks = self._looks(terms, chunk, refused)
        known = {(term.selector, at) for at, seen in counts.items() for term in seen}
        known |= {(term.selector, at) for term, look in looks.items() for at in look.origins}
        for term, at, increases in self._exceptional(looks, known, chunk, refused):
            groups = counts.setdefault(at, {}).setdefault(term, {})
            for labels, increase in increases.items():
                group = group_of(term.by, dict(labels))
                groups[group] = groups.get(group, 0.0) + increase
        return counts, refused

    def _looks(self, terms: TermAsker, chunk: Chunk, refused: dict[Term, str]) -> Mapping[Term, _Look]:
        looks: dict[Term, _Look] = {}
        exceptional = terms.ask(self._question(self._with_scrapes(exceptional_query), chunk))
        for term, row in rows_by_term(exceptional):
            _note(row, looks.setdefault(term, _Look()).ends)
        closer = TermAsker(looks).ask(self._question(self._with_scrapes(closer_look_query), chunk))
        for term, row in rows_by_term(closer):
            _note(row, looks[term].quiet if kind_of(row.labels) == QUIET else looks[term].origins)
        fertile = [term for term, look in looks.items() if any(any(look.newborn(at)) for at in look.ends)]
        neighbours = TermAsker(fertile).ask(self._question(neighbours_query, chunk))
        for term, row in rows_by_term(neighbours):
            _note(row, looks[term].neighbours)
        refused |= refused_terms(exceptional) | refused_terms(closer) | refused_terms(neighbours)
        return {term: look for term, look in looks.items() if term not in refused}

    def _exceptional(
        self,
        looks: Mapping[Term, _Look],
        known: Container[tuple[str, int]],
        chunk: Chunk,
        refused: dict[Term, str],
    ) -> Iterator[tuple[Term, int, Mapping[Labels, float]]]:
        unclear: dict[tuple[int, ...], list[Term]] = {}
        for term, look in looks.items():
            steps: list[int] = []
            for at in sorted(look.ends):
                increases = _without_samples(look, at, known=_is_known(term, at, known))
                if increases is None:
                    steps.append(at)
                else:
                    yield term, at, increases
            for run in _runs(steps, chunk.step):
                unclear.setdefault(tuple(run), []).append(term)
        for run, terms in unclear.items():
            for term, at, samples in self._samples(run, terms, chunk.step, refused):
                evidence = Evidence(looks[term].ends[at].keys(), samples, looks[term].origins.get(at, {}))
                interval = Interval(at - chunk.step, at)
                yield term, at, exceptional_increases(evidence, interval, known=_is_known(term, at, known))

    def _samples(
        self, run: Sequence[int], terms: Iterable[Term], step: int, refused: dict[Term, str]
    ) -> Iterator[tuple[Term, int, Mapping[Labels, Sequence[Point]]]]:
        """The raw samples of each step of a run, and of the minutes before it. Halved where that is too much."""
        length = timedelta(seconds=run[-1] - run[0] + step)
        end = datetime.fromtimestamp(run[-1], UTC)
        answers = ask_one_by_one(terms, lambda bundle: self._source.query_raw(samples_query(bundle, length), end))
        series: dict[Term, dict[Labels, Sequence[Point]]] = {}
        for term, row in rows_by_term(answers):
            series.setdefault(term, {})[series_labels(row.labels)] = row.points
        for term, of_term in series.items():
            for at in run:
                start = at - step - END_LOOKBACK.total_seconds()
                cut = {labels: _between(points, start, at) for labels, points in of_term.items()}
                yield term, at, {labels: points for labels, points in cut.items() if points}
        too_much = refused_terms(answers)
        if len(run) == 1:
            refused |= too_much
        elif too_much:
            middle = len(run) // 2
            yield from self._samples(run[:middle], too_much, step, refused)
            yield from self._samples(run[middle:], too_much, step, refused)

    def _with_scrapes(self, query: Callable[[Sequence[Bundle], timedelta, timedelta], str]) -> _QueryText:
        return lambda bundles, step: query(bundles, step, self._scrape_interval)

    def _question(self, query: _QueryText, chunk: Chunk) -> _Question:
        step = timedelta(seconds=chunk.step)
        first, last = (datetime.fromtimestamp(unix, UTC) for unix in (chunk.start + chunk.step, chunk.end))
        return lambda bundles: self._source.query_range(query(bundles, step), first, last, step)


def _is_known(term: Term, at: int, known: Container[tuple[str, int]]) -> bool:
    return any((total, at) in known for total in term.totals)


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
