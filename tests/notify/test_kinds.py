"""Messages of alerts that are about no burn rate: silence, and sloguard itself."""

from dataclasses import replace

import pytest

from sloguard.alerting.incident import blind_incident
from sloguard.model.alert import Alert, AlertKind, Incident, Reason, ReasonCode
from sloguard.model.delivery import Notification, NotificationKind
from sloguard.model.policy import Severity
from sloguard.notify.slack_text import message
from sloguard.notify.wording import Wording
from tests.support.incidents import INCIDENT, NOON

BLIND = blind_incident(Alert(Severity.TICKET, NOON, Reason(ReasonCode.BLIND)), "Prometheus is away.", NOON)
SILENT = replace(INCIDENT, kind=AlertKind.NO_DATA, time_to_exhaustion=None, contributors=())


@pytest.mark.parametrize(
    ("incident", "facts"),
    [
        (BLIND, ["Since"]),
        (SILENT, ["Success ratio last known", "Objective", "Budget left", "Since", "Owner"]),
        (
            INCIDENT,
            ["Success ratio now", "Objective", "Budget left", "Budget ends in", "Since", "Owner"],
        ),
    ],
)
def test_slack_names_only_what_there_is(incident: Incident, facts: list[str]) -> None:
    blocks = message(Notification("slack.oncall", "k", NotificationKind.TRIGGER, incident), Wording()).blocks
    (fields,) = [block["fields"] for block in blocks if "fields" in block]
    assert [field["text"].split("\n")[0].strip("*") for field in fields] == facts
    assert not any("–" in field["text"] for field in fields)
