"""The table of SLOs: one line each, the one that needs attention first."""

from typing import Any

from sloguard.dashboards import queries
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    RATIO_UNIT,
    Frame,
    Json,
    Panel,
    Step,
    by_name,
    merged,
    table,
    value_column,
)
from sloguard.promql import names

_BURN_STEPS = (Step("green"), Step("orange", 1), Step("red", 6))
_COLUMNS = ("Alert", "Budget left", "Burn rate, last hour", "Success ratio", "Objective")


def slo_table(frame: Frame, scope: str, service_url: str = "") -> Panel:
    """The SLOs of a scope. `service_url`, if given, is where a service's name leads; it may hold Grafana's fields."""
    expressions = (
        queries.alert_level(scope),
        queries.budget_remaining(scope),
        queries.hourly_burn_rate(scope),
        queries.success_ratio(scope),
        queries.objective(scope),
    )
    values = {value_column(number): column for number, column in enumerate(_COLUMNS)}
    return table(
        frame,
        expressions,
        merged({names.LABEL_SERVICE: "Service", names.LABEL_NAME: "SLO", **values}, hidden=[names.LABEL_ID]),
        _overrides(service_url),
        sort_by=[("Alert", True), ("Budget left", False)],
    )


def _overrides(service_url: str) -> list[Json]:
    ratio: dict[str, Any] = {"unit": RATIO_UNIT, "decimals": 3}
    links = [{"title": "Open the service's dashboard", "url": service_url}] if service_url else []
    return [
        by_name("Service", {"links": links}),
        by_name("Alert", {"mappings": LEVEL_MAPPINGS, **_background(LEVEL_STEPS)}),
        by_name("Budget left", {"unit": RATIO_UNIT, "decimals": 1, **_background(BUDGET_STEPS)}),
        by_name("Burn rate, last hour", {"unit": BURN_UNIT, "decimals": 2, **_background(_BURN_STEPS)}),
        by_name("Success ratio", ratio),
        by_name("Objective", ratio),
    ]


def _background(steps: tuple[Step, ...]) -> Json:
    return {
        "custom.cellOptions": {"type": "color-background", "mode": "basic"},
        "thresholds": {"mode": "absolute", "steps": [step.json() for step in steps]},
        "color": {"mode": "thresholds"},
    }
