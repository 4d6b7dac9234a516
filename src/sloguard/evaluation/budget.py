"""The error budget: what of it is spent, and when it ends at the present pace."""

from datetime import datetime, timedelta
from decimal import Decimal

from sloguard.evaluation.windows import span
from sloguard.model.measurement import Counts
from sloguard.model.status import ErrorBudget
from sloguard.model.window import CalendarWindow, Window


def error_budget(counts: Counts, budget_ratio: Decimal) -> ErrorBudget:
    """Consumed is bad / ((1 - objective) · total) over the SLO's window; without events nothing is spent."""
    allowed = float(budget_ratio) * counts.total
    return ErrorBudget(budget_ratio, counts.bad / allowed if allowed else 0.0)


def time_to_exhaustion(budget: ErrorBudget, burn_rate: float | None, window: timedelta) -> timedelta | None:
    """The remaining ratio · window / burn rate. None when nothing is left, or it is not spent too fast (burn <= 1)."""
    if burn_rate is None or burn_rate <= 1 or budget.remaining_ratio <= 0:
        return None
    return window * (budget.remaining_ratio / burn_rate)


def budget_ends_in(budget: ErrorBudget, burn_rate: float | None, window: Window, now: datetime) -> timedelta | None:
    """`time_to_exhaustion`; None as well where a calendar period ends first, and its budget begins anew."""
    ends_in = time_to_exhaustion(budget, burn_rate, window.nominal)
    if ends_in is None or not isinstance(window, CalendarWindow):
        return ends_in
    return ends_in if ends_in <= span(window, now).end_at - now else None
