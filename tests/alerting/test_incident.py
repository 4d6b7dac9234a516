"""What a tired person reads."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from sloguard.alerting.decide import decide
from sloguard.alerting.incident import firing_incident, no_data_incident, resolved_incident
from sloguard.alerting.sentences import reason_sentence
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.signals import tier_signal
from sloguard.evaluation.status import slo_status
from sloguard.evaluation.tiers import standard_tiers
from sloguard.model.alert import Alert, AlertKey, AlertKind, Incident, Reason, ReasonCode
from sloguard.model.measurement import Counts
from sloguard.model.policy import AlertPolicy, Severity
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.status import Provisional
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
    alert = decide(None, [tier_signal(reading) for reading in readings], NOW).alert
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
    assert over.reason.startswith("The burn rate has stayed below its limit. It is ")
    assert not over.firing
    assert over.started_at == NOW


@pytest.mark.parametrize(
    ("long", "short", "words"),
    [
        (17.3, 0.1, "It is 0.1 × over 5 min; the limit is 14.4 ×."),
        (2.0, 20.0, "It is 2 × over 1 h; the limit is 14.4 ×."),
        (17.3, None, "No event over 5 min."),
    ],
)
def test_a_recovery_names_the_window_that_has_calmed_down(long: float, short: float | None, words: str) -> None:
    reason = Reason(ReasonCode.RECOVERED, timedelta(hours=1), timedelta(minutes=5), Decimal("14.4"), long, short)
    assert reason_sentence(reason) == f"The burn rate has stayed below its limit. {words}"


def test_every_reason_has_its_sentence() -> None:
    for code in ReasonCode:
        assert reason_sentence(Reason(code)).endswith(".")


def told(reason: Reason, kind: AlertKind = AlertKind.OBJECTIVE, *, provisional: Provisional | None = None) -> Incident:
    seen = observed([(0.05, 100.0)] * 4 * 1440, ended=20 * MINUTE)
    readings = read_tiers(SLO.tiers, SLO.budget_ratio, seen)
    alert = Alert(Severity.TICKET, NOW, reason, kind=kind)
    status = replace(slo_status(SLO, seen, readings, None, alert), provisional=provisional)
    make = no_data_incident if kind is AlertKind.NO_DATA else partial(firing_incident, contributors=())
    return make(SLO, status, alert, now=NOW)


def test_nothing_provisional_is_told() -> None:
    provisional = Provisional(0.5, Counts(1.0, 100.0))
    burning = Reason(ReasonCode.BURNING, 60 * MINUTE, 5 * MINUTE, Decimal("14.4"), 20.0, 20.0)
    incident = told(burning, provisional=provisional)
    assert (incident.budget_remaining_ratio, incident.time_to_exhaustion) == (None, None)
    assert incident.success_ratio == told(burning).success_ratio, "it is that of the window that decided"
    stopped = Reason(ReasonCode.DATA_STOPPED, limit=5 * MINUTE, last_seen_at=NOW)
    silent = told(stopped, AlertKind.NO_DATA, provisional=provisional)
    assert (silent.success_ratio, silent.budget_remaining_ratio) == (None, None)
    assert "Last known" not in silent.reason


def test_silence_in_plain_words() -> None:
    limit, last = 5 * MINUTE, NOW - 20 * MINUTE
    incident = told(Reason(ReasonCode.DATA_STOPPED, limit=limit, last_seen_at=last), AlertKind.NO_DATA)
    assert incident.summary == "shop/availability: nothing has been seen since 2026-11-22 02:40 UTC"
    assert incident.reason == (
        "Nobody knows how it is: without data an alert neither fires nor resolves. Last seen at 2026-11-22 02:40 UTC; "
        "the limit is 5 min. Last known: 99.95 % good over 30 d, 50 % of the error budget is left."
    )
    assert incident.key == AlertKey("shop/availability", AlertKind.NO_DATA)
    over = resolved_incident(incident, Reason(ReasonCode.DATA_RETURNED), NOW + 7 * MINUTE)
    assert (over.summary, over.reason) == ("shop/availability: data are back after 7 min", "Data are there again.")


@pytest.mark.parametrize(
    ("reason", "summary", "sentence"),
    [
        (
            Reason(
                ReasonCode.SUCCESS_LOW,
                long=timedelta(hours=1),
                success_ratio=0.9,
                threshold_ratio=Decimal("0.94905"),
            ),
            "90 % good over the last 1 h, the objective is 99.9 %",
            "The success ratio is far below the objective. 90 % good over the last 1 h; the limit is 94.91 %.",
        ),
        (
            Reason(ReasonCode.BUDGET_LOW, remaining_ratio=0.24, threshold_ratio=Decimal("0.25")),
            "24 % of the error budget is left, the objective is 99.9 % over 30 d",
            "Little is left of the error budget. 24 % of the error budget is left; the threshold is 25 %.",
        ),
        (
            Reason(ReasonCode.BUDGET_LOW, remaining_ratio=-0.4, threshold_ratio=Decimal(0)),
            "the error budget is overspent by 40 %, the objective is 99.9 % over 30 d",
            "The error budget is overspent by 40 %; the threshold is 0 %.",
        ),
        (
            Reason(
                ReasonCode.BUDGET_ENDS_SOON,
                long=timedelta(hours=6),
                long_burn_rate=8.0,
                remaining_ratio=0.5,
                ends_in=timedelta(hours=45),
                limit=timedelta(days=3),
            ),
            "at this pace the error budget is gone in 1 d 21 h, the objective is 99.9 %",
            (
                "At this pace the error budget will not last. Burn rate 8 × over 6 h, 50 % of the error budget is "
                "left: it ends in 1 d 21 h; the limit is 3 d."
            ),
        ),
    ],
)
def test_every_cause_in_plain_words(reason: Reason, summary: str, sentence: str) -> None:
    incident = told(reason)
    assert (incident.summary, incident.reason) == (f"shop/availability: {summary}", sentence)
