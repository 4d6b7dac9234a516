"""How several SLOs have done over time: budget, burn rate, alerts."""

from collections.abc import Sequence

from sloguard.dashboards import queries
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    RATIO_UNIT,
    Frame,
    Panel,
    Query,
    Step,
    state_timeline,
    time_series,
)

BUDGET_HEIGHT = 10
_BURN_STEPS = (Step("green"), Step("orange", 1))


def budget_and_burn(scope: str, legend: str, y: int) -> Sequence[Panel]:
    """Two panels side by side, `BUDGET_HEIGHT` high."""
    budget = Frame(
        "Error budget left",
        "Share of the bad events that the objective allows in its window and that have not happened yet. Below zero "
        "the objective is missed.",
        (0, y, 12, BUDGET_HEIGHT),
    )
    burn = Frame(
        "Burn rate over the last hour",
        "How many times faster than allowed the budget is being spent. At 1 it lasts exactly for the window.",
        (12, y, 12, BUDGET_HEIGHT),
    )
    rates = [Query(queries.hourly_burn_rate(scope), legend)]
    return [
        time_series(budget, [Query(queries.budget_remaining(scope), legend)], RATIO_UNIT, BUDGET_STEPS),
        time_series(burn, rates, BURN_UNIT, _BURN_STEPS, {"axisSoftMin": 0}),
    ]


def alerts(scope: str, legend: str, y: int, height: int) -> Panel:
    frame = Frame("Alerts", "When each SLO alerted, and how urgently.", (0, y, 24, height))
    return state_timeline(frame, Query(queries.alert_level(scope), legend))
