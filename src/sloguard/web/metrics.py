"""Each SLO's numbers as Prometheus metrics, read from the newest status when they are asked for."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from sloguard.model.duration import format_duration
from sloguard.model.policy import Severity
from sloguard.model.status import SloStatus, StatusReport
from sloguard.ports import DaemonView
from sloguard.promql import names
from sloguard.web.exposition import exposed

_SLOS_AT_ONCE = 500
_SLO_LABELS = (names.LABEL_ID, names.LABEL_SERVICE, names.LABEL_NAME)
Labelled = tuple[tuple[str, ...], float | Decimal | None]
"""Values of a metric's own labels, and the number; None where it is absent."""


@dataclass(frozen=True, slots=True)
class SloMetric:
    """A gauge with one or more samples for each SLO. Absent numbers have no sample."""

    name: str
    help: str
    samples: Callable[[SloStatus], Iterable[Labelled]]
    labels: tuple[str, ...] = ()
    """Beside those of the SLO."""


def _one(value: Callable[[SloStatus], float | Decimal | None]) -> Callable[[SloStatus], Iterable[Labelled]]:
    return lambda slo: (((), value(slo)),)


def _counted(value: Callable[[SloStatus], float | Decimal | None]) -> Callable[[SloStatus], Iterable[Labelled]]:
    """Of what is counted alone: where it is provisional there is no sample, for a series must not mix the two."""
    return _one(lambda slo: None if slo.provisional else value(slo))


def _burn_rates(slo: SloStatus) -> Iterator[Labelled]:
    return (((format_duration(window),), rate) for window, rate in sorted(slo.burn_rates.items()))


def _alerts(slo: SloStatus) -> Iterator[Labelled]:
    firing = {alert.severity for alert in slo.alerts}
    return (((severity.value,), float(severity in firing)) for severity in Severity)


def _unix_seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


SLO_METRICS = (
    SloMetric(names.METRIC_OBJECTIVE, "Objective of the SLO, 0 to 1.", _one(lambda slo: slo.objective_ratio)),
    SloMetric(
        names.METRIC_SUCCESS, "Good events / all events over the SLO's window.", _counted(lambda slo: slo.success_ratio)
    ),
    SloMetric(
        names.METRIC_BUDGET_REMAINING,
        "Part of the error budget that is left; negative when it is overspent.",
        _counted(lambda slo: slo.budget.remaining_ratio if slo.budget else None),
    ),
    SloMetric(
        names.METRIC_BUDGET_CONSUMED,
        "Part of the error budget that is used; above 1 when it is overspent.",
        _counted(lambda slo: slo.budget.consumed_ratio if slo.budget else None),
    ),
    SloMetric(
        names.METRIC_BURN_RATE,
        "How many times faster than allowed the error budget is spent, over a window.",
        _burn_rates,
        (names.LABEL_WINDOW,),
    ),
    SloMetric(names.METRIC_HEALTH, "Health of the SLO, 0 to 100.", _one(lambda slo: slo.health_score)),
    SloMetric(
        names.METRIC_EVENTS,
        "Events in the SLO's window.",
        _counted(lambda slo: slo.counts.total if slo.counts else None),
    ),
    SloMetric(
        names.METRIC_BAD_EVENTS,
        "Bad events in the SLO's window.",
        _counted(lambda slo: slo.counts.bad if slo.counts else None),
    ),
    SloMetric(
        names.METRIC_ADJUSTED_EVENTS,
        "Events that exclusions and corrections take out of the SLO's window; negative where they add some.",
        _counted(lambda slo: slo.adjusted.total_taken_out if slo.adjusted else None),
    ),
    SloMetric(
        names.METRIC_ADJUSTED_BAD_EVENTS,
        "Bad events that exclusions and corrections take out of the SLO's window; negative where they add some.",
        _counted(lambda slo: slo.adjusted.bad_taken_out if slo.adjusted else None),
    ),
    SloMetric(
        names.METRIC_COVERAGE, "Part of the SLO's window that was seen, 0 to 1.", _one(lambda slo: slo.coverage_ratio)
    ),
    SloMetric(
        names.METRIC_WATERMARK,
        "Unix time up to which all events are counted.",
        _one(lambda slo: _unix_seconds(slo.watermark_at)),
    ),
    SloMetric(
        names.METRIC_ALERT,
        "1 if an alert of the SLO fires with this severity, else 0.",
        _alerts,
        (names.LABEL_SEVERITY,),
    ),
    SloMetric(
        names.METRIC_GROUP,
        "1 for each label value that an SLO of a group is about: join with it on slo_id.",
        lambda slo: ((pair, 1.0) for pair in slo.group),
        ("label", "value"),
    ),
)
SERVICE_HEALTH_HELP = "Health of the service, 0 to 100: the mean of its SLOs by weight."


class StatusCollector(Collector):
    """Without a status yet it says what it would export, without samples.

    So it does of a daemon that stands by: the same numbers twice would be summed up, or match nothing.
    """

    def __init__(self, view: DaemonView) -> None:
        self._view = view

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Lets a registry refuse names that it already has, without asking for a status."""
        return _families(None)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return _families(self._view.status() if self._view.leadership().leads else None)


def _families(report: StatusReport | None) -> Iterator[GaugeMetricFamily]:
    """The samples of many SLOs come in several families of the same name, for all at once take much memory."""
    slos = report.slos if report else ()
    for metric in SLO_METRICS:
        for begin in range(0, max(1, len(slos)), _SLOS_AT_ONCE):
            family = GaugeMetricFamily(metric.name, metric.help, labels=(*_SLO_LABELS, *metric.labels))
            for slo in slos[begin : begin + _SLOS_AT_ONCE]:
                for labels, value in metric.samples(slo):
                    _add(family, (slo.id, slo.service, slo.name, *labels), value)
            yield family
    yield _service_health(report)


def _service_health(report: StatusReport | None) -> GaugeMetricFamily:
    family = GaugeMetricFamily(names.METRIC_SERVICE_HEALTH, SERVICE_HEALTH_HELP, labels=(names.LABEL_SERVICE,))
    for service in report.services if report else ():
        _add(family, (service.name,), service.health.score if service.health else None)
    return family


def _add(family: GaugeMetricFamily, labels: tuple[str, ...], value: float | Decimal | None) -> None:
    if value is not None and math.isfinite(value):
        family.add_metric(labels, float(value))


def add_metrics(app: FastAPI, registry: CollectorRegistry) -> None:
    @app.get("/metrics", summary="The daemon's and the SLOs' metrics, for Prometheus", response_class=Response)
    def metrics(request: Request) -> StreamingResponse:
        text, content_type = exposed(registry, request.headers.get("accept", ""))
        return StreamingResponse(text, headers={"content-type": content_type})
