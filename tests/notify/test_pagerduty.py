"""PagerDuty: what an event holds, and that an incident is one alert."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.receivers import PagerDutyStandIn
from sloguard.demo.receivers.pagerduty import AlertState
from sloguard.model.alert import AlertKind, Contributor, Incident, OtherAlert, OtherState
from sloguard.model.delivery import Delivered, DeliveryResult, Notification, NotificationKind, Rejected
from sloguard.model.policy import Severity
from sloguard.notify.pagerduty import PagerDuty
from tests.notify.matrix import ROUTING_KEY, pagerduty
from tests.support.incidents import INCIDENT, RESOLVED, entry

TRIGGER, UPDATE, RESOLVE = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE
KEY = "sloguard/onboarding/availability"


@pytest.fixture
def server() -> Iterator[PagerDutyStandIn]:
    with PagerDutyStandIn(routing_key=ROUTING_KEY) as stand_in:
        yield stand_in


@pytest.fixture
def receiver(server: PagerDutyStandIn) -> PagerDuty:
    return PagerDuty(pagerduty(server.url))


def send(receiver: PagerDuty, incident: Incident, kind: NotificationKind, key: str = KEY) -> DeliveryResult:
    return receiver.send(entry(Notification(receiver.name, key, kind, incident)))


def test_an_event_holds_what_is_known(server: PagerDutyStandIn, receiver: PagerDuty) -> None:
    assert send(receiver, INCIDENT, TRIGGER) == Delivered()
    (request,) = server.requests
    assert request.path == "/v2/enqueue"
    assert request.json == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": KEY,
        "client": "sloguard",
        "payload": {
            "summary": "1.6 % of the requests to onboarding fail; 0.1 % may.",
            "source": "onboarding/availability",
            "severity": "critical",
            "component": "availability",
            "group": "onboarding",
            "class": "error budget burn",
            "custom_details": {
                "what": "Requests to the onboarding API are answered without a server error.",
                "why": "Over 1 h the budget burns 16 × as fast as it may, over 5 min 17 ×.",
                "success_ratio_now": "98.4 %",
                "objective": "99.9 %",
                "budget_left": "28 %",
                "budget_ends_in": "5 h 10 min",
                "since": "2026-11-22 12:00 UTC",
                "owner": "growth",
                "contributors": "version=2.3.1: 91 % of bad, 12 % of all\nroute=/verify: 40 % of bad",
            },
        },
        "links": [
            {"href": "https://runbooks.example.com/onboarding", "text": "Runbook"},
            {"href": "https://grafana.example.com/d/onboarding?a=1&b=2", "text": "Dashboard"},
        ],
    }


@pytest.mark.parametrize(
    ("severity", "theirs"), [(Severity.PAGE, "critical"), (Severity.TICKET, "warning"), (Severity.INFO, "info")]
)
def test_severities(server: PagerDutyStandIn, receiver: PagerDuty, severity: Severity, theirs: str) -> None:
    send(receiver, replace(INCIDENT, severity=severity), TRIGGER)
    assert server.alerts[KEY].severity == theirs


def test_an_incident_is_one_alert_whatever_is_repeated(server: PagerDutyStandIn, receiver: PagerDuty) -> None:
    for kind in (TRIGGER, TRIGGER, UPDATE):
        assert send(receiver, INCIDENT, kind) == Delivered()
    assert (server.pages, server.alerts[KEY].state, server.alerts[KEY].events) == (1, AlertState.TRIGGERED, 3)
    for _ in range(2):
        assert send(receiver, RESOLVED, RESOLVE) == Delivered()
    assert server.alerts[KEY].state is AlertState.RESOLVED
    send(receiver, INCIDENT, TRIGGER)
    assert server.pages == 2


def test_an_acknowledgement_and_what_else_is_in_the_incident(server: PagerDutyStandIn, receiver: PagerDuty) -> None:
    other = OtherAlert("shop/b", AlertKind.OBJECTIVE, Severity.TICKET, OtherState.HELD_BACK, "shop/b: 98 % good")
    send(receiver, replace(INCIDENT, others=(other,)), TRIGGER)
    details = server.requests[-1].json["payload"]["custom_details"]
    assert details["also"] == "held back, depends on what fails here: shop/b: 98 % good"
    assert send(receiver, INCIDENT, NotificationKind.ACKNOWLEDGE) == Delivered()
    assert server.alerts[KEY].state is AlertState.ACKNOWLEDGED
    send(receiver, INCIDENT, NotificationKind.REMINDER)
    assert server.pages == 1


def test_what_pagerduty_refuses_is_rejected_with_its_words(server: PagerDutyStandIn) -> None:
    result = send(PagerDuty(pagerduty(server.url, routing_key="too-short")), INCIDENT, TRIGGER)
    assert result == Rejected(
        "PagerDuty answered 400 Bad Request: Event object is invalid: "
        "Length of 'routing_key' is incorrect (should be 32 characters)"
    )


def test_a_quoted_routing_key_is_blotted_out(server: PagerDutyStandIn, receiver: PagerDuty) -> None:
    server.fail_next(400, body=f'{{"message": "bad key {ROUTING_KEY}"}}'.encode())
    assert send(receiver, INCIDENT, TRIGGER) == Rejected("PagerDuty answered 400 Bad Request: bad key ***")


def test_without_a_routing_key_nobody_is_called(server: PagerDutyStandIn) -> None:
    result = send(PagerDuty(pagerduty(server.url, routing_key="")), INCIDENT, TRIGGER)
    assert result == Rejected("pagerduty.primary: the routing key is not configured")
    assert server.requests == ()


LONG = st.sampled_from(["", "x", "é" * 5_000, "🔥" * 30_000])


@given(
    incident=st.builds(
        replace,
        st.just(INCIDENT),
        summary=LONG,
        reason=LONG,
        description=LONG,
        owner=LONG,
        runbook_url=LONG,
        time_to_exhaustion=st.none(),
        success_ratio=st.none(),
        contributors=st.lists(st.builds(Contributor, LONG, LONG, st.just(0.5), st.none()), max_size=60).map(tuple),
    ),
    kind=st.sampled_from(NotificationKind),
)
@settings(max_examples=40, deadline=None)
def test_no_incident_exceeds_pagerdutys_limits(
    long_lived: tuple[PagerDutyStandIn, PagerDuty], incident: Incident, kind: NotificationKind
) -> None:
    server, receiver = long_lived
    assert send(receiver, incident, kind) == Delivered()
    assert len(server.requests[-1].body) < 524_288


@pytest.fixture(scope="module")
def long_lived() -> Iterator[tuple[PagerDutyStandIn, PagerDuty]]:
    with PagerDutyStandIn() as server:
        yield server, PagerDuty(pagerduty(server.url))


def test_only_its_own_warning_is_silenced() -> None:
    program = (
        "import warnings, sloguard.notify.pagerduty\nwarnings.warn('The package \"pdpyras\" is deprecated and so on')\n"
    )
    command = [sys.executable, "-W", "always", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = [line for line in done.stderr.splitlines() if "pdpyras" in line and "UserWarning" in line]
    assert [line.split(":")[0] for line in said] == ["<string>"]
