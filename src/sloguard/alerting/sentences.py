"""A reason in plain sentences: what is the matter, and the numbers that decided."""

from decimal import Decimal

from sloguard.model.alert import Reason, ReasonCode
from sloguard.presentation.words import budget_left, duration, instant, percent, rate

_PLAIN = {
    ReasonCode.WITHIN_OBJECTIVE: "The objective is met.",
    ReasonCode.BURNING: "The error budget is being spent too fast.",
    ReasonCode.SUCCESS_LOW: "The success ratio is far below the objective.",
    ReasonCode.BUDGET_LOW: "Little is left of the error budget.",
    ReasonCode.BUDGET_ENDS_SOON: "At this pace the error budget will not last.",
    ReasonCode.BUDGET_ENDED: "The error budget is gone: there is nothing left to foresee.",
    ReasonCode.NOT_SIGNIFICANT: "A limit is exceeded, by too few events to tell it from chance.",
    ReasonCode.HOLDING: "What raised the alert has passed, but not for long enough to call it over.",
    ReasonCode.FLAPPING: "It has come and gone too often within the hour: it is over once it stays calm.",
    ReasonCode.RECOVERED: "What raised the alert is over.",
    ReasonCode.NO_DATA: "Too little data to decide: the alert stays as it is.",
    ReasonCode.REMOVED: "It is no longer declared, or its group is gone, so its alert is closed.",
    ReasonCode.DATA_STOPPED: "Nobody knows how it is: without data an alert neither fires nor resolves.",
    ReasonCode.NEVER_SEEN: "Prometheus has never had a sample for it: the promise is not measured.",
    ReasonCode.DATA_RETURNED: "Data are there again.",
    ReasonCode.BLIND: "sloguard sees nothing: no alert fires or resolves.",
    ReasonCode.SEES_AGAIN: "sloguard evaluates again.",
}
_OF_BURN_RATES = {
    ReasonCode.HOLDING: "The burn rate has fallen, but not for long enough to call it over.",
    ReasonCode.RECOVERED: "The burn rate has stayed below its limit.",
}
"""Of the codes that say that a tier is no longer exceeded: one of its windows is below the limit."""


def reason_sentence(reason: Reason) -> str:
    """What is the matter, and which numbers decided."""
    plain = _PLAIN[reason.code]
    if reason.factor is not None:
        plain = _OF_BURN_RATES.get(reason.code, plain)
    if reason.code is ReasonCode.BUDGET_LOW and (reason.remaining_ratio or 0.0) < 0:
        plain = ""  # nothing is not little
    if reason.code in {ReasonCode.REMOVED, ReasonCode.BUDGET_ENDED}:
        return plain
    return " ".join(filter(None, (plain, _numbers(reason))))


def _numbers(reason: Reason) -> str:
    if reason.factor is not None:
        return _calmer_window(reason) if reason.code in _OF_BURN_RATES else _both_windows(reason, reason.factor)
    if reason.long is not None and reason.threshold_ratio is not None:
        over = f"over the last {duration(reason.long)}; the limit is {percent(reason.threshold_ratio)}."
        return f"{percent(reason.success_ratio)} good {over}"
    if reason.threshold_ratio is not None:
        left = budget_left(reason.remaining_ratio)
        return f"{left[0].upper()}{left[1:]}; the threshold is {percent(reason.threshold_ratio)}."
    if reason.long is not None and reason.limit is not None:
        return _forecast(reason)
    if reason.limit is not None:
        return _silence(reason)
    return ""


def _both_windows(reason: Reason, factor: Decimal) -> str:
    return (
        f"Burn rate {rate(reason.long_burn_rate)} over {duration(reason.long)} and "
        f"{rate(reason.short_burn_rate)} over {duration(reason.short)}; the limit is {rate(float(factor))}."
    )


def _calmer_window(reason: Reason) -> str:
    """The window that is below the limit; the other one may stay above it for long, which would only confuse."""
    if reason.short_burn_rate is None:
        return f"No event over {duration(reason.short)}."
    short, long = (reason.short_burn_rate, reason.short), (reason.long_burn_rate or 0.0, reason.long)
    burn, window = min(short, long, key=lambda seen: seen[0])
    return f"It is {rate(burn)} over {duration(window)}; the limit is {rate(float(reason.factor or 0))}."


def _forecast(reason: Reason) -> str:
    pace = (
        f"Burn rate {rate(reason.long_burn_rate)} over {duration(reason.long)}, {budget_left(reason.remaining_ratio)}"
    )
    if reason.ends_in is None:
        return f"{pace}."
    return f"{pace}: it ends in {duration(reason.ends_in)}; the limit is {duration(reason.limit)}."


def _silence(reason: Reason) -> str:
    limit = f"the limit is {duration(reason.limit)}."
    if reason.last_seen_at is None:
        return f"Nothing has been seen yet; {limit}"
    return f"Last seen at {instant(reason.last_seen_at)}; {limit}"
