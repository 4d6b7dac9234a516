"""Alerts and incidents come back from JSON as they went in."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.model.alert import (
    Alert,
    AlertKind,
    Contributor,
    Incident,
    OtherAlert,
    OtherState,
    Reason,
    ReasonCode,
)
from sloguard.model.policy import Severity
from sloguard.model.quiet import Acknowledgement, Quiet, QuietReason
from sloguard.store.codec import alert_from_json, alert_to_json, incident_from_json, incident_to_json
from tests.support.incidents import INCIDENT, alert

INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants bounds without a zone
DURATIONS = st.timedeltas(timedelta(0), timedelta(days=100_000))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
SEVERITIES = st.sampled_from(Severity)

REASONS = st.builds(
    Reason,
    st.sampled_from(ReasonCode),
    st.none() | DURATIONS,
    st.none() | DURATIONS,
    st.none() | DECIMALS,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
    st.none() | NUMBERS,
    st.none() | DECIMALS,
    st.none() | DURATIONS,
    st.none() | DURATIONS,
    st.none() | INSTANTS,
)
KINDS = st.sampled_from(AlertKind)
ALERTS = st.builds(
    Alert,
    SEVERITIES,
    INSTANTS,
    REASONS,
    st.none() | INSTANTS,
    st.frozensets(DECIMALS, max_size=3),
    KINDS,
    st.booleans(),
    st.none() | st.builds(Quiet, st.sampled_from(QuietReason), TEXTS, TEXTS, st.none() | INSTANTS),
    st.none() | st.builds(Acknowledgement, TEXTS, INSTANTS, SEVERITIES, INSTANTS, TEXTS),
)
OTHERS = st.builds(OtherAlert, TEXTS, KINDS, SEVERITIES, st.sampled_from(OtherState), TEXTS)
CONTRIBUTORS = st.builds(Contributor, TEXTS, TEXTS, NUMBERS, st.none() | NUMBERS)
INCIDENTS = st.builds(
    Incident,
    slo_id=TEXTS,
    service=TEXTS,
    slo_name=TEXTS,
    description=TEXTS,
    owner=TEXTS,
    severity=SEVERITIES,
    firing=st.booleans(),
    started_at=INSTANTS,
    updated_at=INSTANTS,
    summary=TEXTS,
    reason=TEXTS,
    objective_ratio=st.none() | DECIMALS,
    success_ratio=st.none() | NUMBERS,
    budget_remaining_ratio=st.none() | NUMBERS,
    time_to_exhaustion=st.none() | DURATIONS,
    contributors=st.lists(CONTRIBUTORS, max_size=3).map(tuple),
    runbook_url=TEXTS,
    dashboard_url=TEXTS,
    kind=KINDS,
    others=st.lists(OTHERS, max_size=2).map(tuple),
    acknowledged_by=TEXTS,
)


@given(ALERTS)
@settings(max_examples=100)
def test_an_alert_survives(value: Alert) -> None:
    assert alert_from_json(alert_to_json(value)) == value


@given(INCIDENTS)
@settings(max_examples=100)
def test_an_incident_survives(value: Incident) -> None:
    assert incident_from_json(incident_to_json(value)) == value


def test_a_decimal_keeps_its_digits() -> None:
    assert '"0.999"' in incident_to_json(INCIDENT)
    again = incident_from_json(incident_to_json(INCIDENT)).objective_ratio
    assert again is not None
    assert again.as_tuple() == Decimal("0.999").as_tuple()


def test_the_text_is_readable() -> None:
    assert json.loads(alert_to_json(alert())) == {
        "severity": "page",
        "started_at": "2026-11-22T12:00:00Z",
        "reason": {
            "code": "burning",
            "long": 3_600_000_000,
            "short": 300_000_000,
            "factor": "14.4",
            "long_burn_rate": 16.0,
            "short_burn_rate": 17.0,
            "success_ratio": None,
            "remaining_ratio": None,
            "threshold_ratio": None,
            "ends_in": None,
            "limit": None,
            "last_seen_at": None,
        },
        "clear_since": None,
        "crossed": [],
        "kind": "objective",
        "flapping": False,
        "quiet": None,
        "acknowledged": None,
    }


def test_what_an_older_sloguard_wrote_is_read() -> None:
    value = json.loads(alert_to_json(alert()))
    old = {"code", "long", "short", "factor", "long_burn_rate", "short_burn_rate"}
    value["reason"] = {name: number for name, number in value["reason"].items() if name in old}
    del value["crossed"], value["kind"], value["flapping"], value["quiet"], value["acknowledged"]
    value["notified"] = ["slack.oncall"]
    assert alert_from_json(json.dumps(value)) == alert()
    incident = json.loads(incident_to_json(INCIDENT))
    del incident["kind"], incident["others"], incident["acknowledged_by"]
    assert incident_from_json(json.dumps(incident)) == INCIDENT


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null"])
def test_other_text_is_refused(text: str) -> None:
    for read in (alert_from_json, incident_from_json):
        with pytest.raises((ValueError, KeyError, TypeError)):
            read(text)
