"""A closer look at terms of which a series was born, reset or came back: its raw samples tell what it counted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sloguard.ledger.batches import Asker, TermBatch, ask_one_by_one, refused_terms, rows_by_term, term_batches
from sloguard.ledger.exceptions import Evidence, Interval, Labels, Point, exceptional_increases, series_labels
from sloguard.model.group import Group, group_of
from sloguard.ports import MetricsSource
from sloguard.promql.bundles import Bundle, Term, narrowed
from sloguard.promql.counting import (
    Looked,
    exceptions_query,
    origins_query,
    samples_query,
    steady_increases_query,
)

Counts = dict[Term, dict[Group, float]]


@dataclass(slots=True)
class CloserLook:
    """One interval, seen from its end. Raises PrometheusError where Prometheus gives no complete answer."""

    source: MetricsSource
    looked: Looked
    end: datetime
    refused: dict[Term, str] = field(default_factory=dict)
    _asker: Asker[TermBatch] = field(default_factory=Asker)

    @property
    def _start(self) -> float:
        return (self.end - self.looked.length).timestamp()

    def counts(self, terms: Iterable[Term], known: Collection[str]) -> Counts:
        """What the terms counted. Selectors in `known` had series before the interval, as other terms have shown."""
        batches = term_batches(terms)
        counts: Counts = {}
        steady = self._asker.ask(
            batches, lambda batch: self.source.query(steady_increases_query(batch.bundles, self.looked), self.end)
        )
        for term, sample in rows_by_term(steady):
            counts.setdefault(term, {})[group_of(term.by, sample.labels)] = sample.value
        self.refused |= refused_terms(steady)
        evidence = self._evidence(self._exceptions(batches))
        # A group that is new among others counts from zero: it is the metric that must have been known before.
        seen_before = {term.selector for term in counts} | {
            term.selector for term, seen in evidence.items() if _known(seen, self._start)
        }
        interval = Interval(self._start, self.end.timestamp())
        for term, seen in evidence.items():
            groups = counts.setdefault(term, {})
            is_known = any(total in seen_before or total in known for total in term.totals)
            for labels, increase in exceptional_increases(seen, interval, known=is_known).items():
                group = group_of(term.by, dict(labels))
                groups[group] = groups.get(group, 0.0) + increase
        return counts

    def _exceptions(self, batches: Iterable[TermBatch]) -> Mapping[Term, set[Labels]]:
        answers = self._asker.ask(
            list(batches), lambda batch: self.source.query(exceptions_query(batch.bundles, self.looked), self.end)
        )
        self.refused |= refused_terms(answers)
        exceptions: dict[Term, set[Labels]] = {}
        for term, sample in rows_by_term(answers):
            exceptions.setdefault(term, set()).add(series_labels(sample.labels))
        return exceptions

    def _evidence(self, exceptions: Mapping[Term, set[Labels]]) -> Mapping[Term, Evidence]:
        samples = self._samples(exceptions)
        unknown = {
            term: [each for each in labels if not _has_earlier(samples[term].get(each, ()), self._start)]
            for term, labels in exceptions.items()
        }
        origins = self._origins({term: labels for term, labels in unknown.items() if labels})
        return {term: Evidence(exceptions[term], samples[term], origins.get(term, {})) for term in exceptions}

    def _samples(self, terms: Iterable[Term]) -> Mapping[Term, dict[Labels, tuple[Point, ...]]]:
        """The raw samples, which no two bundles can be asked for at once."""
        samples: dict[Term, dict[Labels, tuple[Point, ...]]] = {term: {} for term in terms}
        answers = ask_one_by_one(
            terms, lambda bundle: self.source.query_raw(samples_query(bundle, self.looked.length), self.end)
        )
        self.refused |= refused_terms(answers)
        for term, series in rows_by_term(answers):
            samples[term][series_labels(series.labels)] = series.points
        return samples

    def _origins(self, unknown: Mapping[Term, Iterable[Labels]]) -> Mapping[Term, Mapping[Labels, float]]:
        """The last values, within a day before the interval, of series of which the last minutes know nothing.

        A day of samples is much: only series that look like these are read.
        """

        def narrow(bundle: Bundle) -> Bundle:
            return narrowed(bundle, (dict(labels) for term in bundle.terms.values() for labels in unknown[term]))

        answers = self._asker.ask(
            term_batches(unknown),
            lambda batch: self.source.query(origins_query([*map(narrow, batch.bundles)], self.looked), self.end),
        )
        self.refused |= refused_terms(answers)
        origins: dict[Term, dict[Labels, float]] = {}
        for term, sample in rows_by_term(answers):
            origins.setdefault(term, {})[series_labels(sample.labels)] = sample.value
        return origins


def _has_earlier(points: Sequence[Point], start: float) -> bool:
    return bool(points) and points[0][0] <= start


def _known(evidence: Evidence, start: float) -> bool:
    return bool(evidence.origins) or any(_has_earlier(points, start) for points in evidence.samples.values())
