"""One alert per SLO: whether it fires, changes its severity, goes on or resolves, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sloguard.evaluation.burn import TierReading, Verdict
from sloguard.evaluation.tiers import hold
from sloguard.model.alert import Alert, AlertDecision, Reason, ReasonCode, Transition

_UNDECIDED = frozenset({Verdict.UNKNOWN, Verdict.IDLE})
"""Verdicts that are no sign of recovery."""


def decide(previous: Alert | None, readings: Sequence[TierReading], now: datetime) -> AlertDecision:
    """What an evaluation does to an SLO's alert.

    The most severe tier that fires sets the severity. An alert that has cleared is held before it resolves or
    falls to a lower severity; while a tier that could keep it lacks data, it stays as it is.
    """
    firing = _most_severe_firing(readings)
    if previous is None:
        return _quiet(readings) if firing is None else _fire(firing, now)
    if firing is None or firing.tier.severity.rank < previous.severity.rank:
        return _keep_or_lower(previous, firing, readings, now)
    transition = Transition.NONE if firing.tier.severity is previous.severity else Transition.ESCALATE
    reason = _reason(ReasonCode.BURNING, firing)
    alert = replace(previous, severity=firing.tier.severity, reason=reason, clear_since=None)
    return AlertDecision(transition, reason, alert)


def remove(previous: Alert) -> AlertDecision:
    """The SLO is no longer declared: what was said to fire is said to be over."""
    return AlertDecision(Transition.RESOLVE, replace(previous.reason, code=ReasonCode.REMOVED), None)


def _fire(firing: TierReading, now: datetime) -> AlertDecision:
    reason = _reason(ReasonCode.BURNING, firing)
    return AlertDecision(Transition.FIRE, reason, Alert(firing.tier.severity, now, reason))


def _quiet(readings: Sequence[TierReading]) -> AlertDecision:
    for verdict, code in (
        (Verdict.NOT_SIGNIFICANT, ReasonCode.NOT_SIGNIFICANT),
        (Verdict.UNKNOWN, ReasonCode.NO_DATA),
    ):
        for reading in readings:
            if reading.verdict is verdict:
                return AlertDecision(Transition.NONE, _reason(code, reading), None)
    return AlertDecision(Transition.NONE, Reason(ReasonCode.WITHIN_OBJECTIVE), None)


def _keep_or_lower(
    previous: Alert, firing: TierReading | None, readings: Sequence[TierReading], now: datetime
) -> AlertDecision:
    keepers = [reading for reading in readings if reading.tier.severity.rank >= previous.severity.rank]
    undecided = next((reading for reading in keepers if reading.verdict in _UNDECIDED), None)
    if undecided is not None:
        code = ReasonCode.NO_DATA if undecided.verdict is Verdict.UNKNOWN else ReasonCode.HOLDING
        return AlertDecision(Transition.NONE, _reason(code, undecided), replace(previous, clear_since=None))
    clear_since = previous.clear_since or now
    if now - clear_since < _hold(previous, keepers):
        held = replace(previous, clear_since=clear_since)
        return AlertDecision(Transition.NONE, replace(previous.reason, code=ReasonCode.HOLDING), held)
    if firing is None:
        return AlertDecision(Transition.RESOLVE, _recovered(previous, keepers), None)
    reason = _reason(ReasonCode.BURNING, firing)
    lowered = replace(previous, severity=firing.tier.severity, reason=reason, clear_since=None)
    return AlertDecision(Transition.DEESCALATE, reason, lowered)


def _hold(previous: Alert, keepers: Iterable[TierReading]) -> timedelta:
    """As long as the tier that fired asks for; the longest of its severity if that tier is gone."""
    holds = {reading.tier.long: hold(reading.tier) for reading in keepers}
    if previous.reason.long in holds:
        return holds[previous.reason.long]
    return max(holds.values(), default=timedelta(0))


def _recovered(previous: Alert, keepers: Iterable[TierReading]) -> Reason:
    for reading in keepers:
        if reading.tier.long == previous.reason.long:
            return _reason(ReasonCode.RECOVERED, reading)
    return replace(previous.reason, code=ReasonCode.RECOVERED)


def _most_severe_firing(readings: Iterable[TierReading]) -> TierReading | None:
    firing = [reading for reading in readings if reading.verdict is Verdict.FIRING]
    return max(firing, key=_urgency, default=None)


def _urgency(reading: TierReading) -> tuple[int, timedelta]:
    """The severest first; among equals the quickest tier, for its window shows best what goes on now."""
    return reading.tier.severity.rank, -reading.tier.long


def _reason(code: ReasonCode, reading: TierReading) -> Reason:
    return Reason(
        code,
        reading.tier.long,
        reading.tier.short,
        reading.tier.factor,
        reading.long_burn_rate,
        reading.short_burn_rate,
    )
