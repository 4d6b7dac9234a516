"""Which objective to begin with: the nearest step below what is reached today, with some budget left."""

from datetime import timedelta
from decimal import Decimal

from sloguard.evaluation.tiers import standard_tiers
from sloguard.live.amounts import alertable
from sloguard.model.settings import EvaluationSettings

STEPS = tuple(
    Decimal(each) for each in ("99.99", "99.95", "99.9", "99.5", "99", "98", "95", "90", "80", "70", "60", "50")
)
"""In percent."""
_MOST_SPENT = 0.8
"""An objective whose budget is spent on the first day teaches nobody anything."""


def proposed_objective(bad: float, total: float, hourly: float, window: timedelta) -> Decimal | None:
    """In percent; None where nothing sensible is met, or too little happens for any alert.

    Args:
        bad: events in the past that was looked at.
        total: events in the same time.
        hourly: events an hour now.
        window: the SLO's.
    """
    if total <= 0:
        return None
    for step in STEPS:
        budget_ratio = 1 - step / 100
        tiers = standard_tiers(budget_ratio, window, EvaluationSettings().slice)
        if bad <= _MOST_SPENT * float(budget_ratio) * total and alertable(tiers, budget_ratio, hourly):
            return step
    return None
