"""Whether an alert fires, changes its severity, goes on or resolves, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.signals import Signal
from sloguard.model.alert import Alert, AlertDecision, AlertKind, Reason, ReasonCode, Transition

RISES = frozenset({Transition.FIRE, Transition.ESCALATE})
"""Transitions that call somebody."""

_UNDECIDED = frozenset({Verdict.UNKNOWN, Verdict.IDLE})
"""Verdicts that are no sign of recovery."""

_LAST = timedelta(days=10_000)
"""Stands in for the window of a signal that has none: it comes after those that have."""

FLAPS = 3
"""An alert that has fired so often within `FLAP_WINDOW`, and fires again, is flapping."""
FLAP_WINDOW = timedelta(hours=1)
CALM = timedelta(minutes=30)
"""How long an alert that is flapping must have been clear before it is over."""

_NOTHING = AlertDecision(Transition.NONE, Reason(ReasonCode.WITHIN_OBJECTIVE), None)


def decide(
    previous: Alert | None,
    signals: Sequence[Signal],
    now: datetime,
    kind: AlertKind = AlertKind.OBJECTIVE,
    fired: Collection[datetime] = (),
) -> AlertDecision:
    """What an evaluation does to an alert.

    The most severe signal that fires sets the severity. An alert that has cleared is held before it resolves or
    falls to a lower severity; while a signal that could keep it lacks data, it stays as it is.

    Args:
        previous: the alert as it stands.
        signals: the readings of its policy.
        now: the instant that is judged.
        kind: of the alert.
        fired: when alerts of this kind have fired or escalated before, as far as that is known.
    """
    decision = _decide(previous, signals, now, kind)
    alert = decision.alert
    if alert is None:
        return decision
    if decision.transition in RISES:
        alert = replace(alert, flapping=alert.flapping or sum(now - at < FLAP_WINDOW for at in fired) >= FLAPS)
    alert = replace(alert, crossed=_crossed(previous, signals))
    return decision if alert == decision.alert else replace(decision, alert=alert)


def remove(previous: Alert) -> AlertDecision:
    """Nothing watches for it any more: what was said to fire is said to be over."""
    return AlertDecision(Transition.RESOLVE, replace(previous.reason, code=ReasonCode.REMOVED), None)


def _decide(previous: Alert | None, signals: Sequence[Signal], now: datetime, kind: AlertKind) -> AlertDecision:
    firing = _most_severe_firing(signals)
    if previous is None:
        return _quiet(signals) if firing is None else _fire(firing, now, kind)
    if firing is None or firing.severity.rank < previous.severity.rank:
        return _keep_or_lower(previous, firing, signals, now)
    transition = Transition.NONE if firing.severity is previous.severity else Transition.ESCALATE
    if transition is Transition.NONE:
        newly = _newly_crossed(previous, signals)
        transition, firing = (Transition.WORSEN, newly) if newly else (transition, firing)
    alert = replace(previous, severity=firing.severity, reason=firing.reason, clear_since=None)
    return AlertDecision(transition, firing.reason, alert)


def _fire(firing: Signal, now: datetime, kind: AlertKind) -> AlertDecision:
    return AlertDecision(Transition.FIRE, firing.reason, Alert(firing.severity, now, firing.reason, kind=kind))


def _quiet(signals: Sequence[Signal]) -> AlertDecision:
    for verdict, code in (
        (Verdict.NOT_SIGNIFICANT, ReasonCode.NOT_SIGNIFICANT),
        (Verdict.UNKNOWN, ReasonCode.NO_DATA),
    ):
        for signal in signals:
            if signal.verdict is verdict:
                return AlertDecision(Transition.NONE, replace(signal.reason, code=code), None)
    return _NOTHING


def _keep_or_lower(previous: Alert, firing: Signal | None, signals: Sequence[Signal], now: datetime) -> AlertDecision:
    keepers = [signal for signal in signals if signal.severity.rank >= previous.severity.rank]
    source = next((keeper for keeper in keepers if keeper.reason.source == previous.reason.source), None)
    undecided = next(
        (each for each in keepers if each.verdict in _UNDECIDED and (each.holds_others or each is source)), None
    )
    if undecided is not None:
        code = ReasonCode.NO_DATA if undecided.verdict is Verdict.UNKNOWN else ReasonCode.HOLDING
        reason = replace(undecided.reason, code=code)
        return AlertDecision(Transition.NONE, reason, replace(previous, clear_since=None))
    clear_since = previous.clear_since or now
    usual = _hold(source, keepers)
    if now - clear_since < (max(usual, CALM) if previous.flapping else usual):
        code = ReasonCode.HOLDING if now - clear_since < usual else ReasonCode.FLAPPING
        held = replace(previous, clear_since=clear_since)
        return AlertDecision(Transition.NONE, replace(previous.reason, code=code), held)
    if firing is None:
        return AlertDecision(Transition.RESOLVE, _recovered(previous, source), None)
    lowered = replace(previous, severity=firing.severity, reason=firing.reason, clear_since=None)
    return AlertDecision(Transition.DEESCALATE, firing.reason, lowered)


def _hold(source: Signal | None, keepers: Iterable[Signal]) -> timedelta:
    """As long as the signal that fired asks for; the longest of its severity if that signal is gone."""
    if source is not None:
        return source.hold
    return max((keeper.hold for keeper in keepers), default=timedelta(0))


def _recovered(previous: Alert, source: Signal | None) -> Reason:
    if source is None:
        return replace(previous.reason, code=ReasonCode.RECOVERED)
    return replace(source.reason, code=source.recovered)


def _most_severe_firing(signals: Iterable[Signal]) -> Signal | None:
    firing = [signal for signal in signals if signal.verdict is Verdict.FIRING]
    return max(firing, key=_urgency, default=None)


def _urgency(signal: Signal) -> tuple[int, timedelta, Decimal]:
    """The severest first; among equals the shortest window: it shows best what goes on now; then the lowest limit."""
    reason = signal.reason
    return signal.severity.rank, -(reason.long or _LAST), -(reason.threshold_ratio or Decimal(0))


def _newly_crossed(previous: Alert, signals: Iterable[Signal]) -> Signal | None:
    """The lowest threshold of the budget that was crossed since, if its severity is the alert's."""
    found = [
        signal
        for signal in signals
        if signal.reason.code is ReasonCode.BUDGET_LOW
        and signal.verdict is Verdict.FIRING
        and signal.severity is previous.severity
        and signal.reason.threshold_ratio not in previous.crossed
    ]
    return max(found, key=_urgency, default=None)


def _crossed(previous: Alert | None, signals: Iterable[Signal]) -> frozenset[Decimal]:
    """The thresholds of the budget that are crossed now; what cannot be told stays as it was."""
    before = previous.crossed if previous else frozenset[Decimal]()
    return frozenset(
        limit
        for signal in signals
        if signal.reason.code is ReasonCode.BUDGET_LOW and (limit := signal.reason.threshold_ratio) is not None
        if signal.verdict is Verdict.FIRING or (signal.verdict is Verdict.UNKNOWN and limit in before)
    )
