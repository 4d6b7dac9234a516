"""A backtest as the JSON document `sloguard/backtest/v1`. Absent numbers are null; nothing is rounded."""

import math
from datetime import timedelta
from decimal import Decimal

from sloguard.alerting.sentences import reason_sentence
from sloguard.backtest.firing import Firing
from sloguard.backtest.incidents import KnownIncident, Met, delay, is_false
from sloguard.backtest.limits import limits, shares_by_step
from sloguard.backtest.run import evaluation_step
from sloguard.backtest.summary import Backtest, Summary, Tally
from sloguard.model.alert import AlertKind, Reason
from sloguard.model.duration import format_duration
from sloguard.model.settings import EvaluationSettings
from sloguard.presentation.words import rfc3339

SCHEMA = "sloguard/backtest/v1"

Document = dict[str, object]


def backtest_document(
    judged: Backtest, evaluation: EvaluationSettings, current: Backtest | None = None, policy: str = "current"
) -> Document:
    """All that was found, of dicts, lists, strings, finite numbers, booleans and None only.

    Args:
        judged: the policy that was asked for.
        evaluation: how the daemon evaluates.
        current: the policy of today, if `judged` is a proposed one.
        policy: what the judged one is called.
    """
    document: Document = {
        "schema": SCHEMA,
        "alerts": [_alert(each, judged, evaluation) for each in judged.firings],
        "policy": policy,
        "since": rfc3339(judged.period.since),
        "until": rfc3339(judged.period.until),
        "step_seconds": evaluation_step(evaluation).total_seconds(),
        "evaluations": sum(each.evaluations for each in judged.lived),
        "slos": [each.slo.declared_id for each in judged.lived],
        "history": [
            {"step_seconds": length.total_seconds(), "share_ratio": share}
            for length, share in shares_by_step(judged).items()
        ],
        "limits": list(limits(judged, evaluation)),
        "summary": _summary(judged.summary),
        "incidents": None if judged.incidents is None else [_met(each) for each in judged.summary.met],
    }
    if current is not None:
        document["current"] = {
            "alerts": [_alert(each, current, evaluation) for each in current.firings],
            "summary": _summary(current.summary),
            "incidents": None if current.incidents is None else [_met(each) for each in current.summary.met],
        }
    return document


def _alert(firing: Firing, backtest: Backtest, evaluation: EvaluationSettings) -> Document:
    met = next((each for each in backtest.incidents or () if each.met_by(firing)), None)
    since = met.start_at if met else firing.detection.onset_at
    found = firing.detection
    is_call = firing.told and firing.kind is AlertKind.OBJECTIVE
    return {
        "slo": firing.slo_id,
        "severity": firing.severity.value,
        "started_at": rfc3339(firing.started_at),
        "ended_at": rfc3339(firing.ended_at) if firing.ended_at else None,
        "reason": firing.reason.code.value,
        "explanation": reason_sentence(firing.reason),
        "kind": firing.kind.value,
        "alert": firing.alert,
        "began_by": firing.began_by.value,
        "ended_by": firing.ended_by.value if firing.ended_by else None,
        "end_reason": firing.end_reason.code.value if firing.end_reason else None,
        "end_explanation": reason_sentence(firing.end_reason) if firing.end_reason else None,
        **_numbers(firing.reason),
        "onset_at": rfc3339(found.onset_at) if found.onset_at else None,
        "detection_delay_seconds": _seconds(delay(since, firing)) if is_call else None,
        "success_ratio": _number(found.success_ratio),
        "budget_consumed_ratio": _number(found.budget_consumed_ratio),
        "burn_consumed_ratio": _number(found.burn_consumed_ratio),
        "incident": _incident(met) if met else None,
        "false": is_false(firing, backtest.incidents) if is_call and backtest.incidents is not None else None,
        "resolution_seconds": firing.resolution.total_seconds(),
        "approximate": firing.resolution > evaluation_step(evaluation),
        "updates": [
            {
                "at": rfc3339(each.at),
                "reason": each.reason.code.value,
                "explanation": reason_sentence(each.reason),
                "threshold_ratio": _number(each.reason.threshold_ratio),
            }
            for each in firing.updates
        ],
    }


def _numbers(reason: Reason) -> Document:
    return {
        "long_window": format_duration(reason.long) if reason.long else None,
        "short_window": format_duration(reason.short) if reason.short else None,
        "factor": _number(reason.factor),
        "long_burn_rate": _number(reason.long_burn_rate),
        "short_burn_rate": _number(reason.short_burn_rate),
    }


def _summary(summary: Summary) -> Document:
    return {
        "pages": _tally(summary.pages),
        "tickets": _tally(summary.tickets),
        "no_data_alerts": summary.no_data,
        "recall": summary.recall,
        "missed": summary.missed,
        "median_detection_delay_seconds": _seconds(summary.detection),
        "median_burn_consumed_ratio": _number(summary.budget_at_detection),
    }


def _tally(tally: Tally) -> Document:
    return {
        "count": tally.count,
        "per_week": _number(tally.per_week),
        "seconds_firing": _seconds(tally.time_firing),
        "false": tally.false,
        "precision": tally.precision,
    }


def _met(met: Met) -> Document:
    return {
        **_incident(met.incident),
        "paged_at": rfc3339(met.page.started_at) if met.page else None,
        "paged_by": met.page.slo_id if met.page else None,
        "detection_delay_seconds": _seconds(met.delay),
        "burn_consumed_ratio": _number(met.page.detection.burn_consumed_ratio) if met.page else None,
        "first_severity": met.first.severity.value if met.first else None,
        "first_at": rfc3339(met.first.started_at) if met.first else None,
    }


def _incident(incident: KnownIncident) -> Document:
    return {
        "from": rfc3339(incident.start_at),
        "to": rfc3339(incident.end_at),
        "service": incident.service or None,
        "slo": incident.slo_id or None,
        "name": incident.name or None,
    }


def _number(value: float | Decimal | None) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
