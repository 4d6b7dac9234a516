"""A status report as the JSON document `sloguard/status/v1`. Absent numbers are null; nothing is rounded."""

import math
from datetime import datetime, timedelta
from decimal import Decimal

from sloguard.model.alert import Alert
from sloguard.model.duration import format_duration
from sloguard.model.measurement import Counts
from sloguard.model.status import Health, PeriodProgress, ServiceStatus, SloStatus, StatusReport
from sloguard.presentation.words import rfc3339

SCHEMA = "sloguard/status/v1"

_LARGEST_EXACT_INTEGER = 2**53
"""Above it neither a float nor a JavaScript number tells neighbours apart."""

Number = int | float | None


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
    return {"score": _number(health.score), "grade": health.grade.value, "partial": health.partial}


def _slo(slo: SloStatus) -> dict[str, object]:
    return {
        "id": slo.id,
        "name": slo.name,
        "group": dict(slo.group),
        "description": slo.description,
        "owner": slo.owner,
        "runbook_url": slo.runbook_url,
        "objective_ratio": _number(slo.objective_ratio),
        "window": str(slo.window),
        "period": _period(slo.period),
        "state": slo.state.value,
        "no_data_reason": slo.no_data.reason.value if slo.no_data else None,
        "counts": _counts(slo.counts),
        "success_ratio": _number(slo.success_ratio),
        "error_budget": _error_budget(slo),
        "burn_rates": {format_duration(window): _number(slo.burn_rates[window]) for window in sorted(slo.burn_rates)},
        "time_to_exhaustion_seconds": _seconds(slo.time_to_exhaustion),
        "coverage_ratio": _number(slo.coverage_ratio),
        "approximate": slo.approximate,
        "health_score": _number(slo.health_score),
        "watermark_at": _instant(slo.watermark_at),
        "alerts": [_alert(alert) for alert in slo.alerts],
    }


def _period(period: PeriodProgress | None) -> dict[str, object] | None:
    """Of a calendar window; a rolling one has none."""
    if period is None:
        return None
    return {
        "start": rfc3339(period.start_at),
        "end": rfc3339(period.end_at),
        "elapsed_ratio": _number(period.elapsed_ratio),
    }


def _counts(counts: Counts | None) -> dict[str, object]:
    if counts is None:
        return {"good": None, "bad": None, "total": None}
    return {"good": _events(counts.good), "bad": _events(counts.bad), "total": _events(counts.total)}


def _error_budget(slo: SloStatus) -> dict[str, object]:
    budget = slo.budget
    return {
        "budget_ratio": _number(1 - slo.objective_ratio),
        "consumed_ratio": _number(budget.consumed_ratio) if budget else None,
        "remaining_ratio": _number(budget.remaining_ratio) if budget else None,
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
        "factor": _number(reason.factor),
        "long_burn_rate": _number(reason.long_burn_rate),
        "short_burn_rate": _number(reason.short_burn_rate),
        "success_ratio": _number(reason.success_ratio),
        "remaining_ratio": _number(reason.remaining_ratio),
        "threshold_ratio": _number(reason.threshold_ratio),
        "ends_in_seconds": _seconds(reason.ends_in),
        "limit_seconds": _seconds(reason.limit),
        "last_seen_at": _instant(reason.last_seen_at),
    }


def _number(value: float | Decimal | None) -> Number:
    """A JSON number: finite or null."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _events(value: float) -> Number:
    """Whole numbers of events are written as such: 412, not 412.0."""
    if math.isfinite(value) and value == int(value) and abs(value) <= _LARGEST_EXACT_INTEGER:
        return int(value)
    return _number(value)


def _seconds(length: timedelta | None) -> Number:
    return None if length is None else _events(length.total_seconds())


def _instant(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
