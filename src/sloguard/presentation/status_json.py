"""A status report as the JSON document `sloguard/status/v1`. Absent numbers are null; nothing is rounded."""

from sloguard.model.alert import Alert
from sloguard.model.duration import format_duration
from sloguard.model.measurement import Counts
from sloguard.model.status import Health, PeriodProgress, ServiceStatus, SloStatus, StatusReport
from sloguard.presentation.adjustments import adjusted_document
from sloguard.presentation.numbers import events, number, seconds, time
from sloguard.presentation.quiet_words import acknowledged_document, quiet_document
from sloguard.presentation.words import rfc3339

SCHEMA = "sloguard/status/v1"


def status_document(report: StatusReport) -> dict[str, object]:
    """The whole report, of dicts, lists, strings, finite numbers, booleans and None only."""
    return {
        "schema": SCHEMA,
        "as_of": rfc3339(report.as_of),
        "partial": report.partial,
        "services": [_service(service) for service in report.services],
    }


def _service(service: ServiceStatus) -> dict[str, object]:
    return {
        "name": service.name,
        "description": service.description,
        "owner": service.owner,
        "health": _health(service.health),
        "slos": [_slo(slo) for slo in service.slos],
    }


def _health(health: Health | None) -> dict[str, object]:
    if health is None:
        return {"score": None, "grade": None, "partial": True}
    return {"score": number(health.score), "grade": health.grade.value, "partial": health.partial}


def _slo(slo: SloStatus) -> dict[str, object]:
    return {
        "id": slo.id,
        "name": slo.name,
        "group": dict(slo.group),
        "description": slo.description,
        "owner": slo.owner,
        "runbook_url": slo.runbook_url,
        "objective_ratio": number(slo.objective_ratio),
        "window": str(slo.window),
        "period": _period(slo.period),
        "state": slo.state.value,
        "no_data_reason": slo.no_data.reason.value if slo.no_data else None,
        "counts": _counts(slo.counts),
        "success_ratio": number(slo.success_ratio),
        "error_budget": _error_budget(slo),
        "burn_rates": {format_duration(window): number(slo.burn_rates[window]) for window in sorted(slo.burn_rates)},
        "time_to_exhaustion_seconds": seconds(slo.time_to_exhaustion),
        "coverage_ratio": number(slo.coverage_ratio),
        "approximate": slo.approximate,
        "provisional": slo.provisional is not None,
        "replayed_ratio": number(slo.provisional.replayed_ratio) if slo.provisional else None,
        "adjusted": slo.adjusted is not None,
        "adjustments": adjusted_document(slo.adjusted),
        "health_score": number(slo.health_score),
        "watermark_at": time(slo.watermark_at),
        "alerts": [_alert(alert) for alert in slo.alerts],
    }


def _period(period: PeriodProgress | None) -> dict[str, object] | None:
    """Of a calendar window; a rolling one has none."""
    if period is None:
        return None
    return {
        "start": rfc3339(period.start_at),
        "end": rfc3339(period.end_at),
        "elapsed_ratio": number(period.elapsed_ratio),
    }


def _counts(counts: Counts | None) -> dict[str, object]:
    if counts is None:
        return {"good": None, "bad": None, "total": None}
    return {"good": events(counts.good), "bad": events(counts.bad), "total": events(counts.total)}


def _error_budget(slo: SloStatus) -> dict[str, object]:
    budget = slo.budget
    return {
        "budget_ratio": number(1 - slo.objective_ratio),
        "consumed_ratio": number(budget.consumed_ratio) if budget else None,
        "remaining_ratio": number(budget.remaining_ratio) if budget else None,
    }


def _alert(alert: Alert) -> dict[str, object]:
    reason = alert.reason
    return {
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "state": "firing",
        "since": rfc3339(alert.started_at),
        "reason": reason.code.value,
        "long_window": format_duration(reason.long) if reason.long else None,
        "short_window": format_duration(reason.short) if reason.short else None,
        "factor": number(reason.factor),
        "long_burn_rate": number(reason.long_burn_rate),
        "short_burn_rate": number(reason.short_burn_rate),
        "success_ratio": number(reason.success_ratio),
        "remaining_ratio": number(reason.remaining_ratio),
        "threshold_ratio": number(reason.threshold_ratio),
        "ends_in_seconds": seconds(reason.ends_in),
        "limit_seconds": seconds(reason.limit),
        "last_seen_at": time(reason.last_seen_at),
        "quiet": quiet_document(alert.quiet),
        "acknowledged": acknowledged_document(alert.acknowledged),
    }
