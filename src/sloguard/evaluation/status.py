"""The state of an SLO, a service and the whole, from what was observed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sloguard.evaluation.budget import budget_ends_in, error_budget
from sloguard.evaluation.burn import TierReading, Verdict, burn_rate
from sloguard.evaluation.health import service_health, slo_health
from sloguard.evaluation.measure import Observed, measure, measure_since
from sloguard.evaluation.tiers import tier_windows
from sloguard.evaluation.windows import Span, span
from sloguard.model.adjustment import Adjusted
from sloguard.model.alert import Alert
from sloguard.model.measurement import Measurement, NoData, NoDataReason
from sloguard.model.slo import Service, Slo
from sloguard.model.status import ErrorBudget, PeriodProgress, ServiceStatus, SloState, SloStatus, StatusReport
from sloguard.model.window import CalendarWindow

PACE_WINDOW = timedelta(hours=1)
"""The present pace: what health and the time to exhaustion look at."""


def slo_status(
    slo: Slo,
    observed: Observed,
    readings: Sequence[TierReading],
    alert: Alert | None,
    no_data_alert: Alert | None = None,
) -> SloStatus:
    """Everything that is shown of an SLO. `readings` are its tiers' at the same instant."""
    in_force = span(slo.window, observed.at)
    whole = measure_since(observed, in_force.start_at)
    burn_rates = _burn_rates(slo, observed)
    pace = burn_rates[PACE_WINDOW]
    budget = error_budget(whole.counts, slo.budget_ratio) if isinstance(whole, Measurement) else None
    no_data = _no_data(whole, observed)
    last_seen = observed.watermark
    return SloStatus(
        id=slo.id,
        service=slo.service,
        name=slo.title,
        objective_ratio=slo.objective_ratio,
        window=slo.window,
        state=_state(budget, no_data, alert, readings),
        counts=whole.counts if isinstance(whole, Measurement) else None,
        success_ratio=_success_ratio(whole),
        budget=budget,
        burn_rates=burn_rates,
        time_to_exhaustion=budget_ends_in(budget, pace, slo.window, observed.at) if budget else None,
        period=_period(slo, in_force, observed.at),
        coverage_ratio=whole.coverage_ratio,
        approximate=isinstance(whole, Measurement) and (whole.approximate or slo.approximate),
        health_score=slo_health(budget.remaining_ratio, pace) if budget and no_data is None else None,
        watermark_at=datetime.fromtimestamp(last_seen, UTC) if last_seen is not None else None,
        no_data=no_data,
        alerts=tuple(each for each in (alert, no_data_alert) if each),
        description=slo.description,
        owner=slo.owner,
        runbook_url=slo.runbook_url,
        group=slo.group,
        adjusted=_adjusted(observed, in_force.start_at, whole),
    )


def status_report(as_of: datetime, services: Iterable[Service], slos: Mapping[str, SloStatus]) -> StatusReport:
    """Put the SLOs' states together, by id, in the order of declaration."""
    statuses = tuple(_service_status(service, slos) for service in services)
    partial = any(slo.state is SloState.NO_DATA for service in statuses for slo in service.slos)
    return StatusReport(as_of, partial, statuses)


def _period(slo: Slo, in_force: Span, now: datetime) -> PeriodProgress | None:
    if not isinstance(slo.window, CalendarWindow):
        return None
    return PeriodProgress(in_force.start_at, in_force.end_at, in_force.elapsed_ratio(now))


def _service_status(service: Service, slos: Mapping[str, SloStatus]) -> ServiceStatus:
    weighted = [(slos[slo.id], slo.weight) for slo in service.slos]
    return ServiceStatus(
        name=service.name,
        health=service_health(weighted),
        slos=tuple(status for status, _ in weighted),
        owner=service.owner,
        description=service.description,
    )


def _burn_rates(slo: Slo, observed: Observed) -> dict[timedelta, float | None]:
    windows = sorted({*tier_windows(slo.tiers), PACE_WINDOW})
    measured = {window: measure(observed, window) for window in windows}
    return {
        window: burn_rate(seen.counts, slo.budget_ratio) if isinstance(seen, Measurement) else None
        for window, seen in measured.items()
    }


def _adjusted(observed: Observed, start_at: datetime, whole: Measurement | NoData) -> Adjusted | None:
    applied = observed.adjustments.within(start_at, observed.at)
    if not applied:
        return None
    excluded = observed.at - start_at - observed.adjustments.expected(start_at, observed.at)
    raw = measure_since(observed.unadjusted, start_at)
    if isinstance(raw, NoData) or isinstance(whole, NoData):
        return Adjusted(applied, excluded, None, None)
    return Adjusted(applied, excluded, raw.counts.bad - whole.counts.bad, raw.counts.total - whole.counts.total)


def _success_ratio(whole: Measurement | NoData) -> float | None:
    if isinstance(whole, NoData) or not whole.counts.total:
        return None
    return whole.counts.good / whole.counts.total


def _no_data(whole: Measurement | NoData, observed: Observed) -> NoData | None:
    if isinstance(whole, NoData):
        return whole
    return NoData(whole.window, NoDataReason.STALE, whole.coverage_ratio) if observed.stale else None


def _state(
    budget: ErrorBudget | None, no_data: NoData | None, alert: Alert | None, readings: Sequence[TierReading]
) -> SloState:
    if budget is None or no_data is not None:
        return SloState.NO_DATA
    if budget.remaining_ratio <= 0:
        return SloState.EXHAUSTED
    burning = alert is not None or any(reading.verdict is Verdict.FIRING for reading in readings)
    return SloState.BURNING if burning else SloState.OK
