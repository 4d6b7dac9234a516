"""The overview: every service, and what needs attention first."""

from collections.abc import Sequence

from sloguard.dashboards import annotations, queries
from sloguard.dashboards.board import (
    OBJECTIVES,
    OVERVIEW_UID,
    TAG,
    UID_PREFIX,
    Board,
    dashboards_link,
    datasource_variable,
    label_variable,
    own_pages_links,
    service_uid,
)
from sloguard.dashboards.courses import BUDGET_HEIGHT, alerts, budget_and_burn
from sloguard.dashboards.panels import COUNT_STEPS, HEALTH_STEPS, PLAIN_UNIT, Frame, Panel, Query, stat
from sloguard.dashboards.slo_table import slo_table
from sloguard.model.settings import Configuration
from sloguard.promql import names

_SCOPE = f'{names.LABEL_SERVICE}=~"$service",{names.LABEL_NAME}=~"$slo"'
_OF_SERVICE = f'{names.LABEL_SERVICE}=~"$service"'
_SLO_LEGEND = f"{{{{{names.LABEL_ID}}}}}"
_SERVICE_LEGEND = f"{{{{{names.LABEL_SERVICE}}}}}"

_TABLE = Frame(
    "SLOs, the one that needs attention first",
    "Alerts first, then by the error budget that is left in the SLO's window. A burn rate of 1 spends the budget "
    "exactly by the end of the window. Click a service for its dashboard.",
    (0, 5, 24, 12),
)
_HEALTH = Frame(
    "Health of each service",
    "0 to 100: the budget that is left and the pace at which it is being spent. From 95 excellent, from 85 good, "
    "from 70 fair, below that poor.",
    (12, 0, 12, 5),
)


def overview(configuration: Configuration) -> Board:
    weights = [(slo.id, slo.weight) for slo in configuration.slos]
    health = Query(queries.service_health(_SCOPE, weights), _SERVICE_LEGEND)
    return Board(
        uid=OVERVIEW_UID,
        title="SLOs: overview",
        description="All service level objectives, the ones that need attention first.",
        panels=[
            *_counts(),
            stat(_HEALTH, health, PLAIN_UNIT, HEALTH_STEPS),
            slo_table(_TABLE, _SCOPE, _service_url(configuration)),
            *budget_and_burn(_SCOPE, _SLO_LEGEND, 17),
            alerts(_SCOPE, _SLO_LEGEND, 17 + BUDGET_HEIGHT, 9),
        ],
        variables=[
            datasource_variable(),
            label_variable("service", "Service", f"label_values({{{OBJECTIVES}}}, {names.LABEL_SERVICE})"),
            label_variable("slo", "SLO", f"label_values({{{OBJECTIVES},{_OF_SERVICE}}}, {names.LABEL_NAME})"),
        ],
        links=[*own_pages_links(configuration.web_url), dashboards_link()],
        annotations=[annotations.alerts(_SCOPE), annotations.deployments()],
        since="now-24h",
    )


def _service_url(configuration: Configuration) -> str:
    """Where the name of a service in the table leads: to its dashboard, or to a search for it where some service's
    address is a hash that Grafana cannot tell from the name.
    """
    direct = all(service_uid(service.name) == f"{UID_PREFIX}{service.name}" for service in configuration.services)
    name = "${__data.fields.Service}"
    return f"/d/{UID_PREFIX}{name}?${{__url_time_range}}" if direct else f"/dashboards?tag={TAG}&query={name}"


def _counts() -> Sequence[Panel]:
    level = queries.alert_level(_SCOPE)
    counts = (
        ("Pages", "SLOs whose alert calls somebody now.", f"count({level} == 3)"),
        ("Tickets", "SLOs whose alert asks for work in the next days.", f"count({level} == 2)"),
        ("Budgets spent", "SLOs that have no error budget left.", f"count({queries.budget_remaining(_SCOPE)} <= 0)"),
        (
            "Without data",
            "SLOs of which Prometheus knows no events in their window: nobody can say how they do.",
            f"count({queries.objective(_SCOPE)} unless {queries.success_ratio(_SCOPE)})",
        ),
    )
    return [
        stat(Frame(title, description, (3 * column, 0, 3, 5)), _count(expression), PLAIN_UNIT, COUNT_STEPS)
        for column, (title, description, expression) in enumerate(counts)
    ]


def _count(expression: str) -> Query:
    return Query(f"{expression}\nor\nvector(0)")
