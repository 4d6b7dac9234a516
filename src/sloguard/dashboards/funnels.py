"""The dashboard of a service's funnels: how many take each step, and how many of them go on."""

from collections.abc import Iterator, Sequence

from sloguard.dashboards import annotations
from sloguard.dashboards import funnel_queries as queries
from sloguard.dashboards.board import (
    OVERVIEW_UID,
    Board,
    board_link,
    dashboards_link,
    datasource_variable,
    funnels_uid,
    own_pages_links,
    service_uid,
)
from sloguard.dashboards.panels import (
    PLAIN_UNIT,
    RATE_UNIT,
    RATIO_UNIT,
    Frame,
    Json,
    Panel,
    Query,
    Step,
    by_name,
    merged,
    row,
    stat,
    table,
    time_series,
    value_column,
)
from sloguard.dashboards.prose import markdown, plain
from sloguard.dashboards.queries import service_scope
from sloguard.model.funnel import Funnel
from sloguard.model.slo import Service

_WIDTH = 12
_HEIGHT = 9
_STAT_WIDTH = 6
_HEADING = 3
"""Of a table, with its title, in the grid's units; each line takes about one more."""
_COLUMNS = ("Events", "Of the first step", "Of the step before", "Dropped off before it")
_SHARE_STEPS = (Step("red"), Step("orange", 0.5), Step("green", 0.8))


def funnel_board(service: Service, web_url: str = "") -> Board:
    scope = service_scope(service.name)
    return Board(
        uid=funnels_uid(service.name),
        title=f"SLOs: funnels of {service.name}",
        description="How many take each step, and how many of them go on to the next. No objective is about it.",
        panels=list(_panels(service.funnels)),
        variables=[datasource_variable()],
        links=[
            board_link("Overview", OVERVIEW_UID),
            board_link("Service", service_uid(service.name)),
            *own_pages_links(web_url),
            dashboards_link(),
        ],
        annotations=[annotations.alerts(scope), annotations.deployments(plain(service.name))],
        since="now-24h",
    )


def _panels(funnels: Sequence[Funnel]) -> Iterator[Panel]:
    y = 0
    for funnel in funnels:
        height = _HEADING + len(funnel.steps)
        yield row(plain(f"Funnel: {funnel.name}"), y, [], collapsed=False)
        yield _steps(funnel, (0, y + 1, 24 - _STAT_WIDTH, height))
        yield _overall(funnel, (24 - _STAT_WIDTH, y + 1, _STAT_WIDTH, height))
        yield _rates(funnel, (0, y + 1 + height, _WIDTH, _HEIGHT))
        yield _conversions(funnel, (_WIDTH, y + 1 + height, _WIDTH, _HEIGHT))
        y += 1 + height + _HEIGHT


def _steps(funnel: Funnel, position: tuple[int, int, int, int]) -> Panel:
    about = (
        f"{markdown(funnel.description)} Events within the time shown above. Who is still on the way counts as dropped "
        "off, and one who takes a step twice counts twice: shares may exceed 100 %."
    )
    expressions = (
        queries.events_by_step(funnel),
        queries.share_of_first(funnel),
        queries.share_of_step_before(funnel),
        queries.dropped(funnel),
    )
    values = {value_column(number): column for number, column in enumerate(_COLUMNS)}
    return table(
        Frame("From step to step", about.strip(), position),
        expressions,
        merged({queries.STEP_LABEL: "Step", **values}),
        _columns(),
        sort_by=[("Step", False)],
    )


def _columns() -> Sequence[Json]:
    gauge = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
    thresholds = {"mode": "absolute", "steps": [step.json() for step in _SHARE_STEPS]}
    share: Json = {"unit": RATIO_UNIT, "decimals": 1, "min": 0, "max": 1, "color": {"mode": "thresholds"}}
    share |= {"thresholds": thresholds, "custom.cellOptions": gauge}
    whole: Json = {"unit": PLAIN_UNIT, "decimals": 0}
    events, of_first, of_before, dropped = _COLUMNS
    return [by_name(events, whole), by_name(of_first, share), by_name(of_before, share), by_name(dropped, whole)]


def _overall(funnel: Funnel, position: tuple[int, int, int, int]) -> Panel:
    first, last = plain(funnel.steps[0].name), plain(funnel.steps[-1].name)
    about = f"Events of “{markdown(last)}” for each of “{markdown(first)}”, within the time shown above."
    return stat(
        Frame("From the first step to the last", about, position),
        Query(queries.overall(funnel)),
        RATIO_UNIT,
        (Step("blue"),),
        decimals=1,
        without_data="nobody came",
    )


def _rates(funnel: Funnel, position: tuple[int, int, int, int]) -> Panel:
    asked = [
        Query(queries.events_rate(step), queries.step_title(number, step))
        for number, step in enumerate(funnel.steps, 1)
    ]
    frame = Frame("Events by step", "Per second, over 5 minutes before each moment.", position)
    return time_series(frame, asked, RATE_UNIT, options={"axisSoftMin": 0})


def _conversions(funnel: Funnel, position: tuple[int, int, int, int]) -> Panel:
    asked = [
        Query(queries.conversion(step, before), queries.step_title(number, step))
        for number, (before, step) in enumerate(zip(funnel.steps, funnel.steps[1:], strict=False), 2)
    ]
    about = "How many of those at the step before went on to this one, in the hour before each moment."
    return time_series(
        Frame("Conversion from the step before", about, position), asked, RATIO_UNIT, options={"axisSoftMin": 0}
    )
