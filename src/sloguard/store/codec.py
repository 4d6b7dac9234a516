"""Alerts and incidents as JSON text, and back. Decimals are strings, instants RFC 3339, durations microseconds.

Keys that came later are read with `get`: an older sloguard may have written the text.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

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
from sloguard.presentation.words import rfc3339

_MICROSECOND = timedelta(microseconds=1)

_Json = Mapping[str, Any]


def alert_to_json(alert: Alert) -> str:
    return _text(
        {
            "severity": alert.severity.value,
            "started_at": rfc3339(alert.started_at),
            "reason": _reason_to_json(alert.reason),
            "clear_since": _instant(alert.clear_since),
            "crossed": sorted(map(str, alert.crossed)),
            "kind": alert.kind.value,
            "flapping": alert.flapping,
            "quiet": quiet_to_json(alert.quiet) if alert.quiet else None,
            "acknowledged": _acknowledged_to_json(alert.acknowledged) if alert.acknowledged else None,
        }
    )


def alert_from_json(text: str) -> Alert:
    """Raises ValueError, KeyError or TypeError if the text is not what `alert_to_json` writes."""
    value = orjson.loads(text)
    return Alert(
        severity=Severity(value["severity"]),
        started_at=datetime.fromisoformat(value["started_at"]),
        reason=_reason_from_json(value["reason"]),
        clear_since=_read_instant(value["clear_since"]),
        crossed=frozenset(map(Decimal, value.get("crossed", ()))),
        kind=AlertKind(value.get("kind", AlertKind.OBJECTIVE)),
        flapping=value.get("flapping", False),
        quiet=quiet_from_json(quiet) if (quiet := value.get("quiet")) else None,
        acknowledged=_acknowledged_from_json(ack) if (ack := value.get("acknowledged")) else None,
    )


def incident_to_json(incident: Incident) -> str:
    return _text(
        {
            "slo_id": incident.slo_id,
            "service": incident.service,
            "slo_name": incident.slo_name,
            "description": incident.description,
            "owner": incident.owner,
            "severity": incident.severity.value,
            "firing": incident.firing,
            "started_at": rfc3339(incident.started_at),
            "updated_at": rfc3339(incident.updated_at),
            "summary": incident.summary,
            "reason": incident.reason,
            "objective_ratio": _digits(incident.objective_ratio),
            "success_ratio": incident.success_ratio,
            "budget_remaining_ratio": incident.budget_remaining_ratio,
            "time_to_exhaustion": _microseconds(incident.time_to_exhaustion),
            "contributors": [_contributor_to_json(contributor) for contributor in incident.contributors],
            "runbook_url": incident.runbook_url,
            "dashboard_url": incident.dashboard_url,
            "kind": incident.kind.value,
            "others": [_other_to_json(other) for other in incident.others],
            "acknowledged_by": incident.acknowledged_by,
        }
    )


def incident_from_json(text: str) -> Incident:
    """Raises ValueError, KeyError or TypeError if the text is not what `incident_to_json` writes."""
    value = orjson.loads(text)
    return Incident(
        slo_id=value["slo_id"],
        service=value["service"],
        slo_name=value["slo_name"],
        description=value["description"],
        owner=value["owner"],
        severity=Severity(value["severity"]),
        firing=value["firing"],
        started_at=datetime.fromisoformat(value["started_at"]),
        updated_at=datetime.fromisoformat(value["updated_at"]),
        summary=value["summary"],
        reason=value["reason"],
        objective_ratio=_decimal(value["objective_ratio"]),
        success_ratio=value["success_ratio"],
        budget_remaining_ratio=value["budget_remaining_ratio"],
        time_to_exhaustion=_duration(value["time_to_exhaustion"]),
        contributors=tuple(_contributor_from_json(contributor) for contributor in value["contributors"]),
        runbook_url=value["runbook_url"],
        dashboard_url=value["dashboard_url"],
        kind=AlertKind(value.get("kind", AlertKind.OBJECTIVE)),
        others=tuple(_other_from_json(other) for other in value.get("others", ())),
        acknowledged_by=value.get("acknowledged_by", ""),
    )


def quiet_to_json(quiet: Quiet) -> _Json:
    return {
        "reason": quiet.reason.value,
        "source": quiet.source,
        "detail": quiet.detail,
        "until": _instant(quiet.until),
    }


def quiet_from_json(value: _Json) -> Quiet:
    return Quiet(QuietReason(value["reason"]), value["source"], value["detail"], _read_instant(value["until"]))


def _acknowledged_to_json(acknowledged: Acknowledgement) -> _Json:
    return {
        "author": acknowledged.author,
        "at": rfc3339(acknowledged.at),
        "severity": acknowledged.severity.value,
        "started_at": rfc3339(acknowledged.started_at),
        "note": acknowledged.note,
    }


def _acknowledged_from_json(value: _Json) -> Acknowledgement:
    return Acknowledgement(
        value["author"],
        datetime.fromisoformat(value["at"]),
        Severity(value["severity"]),
        datetime.fromisoformat(value["started_at"]),
        value["note"],
    )


def _other_to_json(other: OtherAlert) -> _Json:
    return {
        "slo_id": other.slo_id,
        "kind": other.kind.value,
        "severity": other.severity.value,
        "state": other.state.value,
        "summary": other.summary,
    }


def _other_from_json(value: _Json) -> OtherAlert:
    return OtherAlert(
        value["slo_id"],
        AlertKind(value["kind"]),
        Severity(value["severity"]),
        OtherState(value["state"]),
        value["summary"],
    )


def _reason_to_json(reason: Reason) -> _Json:
    return {
        "code": reason.code.value,
        "long": _microseconds(reason.long),
        "short": _microseconds(reason.short),
        "factor": _digits(reason.factor),
        "long_burn_rate": reason.long_burn_rate,
        "short_burn_rate": reason.short_burn_rate,
        "success_ratio": reason.success_ratio,
        "remaining_ratio": reason.remaining_ratio,
        "threshold_ratio": _digits(reason.threshold_ratio),
        "ends_in": _microseconds(reason.ends_in),
        "limit": _microseconds(reason.limit),
        "last_seen_at": _instant(reason.last_seen_at),
    }


def _reason_from_json(value: _Json) -> Reason:
    return Reason(
        code=ReasonCode(value["code"]),
        long=_duration(value["long"]),
        short=_duration(value["short"]),
        factor=_decimal(value["factor"]),
        long_burn_rate=value["long_burn_rate"],
        short_burn_rate=value["short_burn_rate"],
        success_ratio=value.get("success_ratio"),
        remaining_ratio=value.get("remaining_ratio"),
        threshold_ratio=_decimal(value.get("threshold_ratio")),
        ends_in=_duration(value.get("ends_in")),
        limit=_duration(value.get("limit")),
        last_seen_at=_read_instant(value.get("last_seen_at")),
    )


def _contributor_to_json(contributor: Contributor) -> _Json:
    return {
        "label": contributor.label,
        "value": contributor.value,
        "bad_share_ratio": contributor.bad_share_ratio,
        "total_share_ratio": contributor.total_share_ratio,
    }


def _contributor_from_json(value: _Json) -> Contributor:
    return Contributor(value["label"], value["value"], value["bad_share_ratio"], value["total_share_ratio"])


def _microseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // _MICROSECOND


def _duration(microseconds: int | None) -> timedelta | None:
    return None if microseconds is None else microseconds * _MICROSECOND


def _digits(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _decimal(digits: str | None) -> Decimal | None:
    return None if digits is None else Decimal(digits)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _read_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _text(value: _Json) -> str:
    return orjson.dumps(value).decode()
