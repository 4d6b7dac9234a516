"""When the burn that an alert is about began."""

from datetime import datetime, timedelta

from sloguard.evaluation.measure import Observed
from sloguard.model.alert import Reason, ReasonCode
from sloguard.model.measurement import Counts, Measurement
from sloguard.model.slo import Slo
from sloguard.model.status import ErrorBudget

_FINEST_STEPS = 1_000
"""A window is looked through in at most about so many steps."""


def onset(slo: Slo, reason: Reason, observed: Observed) -> tuple[datetime, Counts] | None:
    """The instant since which the most bad events beyond the limit have come together, and the events since then.

    None if the reason looks at no window. Looked for within the longest window that decided, by cumulative sums (Page
    1954): adding good time before the burn lowers the sum, and so does leaving out some of the burn.
    """
    if reason.long is None:
        return None
    limit_ratio = _limit_ratio(slo, reason)
    step = observed.slice_length * max(1, round(reason.long / observed.slice_length / _FINEST_STEPS))
    best: tuple[float, datetime, Counts] | None = None
    back = timedelta(0)
    while back < reason.long:
        back += step
        since = observed.at - back
        seen = observed.since(since)
        if not isinstance(seen, Measurement):
            continue
        excess = seen.counts.bad - limit_ratio * seen.counts.total
        if best is None or excess > best[0]:
            best = excess, since, seen.counts
    return best[1:] if best else None


def consumed(counts: Counts, budget: ErrorBudget, whole: Counts) -> float | None:
    """What share of the budget of a whole window the events took; None without events."""
    allowed = float(budget.budget_ratio) * whole.total
    return counts.bad / allowed if allowed else None


def _limit_ratio(slo: Slo, reason: Reason) -> float:
    if reason.factor is not None:
        return float(reason.factor * slo.budget_ratio)
    if reason.code is ReasonCode.SUCCESS_LOW and reason.threshold_ratio is not None:
        return float(1 - reason.threshold_ratio)
    return float(slo.budget_ratio)
