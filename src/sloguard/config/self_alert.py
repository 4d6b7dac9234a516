"""When sloguard tells that it sees nothing itself."""

from datetime import timedelta

from sloguard.config.codes import alerting
from sloguard.config.report import Report
from sloguard.config.schema.alerting import NO_SELF_ALERT, SelfAlertEntry
from sloguard.model.duration import format_duration
from sloguard.model.policy import BlindnessPolicy, Severity

_LEAST = timedelta(minutes=1)


def blindness(entry: SelfAlertEntry | None, report: Report) -> BlindnessPolicy | None:
    """None if nobody wants to be told."""
    if entry is None:
        return BlindnessPolicy()
    if entry is NO_SELF_ALERT:
        return None
    if entry.after < _LEAST:
        least = format_duration(_LEAST)
        report.at(alerting.SILENCE, ("self_alert", "after"), f"after must be at least {least}", f"Use {least}.")
    return BlindnessPolicy(Severity(entry.severity), entry.after)
