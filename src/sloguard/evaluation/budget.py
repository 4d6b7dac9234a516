"""The error budget: what of it is spent, and when it ends at the present pace."""

from datetime import timedelta
from decimal import Decimal

from sloguard.model.measurement import Counts
from sloguard.model.status import ErrorBudget


def error_budget(counts: Counts, budget_ratio: Decimal) -> ErrorBudget:
    """Consumed is bad / ((1 - objective) · total) over the SLO's window; without events nothing is spent."""
    allowed = float(budget_ratio) * counts.total
    return ErrorBudget(budget_ratio, counts.bad / allowed if allowed else 0.0)


def time_to_exhaustion(budget: ErrorBudget, burn_rate: float | None, window: timedelta) -> timedelta | None:
    """The remaining ratio · window / burn rate. None when nothing is left, or it is not spent too fast (burn <= 1)."""
    if burn_rate is None or burn_rate <= 1 or budget.remaining_ratio <= 0:
        return None
    return window * (budget.remaining_ratio / burn_rate)
