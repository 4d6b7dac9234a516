"""Alerts, incidents and notifications to test with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sloguard.model.alert import Alert, AlertKey, AlertRecord, Contributor, Incident, Reason, ReasonCode
from sloguard.model.delivery import Notification, NotificationKind, OutboxEntry
from sloguard.model.policy import Severity
from sloguard.model.told import OpenIncident

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

INCIDENT = Incident(
    slo_id="onboarding/availability",
    service="onboarding",
    slo_name="availability",
    description="Requests to the onboarding API are answered without a server error.",
    owner="growth",
    severity=Severity.PAGE,
    firing=True,
    started_at=NOON,
    updated_at=NOON,
    summary="1.6 % of the requests to onboarding fail; 0.1 % may.",
    reason="Over 1 h the budget burns 16 × as fast as it may, over 5 min 17 ×.",
    objective_ratio=Decimal("0.999"),
    success_ratio=0.984,
    budget_remaining_ratio=0.28,
    time_to_exhaustion=timedelta(hours=5, minutes=10),
    contributors=(Contributor("version", "2.3.1", 0.91, 0.12), Contributor("route", "/verify", 0.4, None)),
    runbook_url="https://runbooks.example.com/onboarding",
    dashboard_url="https://grafana.example.com/d/onboarding?a=1&b=2",
)

RESOLVED = replace(
    INCIDENT, firing=False, updated_at=NOON + timedelta(minutes=40), summary="It is over.", reason="Burn rates are low."
)


def alert(severity: Severity = Severity.PAGE) -> Alert:
    reason = Reason(ReasonCode.BURNING, timedelta(hours=1), timedelta(minutes=5), Decimal("14.4"), 16.0, 17.0)
    return Alert(severity, NOON, reason)


def record(slo_id: str = INCIDENT.slo_id) -> AlertRecord:
    return AlertRecord(alert(), replace(INCIDENT, slo_id=slo_id))


def told(slo_id: str = INCIDENT.slo_id, receiver: str = "slack.oncall") -> OpenIncident:
    key = AlertKey(slo_id)
    said = replace(INCIDENT, slo_id=slo_id)
    return OpenIncident(receiver, key, frozenset({key}), frozenset(), Severity.PAGE, NOON, NOON, NOON, said)


def notification(
    kind: NotificationKind = NotificationKind.TRIGGER, *, receiver: str = "slack.oncall", key: str = "sloguard/a/b"
) -> Notification:
    return Notification(receiver, key, kind, RESOLVED if kind is NotificationKind.RESOLVE else INCIDENT)


def entry(sent: Notification, *, number: int = 1, attempts: int = 0, reference: str | None = None) -> OutboxEntry:
    return OutboxEntry(number, sent, NOON, attempts, reference)
