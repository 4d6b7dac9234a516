"""What the last 30 days of a source were like, by service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sloguard.errors import QueryRejectedError
from sloguard.live.scrapes import densest_query, scrape_seconds
from sloguard.model.series import Series
from sloguard.ports import MetricsSource
from sloguard.promql.text import quote
from sloguard.proposal.catalog import CATALOG, Source

LOOKED_AT = timedelta(days=30)
_STEP = timedelta(days=1)


class Names(Protocol):
    """Names that a Prometheus has. Every method raises PrometheusError."""

    def metric_names(self, start: datetime, end: datetime) -> Sequence[str]: ...

    def label_names(self, selector: str, start: datetime, end: datetime) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Observation:
    """One service as one source sees it."""

    source: Source
    service_label: str
    """Empty if no label names a service."""
    service: str
    """The label's value, as it is: it may hold anything."""
    total: float
    """Events in the time looked at."""
    bad: float = 0.0
    failure_label: str = ""
    """Empty if the metric does not tell failures."""
    within: tuple[tuple[float, float], ...] = ()
    """Bounds of the histogram's buckets, and how many events lay at or below; ascending."""

    def matchers(self, *more: str) -> str:
        """Label matchers in braces, or nothing."""
        own = f"{self.service_label}={quote(self.service)}" if self.service_label else ""
        found = ",".join(each for each in (self.source.fixed, own, *more) if each)
        return f"{{{found}}}" if found else ""

    @property
    def failed(self) -> str:
        """The matcher of failed requests."""
        assert self.source.failures is not None
        return f"{self.failure_label}=~{quote(self.source.failures.pattern)}"


@dataclass(slots=True)
class Observer:
    """Asks a Prometheus about everything in the catalog that it has. `refused` gathers what it would not compute."""

    queries: MetricsSource
    names: Names
    now: datetime
    refused: list[str]

    def observations(self) -> Iterator[Observation]:
        """In the catalog's order.

        Raises:
            PrometheusError: Prometheus gave no usable answer.
        """
        existing = set(self.names.metric_names(self.now - _STEP, self.now))
        for source in CATALOG:
            if source.requests in existing:
                try:
                    yield from self._of(source)
                except QueryRejectedError:
                    self.refused.append(source.requests)

    def scrape_seconds(self, metric: str) -> float | None:
        """Between two scrapes; None if nobody can tell."""
        samples = self.queries.query(densest_query(metric), self.now)
        return scrape_seconds(samples[0].value if samples else None)

    def _of(self, source: Source) -> Iterator[Observation]:
        labels = self.names.label_names(source.requests, self.now - _STEP, self.now)
        service_label = next((each for each in source.services if each in labels), "")
        candidates = source.failures.labels if source.failures else ()
        failure_label = next((each for each in candidates if each in labels), "")
        fixed = f"{{{source.fixed}}}" if source.fixed else ""
        totals = self._by_service(source.requests + fixed, service_label)
        bad: Mapping[str, float] = {}
        if failure_label:
            failing = Observation(source, "", "", 0.0, failure_label=failure_label)
            bad = self._by_service(source.requests + failing.matchers(failing.failed), service_label)
        within = self._within(source, fixed, service_label) if source.histogram else {}
        for service, total in sorted(totals.items()):
            yield Observation(
                source=source,
                service_label=service_label,
                service=service,
                total=total,
                bad=bad.get(service, 0.0),
                failure_label=failure_label,
                within=tuple(sorted(within.get(service, {}).items())),
            )

    def _by_service(self, selector: str, service_label: str) -> Mapping[str, float]:
        return {
            series.labels.get(service_label, ""): _sum(series)
            for series in self._daily(f"sum by ({service_label}) (increase({selector}[1d]))")
        }

    def _within(self, source: Source, fixed: str, service_label: str) -> Mapping[str, Mapping[float, float]]:
        by = ",".join(each for each in (service_label, "le") if each)
        found: dict[str, dict[float, float]] = {}
        for series in self._daily(f"sum by ({by}) (increase({source.histogram}_bucket{fixed}[1d]))"):
            try:
                bound = float(series.labels.get("le", ""))
            except ValueError:
                continue  # it has the name of a bucket, and is none
            buckets = found.setdefault(series.labels.get(service_label, ""), {})
            buckets[bound] = buckets.get(bound, 0.0) + _sum(series)
        return found

    def _daily(self, query: str) -> Sequence[Series]:
        """A value for each of the days: one step never loads more than a day's samples."""
        return self.queries.query_range(query, self.now - LOOKED_AT + _STEP, self.now, _STEP)


def _sum(series: Series) -> float:
    return sum(value for _, value in series.points)
