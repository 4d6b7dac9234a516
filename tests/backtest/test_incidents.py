"""What met a known incident, and what was false."""

from dataclasses import replace
from datetime import timedelta

from sloguard.backtest.firing import Detection, Firing
from sloguard.backtest.incidents import KnownIncident, is_false, meetings
from sloguard.backtest.run import Known, Lived, Period
from sloguard.backtest.summary import backtest_of
from sloguard.model.alert import AlertKind, Reason, ReasonCode, Transition
from sloguard.model.policy import Severity
from tests.backtest.lives import QUICK, instant

PAGE = Firing(
    QUICK.id,
    QUICK.service,
    AlertKind.OBJECTIVE,
    1,
    Severity.PAGE,
    Transition.FIRE,
    instant(103),
    Reason(ReasonCode.BURNING),
    timedelta(minutes=1),
    Detection(onset_at=instant(100), burn_consumed_ratio=0.02),
    ended_at=instant(140),
)
INCIDENT = KnownIncident(instant(98), instant(130))


def test_an_incident_is_met_by_what_overlaps_it_in_its_service_and_slo() -> None:
    assert INCIDENT.met_by(PAGE)
    assert replace(INCIDENT, service="onboarding", slo_id="onboarding/availability").met_by(PAGE)
    assert replace(INCIDENT, slo_id="onboarding/availability").met_by(replace(PAGE, slo_id=PAGE.slo_id + '{a="b"}'))
    assert not replace(INCIDENT, service="resume").met_by(PAGE)
    assert not replace(INCIDENT, slo_id="onboarding/latency").met_by(PAGE)
    assert not INCIDENT.met_by(replace(PAGE, started_at=instant(132)))
    assert INCIDENT.met_by(replace(PAGE, started_at=instant(132), resolution=timedelta(minutes=5)))
    assert not INCIDENT.met_by(replace(PAGE, started_at=instant(50), ended_at=instant(97)))
    assert INCIDENT.met_by(replace(PAGE, started_at=instant(50), ended_at=None))


def test_the_delay_counts_from_the_incident_and_a_page_that_was_there_has_none() -> None:
    (met,) = meetings([INCIDENT], [PAGE])
    assert met.delay == timedelta(minutes=5)
    (early,) = meetings([INCIDENT], [replace(PAGE, started_at=instant(90))])
    assert early.delay == timedelta(0)
    (missed,) = meetings([INCIDENT], [replace(PAGE, severity=Severity.TICKET)])
    assert (missed.page, missed.delay) == (None, None)
    assert missed.first is not None


def test_a_policy_in_numbers() -> None:
    ticket = replace(
        PAGE, severity=Severity.TICKET, began_by=Transition.DEESCALATE, started_at=instant(140), ended_at=None
    )
    false = replace(PAGE, alert=2, started_at=instant(500), ended_at=instant(510))
    silent = replace(PAGE, kind=AlertKind.NO_DATA, severity=Severity.TICKET)
    lived = [Lived(QUICK, (PAGE, ticket, false, silent), Known({60: 60}), 1)]
    period = Period(instant(0), instant(14 * 1440))
    missed = KnownIncident(instant(2000), instant(2010))
    outside = KnownIncident(instant(-20), instant(-10))
    summary = backtest_of(lived, period, [INCIDENT, missed, outside]).summary
    assert (summary.pages.count, summary.pages.per_week, summary.pages.false) == (2, 1.0, 1)
    assert summary.pages.time_firing == timedelta(minutes=47)
    assert summary.pages.precision == 0.5
    assert (summary.tickets.count, summary.tickets.precision, summary.no_data) == (0, None, 1)
    assert (summary.recall, summary.missed) == (0.5, 1)
    assert summary.detection == timedelta(minutes=5)
    assert summary.budget_at_detection == 0.02
    assert is_false(false, [INCIDENT])


def test_without_incidents_nothing_is_said_of_precision_and_delays_count_from_the_burn() -> None:
    summary = backtest_of([Lived(QUICK, (PAGE,), Known({60: 60}), 1)], Period(instant(0), instant(1440)), None).summary
    assert (summary.pages.false, summary.pages.precision, summary.recall, summary.missed) == (None, None, None, None)
    assert summary.detection == timedelta(minutes=3)
