"""What a tired person reads."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sloguard.alerting.decide import decide
from sloguard.alerting.incident import firing_incident, reason_sentence, resolved_incident
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.status import slo_status
from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.alert import Alert, Incident, Reason, ReasonCode
from sloguard.model.policy import AlertPolicy, Severity
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from tests.support.observations import MINUTE, NOW, observed

OBJECTIVE = Decimal("0.999")
MONTH = timedelta(days=30)
SLO = Slo(
    "shop",
    "availability",
    OBJECTIVE,
    RollingWindow(MONTH),
    EventsIndicator(total=("a",), bad=("b",)),
    AlertPolicy(standard_tiers(1 - OBJECTIVE, MONTH, MINUTE)),
    runbook_url="https://runbooks.example.com/shop",
)


def an_incident() -> tuple[Alert, Incident]:
    seen = observed([(0.0, 100.0)] * 4 * 1440 + [(50.0, 100.0)] * 10)
    readings = read_tiers(SLO.tiers, SLO.budget_ratio, seen)
    alert = decide(None, readings, NOW).alert
    assert alert is not None
    return alert, firing_incident(SLO, slo_status(SLO, seen, readings, alert), alert, (), NOW)


def test_a_page_in_plain_words() -> None:
    alert, incident = an_incident()
    assert incident.severity is Severity.PAGE
    assert incident.summary == "shop/availability: 91.67 % good over the last 1 h, the objective is 99.9 %"
    assert incident.reason == (
        "The error budget is being spent too fast. Burn rate 83.3 × over 1 h and 500 × over 5 min; the limit is 14.4 ×."
    )
    assert incident.success_ratio == 1 - 500 / 6000
    assert incident.budget_remaining_ratio is not None
    assert incident.time_to_exhaustion is not None
    assert incident.started_at == alert.started_at == NOW
    assert incident.runbook_url == SLO.runbook_url


def test_its_end() -> None:
    alert, told = an_incident()
    over = resolved_incident(told, replace(alert.reason, code=ReasonCode.RECOVERED), NOW + timedelta(minutes=14))
    assert over.summary == "shop/availability: resolved after 14 min"
    assert over.reason.startswith("The burn rate has stayed below its limit.")
    assert not over.firing
    assert over.started_at == NOW


def test_every_reason_has_its_sentence() -> None:
    for code in ReasonCode:
        assert reason_sentence(Reason(code)).endswith(".")
