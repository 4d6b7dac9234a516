"""What people are told of an alert, in plain sentences."""

from dataclasses import replace
from datetime import datetime

from sloguard.alerting.sentences import reason_sentence
from sloguard.model.alert import SELF_ALERT, Alert, AlertKind, Contributor, Incident, Reason, ReasonCode
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus
from sloguard.presentation.words import budget_left, duration, instant, percent, window


def firing_incident(
    slo: Slo, status: SloStatus, alert: Alert, contributors: tuple[Contributor, ...], now: datetime
) -> Incident:
    """What is said while the alert fires. The success ratio is that of the long window that decided.

    Nothing provisional is said.
    """
    success = success_ratio(slo, alert.reason)
    is_known = status.provisional is None
    return Incident(
        slo_id=slo.id,
        service=slo.service,
        slo_name=slo.title,
        description=slo.description,
        owner=slo.owner,
        severity=alert.severity,
        firing=True,
        started_at=alert.started_at,
        updated_at=now,
        summary=f"{slo.id}: {_matter(slo, alert.reason)}",
        reason=reason_sentence(alert.reason),
        objective_ratio=slo.objective_ratio,
        success_ratio=status.success_ratio if success is None and is_known else success,
        budget_remaining_ratio=status.budget.remaining_ratio if status.budget and is_known else None,
        time_to_exhaustion=status.time_to_exhaustion if is_known else None,
        contributors=contributors,
        runbook_url=slo.runbook_url,
        dashboard_url=slo.dashboard_url,
        kind=alert.kind,
    )


def no_data_incident(slo: Slo, status: SloStatus, alert: Alert, now: datetime, *, refused: str = "") -> Incident:
    """What is said while nothing is seen of an SLO, with what was known of it last, and why its query is refused."""
    incident = firing_incident(slo, status, alert, (), now)
    known = ""
    if status.success_ratio is not None and status.budget is not None and status.provisional is None:
        left = budget_left(status.budget.remaining_ratio)
        known = f" Last known: {percent(status.success_ratio)} good over {window(slo.window)}, {left}."
    why = f" Prometheus refuses its query: {refused}" if refused else ""
    return replace(incident, reason=incident.reason + known + why, time_to_exhaustion=None)


def blind_incident(alert: Alert, fault: str, now: datetime) -> Incident:
    """What is said while sloguard itself sees nothing. `fault` is what it failed of last: a sentence, no secrets."""
    last = alert.reason.last_seen_at
    since = "since its start" if last is None else f"since {instant(last)}"
    return Incident(
        slo_id=SELF_ALERT.slo_id,
        service=SELF_ALERT.slo_id,
        slo_name="evaluation",
        description="While sloguard is blind, no other alert fires or resolves.",
        owner="",
        severity=alert.severity,
        firing=True,
        started_at=alert.started_at,
        updated_at=now,
        summary=f"sloguard: no complete evaluation {since}",
        reason=" ".join(filter(None, (reason_sentence(alert.reason), fault))),
        objective_ratio=None,
        success_ratio=None,
        budget_remaining_ratio=None,
        time_to_exhaustion=None,
        kind=AlertKind.SELF,
    )


def resolved_incident(told: Incident, reason: Reason, now: datetime) -> Incident:
    """What is said when the alert is over, from what was said last. Works for an SLO that is no longer declared."""
    lasted = duration(now - told.started_at)
    over = "data are back" if reason.code is ReasonCode.DATA_RETURNED else "resolved"
    return replace(
        told,
        firing=False,
        updated_at=now,
        summary=f"{told.slo_id}: {over} after {lasted}",
        reason=reason_sentence(reason),
        time_to_exhaustion=None,
    )


def success_ratio(slo: Slo, reason: Reason) -> float | None:
    """The long window's success ratio; where only its burn rate is known, from that."""
    if reason.success_ratio is not None or reason.long_burn_rate is None:
        return reason.success_ratio
    return max(0.0, 1.0 - reason.long_burn_rate * float(slo.budget_ratio))


def _matter(slo: Slo, reason: Reason) -> str:
    """What fails, in half a sentence."""
    objective = f"the objective is {percent(slo.objective_ratio)}"
    match reason.code:
        case ReasonCode.NEVER_SEEN:
            return "nothing has ever been seen of it"
        case ReasonCode.DATA_STOPPED:
            return f"nothing has been seen since {instant(reason.last_seen_at)}"
        case ReasonCode.BUDGET_LOW:
            return f"{budget_left(reason.remaining_ratio)}, {objective} over {window(slo.window)}"
        case ReasonCode.BUDGET_ENDS_SOON:
            return f"at this pace the error budget is gone in {duration(reason.ends_in)}, {objective}"
        case _:
            over = f" over the last {duration(reason.long)}" if reason.long else ""
            return f"{percent(success_ratio(slo, reason))} good{over}, {objective}"
