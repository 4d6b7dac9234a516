"""What people are told of an alert, in plain sentences."""

from dataclasses import replace
from datetime import datetime

from sloguard.model.alert import Alert, Contributor, Incident, Reason, ReasonCode
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus
from sloguard.presentation.words import duration, percent, rate


def firing_incident(
    slo: Slo, status: SloStatus, alert: Alert, contributors: tuple[Contributor, ...], now: datetime
) -> Incident:
    """What is said while the alert fires. The success ratio is that of the long window that decided."""
    success = success_ratio(slo, alert.reason)
    over = f" over the last {duration(alert.reason.long)}" if alert.reason.long else ""
    return Incident(
        slo_id=slo.id,
        service=slo.service,
        slo_name=slo.name,
        description=slo.description,
        owner=slo.owner,
        severity=alert.severity,
        firing=True,
        started_at=alert.started_at,
        updated_at=now,
        summary=f"{slo.id}: {percent(success)} good{over}, the objective is {percent(slo.objective_ratio)}",
        reason=reason_sentence(alert.reason),
        objective_ratio=slo.objective_ratio,
        success_ratio=success,
        budget_remaining_ratio=status.budget.remaining_ratio if status.budget else None,
        time_to_exhaustion=status.time_to_exhaustion,
        contributors=contributors,
        runbook_url=slo.runbook_url,
        dashboard_url=slo.dashboard_url,
    )


def resolved_incident(told: Incident, reason: Reason, now: datetime) -> Incident:
    """What is said when the alert is over, from what was said last. Works for an SLO that is no longer declared."""
    lasted = duration(now - told.started_at)
    return replace(
        told,
        firing=False,
        updated_at=now,
        summary=f"{told.slo_id}: resolved after {lasted}",
        reason=reason_sentence(reason),
        time_to_exhaustion=None,
    )


def success_ratio(slo: Slo, reason: Reason) -> float | None:
    """The long window's success ratio, from its burn rate."""
    if reason.long_burn_rate is None:
        return None
    return max(0.0, 1.0 - reason.long_burn_rate * float(slo.budget_ratio))


def reason_sentence(reason: Reason) -> str:
    """Which windows decided, with their numbers."""
    if reason.code is ReasonCode.REMOVED:
        return "The SLO is no longer declared, so its alert is closed."
    if reason.long is None or reason.short is None or reason.factor is None:
        return _PLAIN[reason.code]
    windows = (
        f"{rate(reason.long_burn_rate)} over {duration(reason.long)} and "
        f"{rate(reason.short_burn_rate)} over {duration(reason.short)}; the limit is {rate(float(reason.factor))}"
    )
    return f"{_PLAIN[reason.code]} Burn rate {windows}."


_PLAIN = {
    ReasonCode.WITHIN_OBJECTIVE: "The objective is met.",
    ReasonCode.BURNING: "The error budget is being spent too fast.",
    ReasonCode.NOT_SIGNIFICANT: "A limit is exceeded, by too few events to tell it from chance.",
    ReasonCode.HOLDING: "The burn rate has fallen, but not for long enough to call it over.",
    ReasonCode.RECOVERED: "The burn rate has stayed below its limit.",
    ReasonCode.NO_DATA: "Too little data to decide: the alert stays as it is.",
    ReasonCode.REMOVED: "The SLO is no longer declared.",
}
