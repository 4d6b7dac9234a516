"""An incident as there could be one, to try message templates with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sloguard.model.alert import AlertKind, Contributor, Incident, OtherAlert, OtherState
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import Severity

_FIRED_AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)

FIRING = Incident(
    slo_id="shop/checkout",
    service="shop",
    slo_name="checkout",
    description="A customer who orders is told that the order is placed.",
    owner="storefront",
    severity=Severity.PAGE,
    firing=True,
    started_at=_FIRED_AT,
    updated_at=_FIRED_AT + timedelta(minutes=4),
    summary="shop/checkout: 98.1 % good over the last 1 h, the objective is 99.9 %",
    reason="The error budget is being spent too fast. Burn rate 19 × over 1 h and 38 × over 5 min; "
    "the limit is 14.4 ×.",
    objective_ratio=Decimal("0.999"),
    success_ratio=0.981,
    budget_remaining_ratio=0.28,
    time_to_exhaustion=timedelta(hours=5, minutes=10),
    contributors=(Contributor("version", "2.3.1", 0.91, 0.12), Contributor("route", "/pay", 0.4, None)),
    runbook_url="https://runbooks.example.com/shop",
    dashboard_url="https://grafana.example.com/d/shop",
    others=(
        OtherAlert(
            "shop/latency",
            AlertKind.OBJECTIVE,
            Severity.PAGE,
            OtherState.FIRING,
            "shop/latency: 91.2 % good over the last 1 h, the objective is 99 %",
        ),
    ),
)

RESOLVED = replace(
    FIRING,
    firing=False,
    updated_at=_FIRED_AT + timedelta(minutes=40),
    summary="shop/checkout: resolved after 40 min",
    reason="The burn rate has stayed below its limit.",
    time_to_exhaustion=None,
)

BLIND = replace(
    FIRING,
    kind=AlertKind.NO_DATA,
    severity=Severity.TICKET,
    success_ratio=None,
    budget_remaining_ratio=None,
    time_to_exhaustion=None,
    contributors=(),
    others=(),
    description="",
    owner="",
    runbook_url="",
    dashboard_url="",
)
"""With nothing that may be absent: what no example has, no template is tried with."""

EXAMPLES: tuple[tuple[NotificationKind, Incident], ...] = (
    (NotificationKind.TRIGGER, FIRING),
    (NotificationKind.UPDATE, FIRING),
    (NotificationKind.ESCALATE, FIRING),
    (NotificationKind.REMINDER, FIRING),
    (NotificationKind.ACKNOWLEDGE, replace(FIRING, acknowledged_by="ann")),
    (NotificationKind.RESOLVE, RESOLVED),
    (NotificationKind.TRIGGER, BLIND),
)
