"""An SLO's state, budget, end and alert in plain words: the same on the page and in the terminal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from sloguard.model.alert import Alert, Reason, ReasonCode
from sloguard.model.measurement import NoData, NoDataReason
from sloguard.model.policy import Severity
from sloguard.model.status import SloState, SloStatus
from sloguard.model.window import CalendarWindow
from sloguard.presentation.words import budget_left, duration, instant, percent, rate, rate_in_column

HOUR = timedelta(hours=1)
_FAR_AWAY = timedelta(days=365)

ADJUSTED_MARK = " *"
"""Stands after a number that exclusions or corrections have changed."""
STATE_WORDS = {
    SloState.OK: "OK",
    SloState.BURNING: "Burning",
    SloState.EXHAUSTED: "Exhausted",
    SloState.NO_DATA: "No data",
}
SEVERITY_WORDS = {Severity.PAGE: "Page", Severity.TICKET: "Ticket", Severity.INFO: "Info"}
REASON_WORDS = {
    ReasonCode.WITHIN_OBJECTIVE: "within the objective",
    ReasonCode.NOT_SIGNIFICANT: "above its threshold by too few events to tell from chance",
    ReasonCode.HOLDING: "no longer above its threshold, held a while before it resolves",
    ReasonCode.FLAPPING: "no longer above its threshold, but it came and went too often to call it over",
    ReasonCode.RECOVERED: "recovered",
    ReasonCode.BUDGET_ENDED: "the error budget is gone",
    ReasonCode.DATA_RETURNED: "data are back",
    ReasonCode.SEES_AGAIN: "sloguard evaluates again",
    ReasonCode.NEVER_SEEN: "nothing has ever been seen",
    ReasonCode.NO_DATA: "frozen: no data tells whether it goes on",
    ReasonCode.REMOVED: "the SLO is no longer declared, or its group is gone",
}
"""Of the codes that say all without numbers."""


def state_words(slo: SloStatus) -> str:
    """The state, why it is not known, and who was told: `Burning (page)`, `No data: no sample seen yet`."""
    why = why_unknown_words(slo)
    told = told_words(slo)
    return f"{state_word(slo)}{f': {why}' if why else ''}{f' ({told})' if told else ''}"


def state_word(slo: SloStatus) -> str:
    """`OK`, `No data`; where numbers are shown that nothing is decided by, `Provisional` or `Burning, provisional`."""
    if slo.no_data is not None and slo.no_data.reason is NoDataReason.PROVISIONAL:
        return "Provisional"
    return STATE_WORDS[slo.state] + (", provisional" if slo.provisional and slo.no_data is None else "")


def why_unknown_words(slo: SloStatus) -> str:
    """Why nothing is known of its window, or only something provisional; empty where it is known."""
    if slo.no_data is not None and slo.no_data.reason is not NoDataReason.PROVISIONAL:
        return no_data_words(slo.no_data)
    if slo.provisional is None:
        return ""
    words = f"{percent(round(slo.provisional.replayed_ratio, 2))} of the history is replayed so far"
    return words if slo.provisional.counts is not None else f"{words}, and what is shown is that part alone"


def told_words(slo: SloStatus) -> str:
    """Its firing alerts, most urgent first, and what people have said of them: `page, acknowledged`."""
    alerts = sorted(slo.alerts, key=lambda alert: alert.severity.rank, reverse=True)
    return ", ".join(dict.fromkeys(word for alert in alerts for word in _told(alert)))


def _told(alert: Alert) -> Iterator[str]:
    yield alert.severity.value
    if alert.quiet is not None:
        yield alert.quiet.reason.value.replace("_", " ")
    if alert.acknowledged is not None:
        yield "acknowledged"


def no_data_words(no_data: NoData) -> str:
    match no_data.reason:
        case NoDataReason.NEVER_SEEN if no_data.covered:
            return f"no sample seen before {instant(no_data.covered.start_at)}"
        case NoDataReason.NEVER_SEEN:
            return "no sample seen yet"
        case NoDataReason.NOT_COUNTED:
            return "outside of the ledger" if no_data.covered else "not counted yet"
        case NoDataReason.STALE:
            return "samples have stopped arriving"
        case NoDataReason.LOW_COVERAGE:
            return f"only {percent(no_data.coverage_ratio)} of the window was seen"
        case NoDataReason.PROVISIONAL:
            return f"{percent(round(no_data.coverage_ratio, 2))} of the history is replayed so far"
        case _ as never:
            assert_never(never)


def success_words(slo: SloStatus) -> str:
    """The success ratio; `≈` where the counts are approximate, `*` where they are adjusted."""
    return _marked(percent(slo.success_ratio), slo)


def budget_left_words(slo: SloStatus) -> str:
    """The error budget that is left, signed: `28 %`, overspent `−72.8 %`; `≈` where approximate, `*` where adjusted."""
    if slo.budget is None:
        return "–"
    return _marked(percent(slo.budget.remaining_ratio), slo)


def budget_sentence(slo: SloStatus) -> str:
    """The same as half a sentence: `28 % of the error budget is left`; empty where it is not known."""
    if slo.budget is None:
        return ""
    return budget_left(slo.budget.remaining_ratio, lambda ratio: _marked(percent(ratio), slo))


def burn_1h_words(slo: SloStatus) -> str:
    return rate_in_column(slo.burn_rates.get(HOUR))


def _marked(text: str, slo: SloStatus) -> str:
    if text == "–":
        return text
    return f"{'≈ ' if slo.approximate else ''}{text}{ADJUSTED_MARK if slo.adjusted else ''}"


def end_words(slo: SloStatus) -> str:
    """In how long the budget ends if the pace of burning stays: `5 h 10 min`; `–` where the pace is not known.

    Where data are complete and nothing happened in the last hour, nothing is spent.
    """
    if slo.budget is None:
        return "–"
    if slo.budget.remaining_ratio <= 0:
        return "used up"
    if slo.time_to_exhaustion is None:
        return "–" if slo.no_data is not None and slo.burn_rates.get(HOUR) is None else "not at this pace"
    if slo.time_to_exhaustion > _FAR_AWAY:
        return "over a year"
    return duration(slo.time_to_exhaustion)


def end_at_words(slo: SloStatus, as_of: datetime) -> str:
    """The instant at which it then ends: `2026-11-22 08:10 UTC`; empty where `end_words` is no length of time."""
    left = slo.time_to_exhaustion
    if slo.budget is None or slo.budget.remaining_ratio <= 0 or left is None or left > _FAR_AWAY:
        return ""
    return instant(as_of + left)


def period_words(slo: SloStatus) -> str:
    """The budget spent against the time gone, of a calendar window: `28 % spent, 71 % of the month gone`."""
    if slo.period is None or not isinstance(slo.window, CalendarWindow):
        return ""
    gone = f"{percent(slo.period.elapsed_ratio)} of the {slo.window.period} gone"
    if slo.budget is None:
        return gone
    return f"{_marked(percent(slo.budget.consumed_ratio), slo)} spent, {gone}"


def alert_words(alert: Alert, as_of: datetime) -> str:
    """Why and since when: `burning 16.2 × over 1 h and … (threshold 14.4 ×), since … (20 min ago)`.

    Of an alert for want of data one instant is enough: that of the last data, not when the alert began.
    """
    reason = reason_words(alert.reason)
    if alert.reason.last_seen_at is not None:
        return f"{reason}{_ago(as_of - alert.reason.last_seen_at)}"
    return f"{reason}, since {instant(alert.started_at)}{_ago(as_of - alert.started_at)}"


def _ago(length: timedelta) -> str:
    return f" ({duration(length)} ago)" if length > timedelta(0) else ""


def reason_words(reason: Reason) -> str:
    match reason.code:
        case ReasonCode.BURNING:
            return _burning_words(reason)
        case ReasonCode.SUCCESS_LOW:
            over = f" over {duration(reason.long)}" if reason.long else ""
            return f"{percent(reason.success_ratio)} good{over}{_threshold(reason)}"
        case ReasonCode.BUDGET_LOW:
            return f"{budget_left(reason.remaining_ratio)}{_threshold(reason)}"
        case ReasonCode.BUDGET_ENDS_SOON:
            return f"the error budget ends in {duration(reason.ends_in)} at this pace"
        case ReasonCode.DATA_STOPPED | ReasonCode.BLIND as code:
            what = "nothing seen" if code is ReasonCode.DATA_STOPPED else "no complete evaluation"
            return f"{what} since {instant(reason.last_seen_at)}" if reason.last_seen_at else f"{what} yet"
        case other:
            return REASON_WORDS[other]


def _threshold(reason: Reason) -> str:
    return "" if reason.threshold_ratio is None else f" (threshold {percent(reason.threshold_ratio)})"


def _burning_words(reason: Reason) -> str:
    pairs = ((reason.long, reason.long_burn_rate), (reason.short, reason.short_burn_rate))
    parts = [f"{rate(burn)} over {duration(window)}" for window, burn in pairs if window and burn is not None]
    threshold = "" if reason.factor is None else f" (threshold {rate(float(reason.factor))})"
    return f"burning {' and '.join(parts)}{threshold}" if parts else f"burning its error budget{threshold}"
