"""Panels in one style: a title, a sentence that explains it, a unit, and colours that mean the same everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grafanalib import core

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATIO_UNIT = "percentunit"
BURN_UNIT = "suffix: ×"
RATE_UNIT = "suffix: /s"
SECONDS_UNIT = "s"
PLAIN_UNIT = "short"

Panel = Any
"""One of grafanalib's, which have no types."""
Json = dict[str, Any]

_LEGEND_CALCS = ["lastNotNull"]
_MAX_POINTS = 700
_LEGEND_SHOWN: Json = {"options": {"legend": {"showLegend": True}}}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a panel says about itself, and where it stands on a grid that is 24 wide."""

    title: str
    description: str
    position: tuple[int, int, int, int]
    """x, y, width, height."""
    links: Sequence[Json] = ()
    """In the panel's corner."""


@dataclass(frozen=True, slots=True)
class Query:
    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A colour from a value up; None is where the scale begins."""

    color: str
    value: float | None = None

    def json(self) -> Json:
        return {"color": self.color, "value": self.value}


BUDGET_STEPS = (Step("red"), Step("orange", 0), Step("green", 0.25))
HEALTH_STEPS = (Step("red"), Step("orange", 70), Step("yellow", 85), Step("green", 95))
COUNT_STEPS = (Step("green"), Step("red", 1))
LEVEL_STEPS = (Step("green"), Step("blue", 1), Step("orange", 2), Step("red", 3))
LEVEL_MAPPINGS = [
    {
        "type": "value",
        "options": {
            "0": {"text": "none", "color": "green", "index": 0},
            "1": {"text": "info", "color": "blue", "index": 1},
            "2": {"text": "ticket", "color": "orange", "index": 2},
            "3": {"text": "page", "color": "red", "index": 3},
        },
    }
]


def targets(queries: Sequence[Query], *, instant: bool = False, table: bool = False) -> list[Any]:
    return [
        core.Target(
            expr=query.expression,
            legendFormat=query.legend or "__auto",
            refId=chr(ord("A") + number),
            instant=instant,
            format="table" if table else "time_series",
            intervalFactor=1,
            datasource=DATASOURCE,
        )
        for number, query in enumerate(queries)
    ]


def time_series(
    frame: Frame,
    queries: Sequence[Query],
    unit: str,
    steps: Sequence[Step] = (),
    options: Mapping[str, Any] | None = None,
) -> Panel:
    """Lines over time. Steps, if given, are drawn as dashed lines; `options` are grafanalib's."""
    return core.TimeSeries(
        **_common(frame),
        targets=targets(queries),
        unit=unit,
        thresholds=[step.json() for step in steps or (Step("green"),)],
        thresholdsStyleMode="dashed" if steps else "off",
        legendDisplayMode="table",
        legendCalcs=_LEGEND_CALCS,
        tooltipMode="multi",
        tooltipSort="desc",
        showPoints="never",
        maxDataPoints=_MAX_POINTS,
        extraJson=_LEGEND_SHOWN,
        **(options or {}),
    )


def stat(
    frame: Frame,
    query: Query,
    unit: str,
    steps: Sequence[Step],
    mappings: Sequence[Json] = (),
    *,
    decimals: int | None = None,
    without_data: str = "no data",
) -> Panel:
    """Big numbers, one for each series, coloured by the steps."""
    return core.Stat(
        **_common(frame),
        targets=targets([query], instant=True),
        format=unit,
        thresholds=[step.json() for step in steps],
        mappings=list(mappings),
        colorMode="background",
        graphMode="none",
        reduceCalc="lastNotNull",
        decimals=decimals,
        noValue=without_data,
        textMode="value_and_name" if query.legend else "value",
        extraJson={"fieldConfig": {"defaults": {"color": {"mode": "thresholds"}}}},
    )


def state_timeline(frame: Frame, query: Query) -> Panel:
    """One bar for each SLO: when it alerted, and how severely."""
    return core.StateTimeline(
        **_common(frame),
        targets=targets([query]),
        thresholds=[step.json() for step in LEVEL_STEPS],
        mappings=LEVEL_MAPPINGS,
        showValue="never",
        maxDataPoints=_MAX_POINTS,
        extraJson=_LEGEND_SHOWN | {"fieldConfig": {"defaults": {"unit": PLAIN_UNIT}}},
    )


def table(
    frame: Frame,
    expressions: Sequence[str],
    transformations: Sequence[Json],
    overrides: Sequence[Json],
    sort_by: Sequence[tuple[str, bool]] = (),
) -> Panel:
    """One line for each set of labels, one column for each expression.

    Args:
        frame: what it says about itself.
        expressions: of the columns `Value #A`, `Value #B`, …
        transformations: that make one table of them.
        overrides: of the columns.
        sort_by: columns, and whether they descend.
    """
    return core.Table(
        **_common(frame),
        targets=targets([Query(expression) for expression in expressions], instant=True, table=True),
        transformations=list(transformations),
        overrides=list(overrides),
        unit=PLAIN_UNIT,
        filterable=True,
        sortBy=[core.TableSortByField(column, desc=descending) for column, descending in sort_by],
    )


def merged(renamed: Mapping[str, str], hidden: Sequence[str] = ()) -> list[Json]:
    """Transformations: lines with the same labels become one, with these columns, in this order.

    Args:
        renamed: titles of columns by the names of labels and values.
        hidden: labels that are not shown.
    """
    return [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": dict.fromkeys(("Time", *hidden), True),
                "indexByName": {name: position for position, name in enumerate(renamed)},
                "renameByName": dict(renamed),
            },
        },
    ]


def value_column(number: int) -> str:
    """What Grafana calls the values of a table's query."""
    return f"Value #{chr(ord('A') + number)}"


def text(frame: Frame, markdown: str) -> Panel:
    return core.Text(title=frame.title, description=frame.description, gridPos=grid(*frame.position), content=markdown)


def row(title: str, y: int, panels: Sequence[Panel], *, collapsed: bool) -> Panel:
    return core.RowPanel(title=title, gridPos=grid(0, y, 24, 1), panels=list(panels), collapsed=collapsed)


def dashed(series: str, color: str = "text") -> Json:
    """An override: the series with this legend is a thin dashed line."""
    return by_name(
        series,
        {
            "custom.lineStyle": {"fill": "dash", "dash": [10, 10]},
            "custom.fillOpacity": 0,
            "color": {"mode": "fixed", "fixedColor": color},
        },
    )


def colored(series: str, color: str) -> Json:
    return by_name(series, {"color": {"mode": "fixed", "fixedColor": color}})


def by_name(name: str, properties: Mapping[str, Any]) -> Json:
    """An override of a field's display, by its name."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }


def grid(x: int, y: int, width: int, height: int) -> Panel:
    return core.GridPos(h=height, w=width, x=x, y=y)


def _common(frame: Frame) -> Json:
    return {
        "title": frame.title,
        "description": frame.description,
        "gridPos": grid(*frame.position),
        "dataSource": DATASOURCE,
        "links": list(frame.links),
    }
