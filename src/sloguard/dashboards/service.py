"""A service's dashboard: how it does as a whole, then each SLO in detail."""

from collections.abc import Sequence
from datetime import timedelta

from sloguard.dashboards import annotations, queries
from sloguard.dashboards.board import (
    OBJECTIVES,
    OVERVIEW_UID,
    Board,
    board_link,
    dashboards_link,
    datasource_variable,
    funnels_uid,
    label_variable,
    own_pages_links,
    service_uid,
    web_link,
)
from sloguard.dashboards.courses import BUDGET_HEIGHT, alerts, budget_and_burn
from sloguard.dashboards.panels import (
    HEALTH_STEPS,
    LEVEL_MAPPINGS,
    LEVEL_STEPS,
    PLAIN_UNIT,
    Frame,
    Panel,
    Query,
    row,
    stat,
    text,
)
from sloguard.dashboards.prose import is_web_address, link, markdown, plain
from sloguard.dashboards.slo_details import slo_panels
from sloguard.dashboards.slo_table import slo_table
from sloguard.model.slo import Service, Slo
from sloguard.presentation import words
from sloguard.promql import names

_NAME_LEGEND = f"{{{{{names.LABEL_NAME}}}}}"
_ALERTS_HEIGHT = 8
_COURSES_Y = 13
_DETAILS_Y = _COURSES_Y + BUDGET_HEIGHT + _ALERTS_HEIGHT

_HEALTH = Frame("Health", "0 to 100: the budget that is left and the pace at which it is being spent.", (0, 0, 4, 4))
_ALERT = Frame("Alert", "The most severe alert of the service right now.", (4, 0, 4, 4))
_ABOUT = Frame("About", "What the service is for, who answers for it, and what to do.", (8, 0, 16, 4))
_TABLE = Frame(
    "SLOs, the one that needs attention first",
    "Alerts first, then by the error budget that is left in the SLO's window. A burn rate of 1 spends the budget "
    "exactly by the end of the window. Details are in the rows at the bottom.",
    (0, 4, 24, _COURSES_Y - 4),
)


def service_board(service: Service, slice_length: timedelta, web_url: str = "") -> Board:
    details = [
        row(_row_title(slo), y, slo_panels(slo, slice_length, y + 1), collapsed=True)
        for y, slo in enumerate(service.slos, _DETAILS_Y)
    ]
    runbook = [web_link("Runbook", service.runbook_url)] if is_web_address(service.runbook_url) else []
    funnels = [board_link("Funnels", funnels_uid(service.name))] if service.funnels else []
    scope = queries.service_scope(service.name)
    return Board(
        uid=service_uid(service.name),
        title=f"SLOs: {service.name}",
        description=plain(service.description) or plain(f"Whether {service.name} keeps its objectives."),
        panels=[*_summary(service), *details],
        variables=[
            datasource_variable(),
            label_variable("slo", "SLO", f"label_values({{{OBJECTIVES},{scope}}}, {names.LABEL_NAME})"),
        ],
        links=[
            board_link("Overview", OVERVIEW_UID),
            *funnels,
            *runbook,
            *own_pages_links(web_url),
            dashboards_link(),
        ],
        annotations=[annotations.alerts(scope), annotations.deployments(plain(service.name))],
    )


def _row_title(slo: Slo) -> str:
    return plain(f"{slo.name}: {words.percent(slo.objective_ratio)} good over {words.window(slo.window)}")


def _summary(service: Service) -> Sequence[Panel]:
    whole = queries.service_scope(service.name)
    health = queries.service_health(whole, [(slo.id, slo.weight) for slo in service.slos])
    alert = Query(f"max({queries.alert_level(whole)})")
    scope = queries.chosen_slos(service.name)
    return [
        stat(_HEALTH, Query(health), PLAIN_UNIT, HEALTH_STEPS),
        stat(_ALERT, alert, PLAIN_UNIT, LEVEL_STEPS, LEVEL_MAPPINGS),
        text(_ABOUT, _about(service)),
        slo_table(_TABLE, scope),
        *budget_and_burn(scope, _NAME_LEGEND, _COURSES_Y),
        alerts(scope, _NAME_LEGEND, _COURSES_Y + BUDGET_HEIGHT, _ALERTS_HEIGHT),
    ]


def _about(service: Service) -> str:
    lines = [
        f"**{markdown(service.name)}**" + (f": {markdown(service.description)}" if service.description else ""),
        f"Owner: {markdown(service.owner)}" if service.owner else "",
        link("Runbook", service.runbook_url) if service.runbook_url else "",
    ]
    return "\n\n".join(line for line in lines if line)
