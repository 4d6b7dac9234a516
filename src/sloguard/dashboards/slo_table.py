"""The table of SLOs: one line each, the one that needs attention first."""

from typing import Any

from grafanalib import core

from sloguard.dashboards import queries
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    DATASOURCE,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    RATIO_UNIT,
    Frame,
    Json,
    Panel,
    Query,
    Step,
    by_name,
    grid,
    targets,
)
from sloguard.promql import names

_BURN_STEPS = (Step("green"), Step("orange", 1), Step("red", 6))
_COLUMNS = ("Alert", "Budget left", "Burn rate, last hour", "Success ratio", "Objective")


def slo_table(frame: Frame, scope: str, service_url: str = "") -> Panel:
    """The SLOs of a scope. `service_url`, if given, is where a service's name leads; it may hold Grafana's fields."""
    columns = (
        queries.alert_level(scope),
        queries.budget_remaining(scope),
        queries.hourly_burn_rate(scope),
        queries.success_ratio(scope),
        queries.objective(scope),
    )
    return core.Table(
        title=frame.title,
        description=frame.description,
        gridPos=grid(*frame.position),
        dataSource=DATASOURCE,
        targets=targets([Query(expression) for expression in columns], instant=True, table=True),
        transformations=_transformations(),
        overrides=_overrides(service_url),
        filterable=True,
        sortBy=[core.TableSortByField("Alert", desc=True), core.TableSortByField("Budget left", desc=False)],
    )


def _transformations() -> list[Json]:
    """Lines with the same labels become one; labels come first."""
    values = {f"Value #{chr(ord('A') + number)}": column for number, column in enumerate(_COLUMNS)}
    renamed = {names.LABEL_SERVICE: "Service", names.LABEL_NAME: "SLO", **values}
    return [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"Time": True, names.LABEL_ID: True},
                "indexByName": {name: position for position, name in enumerate(renamed)},
                "renameByName": renamed,
            },
        },
    ]


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
