"""Asking for whole windows at once: one `increase` for each counter, until replay has counted them exactly.

It costs Prometheus as many samples as the window has, so one query is in flight, and what is refused is split.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sloguard.evaluation.provisional import why_not
from sloguard.evaluation.windows import span
from sloguard.ledger.batches import TermAsker, refused_terms, rows_by_term
from sloguard.ledger.plan import CounterPlan, Increase, Increases, counting_plan, group_key, increases_of, summed
from sloguard.model.group import Group, group_of
from sloguard.model.measurement import Counts
from sloguard.model.provisional import ProvisionalCount
from sloguard.model.series import Sample
from sloguard.model.slo import Slo
from sloguard.ports import InstantQueries, LedgerKey, ProvisionalStore
from sloguard.promql.bundles import Bundle, Term
from sloguard.promql.counting import window_increases_query

_MOST_SLOS = 25
"""In one query, at first: with five series each Prometheus reads 30 days of them in two seconds."""
_SHORTEST = timedelta(hours=1)
"""What a calendar period has less of is replayed before this would be answered."""
_MINUTE = timedelta(minutes=1)


class ProvisionalCounting:
    """Asks for the same SLOs again and again, and remembers what Prometheus refuses."""

    def __init__(self, source: InstantQueries, store: ProvisionalStore) -> None:
        self._source = source
        self._store = store
        self._askers: dict[tuple[Term, ...], TermAsker] = {}
        self._turns: dict[str, int] = {}
        """How often each part, by the id of its first SLO, was asked for."""
        self.refused: dict[LedgerKey, str] = {}
        """SLOs that Prometheus refuses on their own, with its reason: they are not asked for again."""

    def run(self, slos: Iterable[Slo], now: datetime, stopped: Callable[[], bool] = lambda: False) -> None:
        """Ask for the windows of the SLOs as they stand now, and keep the answers as they come.

        Where it was stopped, or failed, the next run begins with those that were not asked for.

        Raises:
            PrometheusError: an answer did not come. What came before is kept.
            StoreError: the store could not be written.
        """
        parts = [
            (length, alike[begin : begin + _MOST_SLOS])
            for length, alike in _by_length(slos, now).items()
            for begin in range(0, len(alike), _MOST_SLOS)
        ]
        for length, part in sorted(parts, key=lambda each: self._turns.get(each[1][0].id, 0)):
            if stopped():
                return
            self._turns[part[0].id] = self._turns.get(part[0].id, 0) + 1
            try:
                found = self._ask(part, length, now, stopped)
            except _StoppedError:
                return
            self._store.keep_provisional(found)

    def _ask(
        self, slos: Sequence[Slo], length: timedelta, now: datetime, stopped: Callable[[], bool]
    ) -> Mapping[LedgerKey, ProvisionalCount]:
        def question(bundles: Sequence[Bundle]) -> Sequence[Sample]:
            if stopped():
                raise _StoppedError
            return self._source.query(window_increases_query(bundles, length), now)

        plan = counting_plan(slos)
        counters = [counter for counter in plan.counters if counter.key not in self.refused]
        answers = self._asker(plan.only(counter.key for counter in counters).terms).ask(question)
        increases: dict[Term, dict[Group, float]] = {}
        for term, sample in rows_by_term(answers):
            increases.setdefault(term, {})[group_of(term.by, sample.labels)] = sample.value
        refused = refused_terms(answers)
        found: dict[LedgerKey, Counts] = {}
        for counter in counters:
            reasons = [refused[term] for term in (*counter.measured, *counter.total) if term in refused]
            if reasons:
                self.refused[counter.key] = reasons[0]
            else:
                found |= _counts(counter, increases)
        unknown = {key: f"Prometheus refuses it: {self.refused[key]}" for key in plan.keys if key in self.refused}
        return {
            **{key: ProvisionalCount(now - length, now, counts) for key, counts in found.items()},
            **{key: ProvisionalCount(now - length, now, None, why) for key, why in unknown.items()},
        }

    def _asker(self, terms: tuple[Term, ...]) -> TermAsker:
        """The one that was asked for the same before: it has learned what is too much for one query."""
        if terms not in self._askers:
            self._askers[terms] = TermAsker(terms, in_flight=1)
        return self._askers[terms]


class _StoppedError(Exception):
    """Nothing more is to be asked."""


def _by_length(slos: Iterable[Slo], now: datetime) -> Mapping[timedelta, Sequence[Slo]]:
    """Those that can be asked for, by the length of their windows so far."""
    found: dict[timedelta, list[Slo]] = {}
    for slo in slos:
        length = (now - span(slo.window, now).start_at) // _MINUTE * _MINUTE
        if length >= _SHORTEST and not why_not(slo):
            found.setdefault(length, []).append(slo)
    return found


def _counts(counter: CounterPlan, increases: Increases) -> Mapping[LedgerKey, Counts]:
    """Of the SLO, or of a template and its groups; of the template alone where it has more groups than places."""
    groups = increases_of(counter, increases)
    known = {counter.key: summed(groups.values())} if groups else {}
    if counter.grouping is not None and len(groups) <= counter.grouping.limit:
        known |= {group_key(counter.key, group): increase for group, increase in groups.items()}
    return {key: _clamped(increase) for key, increase in known.items() if increase.is_finite}


def _clamped(increase: Increase) -> Counts:
    """Each series is extrapolated in its own way, so that there may be more bad events than events."""
    total = max(0.0, increase.total)
    return Counts(min(max(0.0, increase.bad), total), total)
