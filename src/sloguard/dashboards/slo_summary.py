"""One SLO in four numbers: how it does, what is left, how long that lasts, and how fast it goes."""

from collections.abc import Sequence

from sloguard.dashboards import queries
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    RATIO_UNIT,
    SECONDS_UNIT,
    Frame,
    Panel,
    Query,
    Step,
    stat,
)
from sloguard.model.slo import Slo
from sloguard.presentation import words

HEIGHT = 4
_WIDTH = 6
_DAY_SECONDS = 86_400
_BURN_STEPS = (Step("green"), Step("orange", 1), Step("red", 6))
_NO_EVENTS = "no events in the last hour"
_LASTS_MAPPINGS = [
    {
        "type": "value",
        "options": {
            "0": {"text": "spent", "color": "red", "index": 0},
            str(int(queries.LONGEST_FORECAST.total_seconds())): {"text": "over a year", "color": "green", "index": 1},
        },
    }
]


def summary_panels(slo: Slo, top: int) -> Sequence[Panel]:
    """A line of four, `HEIGHT` high."""
    scope, window = queries.slo_scope(slo), slo.window.nominal
    over = words.window(slo.window)

    def frame(column: int, title: str, description: str) -> Frame:
        return Frame(title, description, (column * _WIDTH, top, _WIDTH, HEIGHT))

    return (
        stat(
            frame(
                0,
                f"Success ratio over {over}",
                f"Good events among all. {words.percent(slo.objective_ratio)} or more are promised.",
            ),
            Query(queries.success_ratio(scope)),
            RATIO_UNIT,
            (Step("red"), Step("green", float(slo.objective_ratio))),
            decimals=3,
        ),
        stat(
            frame(
                1, "Error budget left", "Share of the bad events that may happen. Below zero the objective is missed."
            ),
            Query(queries.budget_remaining(scope)),
            RATIO_UNIT,
            BUDGET_STEPS,
            decimals=1,
        ),
        stat(
            frame(
                2,
                "Budget lasts, at the pace of the last hour",
                "When the budget is spent if nothing changes. Budget that returns as old events leave the window is "
                "not taken into account.",
            ),
            Query(queries.budget_lasts(scope, window)),
            SECONDS_UNIT,
            (Step("red"), Step("orange", _DAY_SECONDS), Step("green", window.total_seconds() / 4)),
            _LASTS_MAPPINGS,
            decimals=1,
            without_data=_NO_EVENTS,
        ),
        stat(
            frame(3, "Burn rate over the last hour", "How many times faster than allowed the budget is being spent."),
            Query(queries.hourly_burn_rate(scope)),
            BURN_UNIT,
            _BURN_STEPS,
            decimals=2,
            without_data=_NO_EVENTS,
        ),
    )
