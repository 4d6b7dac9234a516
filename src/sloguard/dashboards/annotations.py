"""What is marked in all panels of a dashboard: when alerts fired, and when something was deployed."""

from sloguard.dashboards.panels import DATASOURCE, Json
from sloguard.promql import names
from sloguard.promql.text import quote

DEPLOYMENT_TAG = "deployment"
"""What a pipeline tags its annotations with; Grafana itself keeps them."""
_GRAFANA = {"type": "grafana", "uid": "-- Grafana --"}
_STEP = "60s"


def alerts(scope: str) -> Json:
    """SLOs' alerts, whoever raised them: the rules or the daemon."""
    rules = f'ALERTS{{{scope},alertname={quote(names.ALERT_BURN)},alertstate="firing"}}'
    daemon = f"{names.METRIC_ALERT}{{{scope}}} > 0"
    labels = f"{names.LABEL_ID}, {names.LABEL_SEVERITY}"
    title = f"{{{{{names.LABEL_ID}}}}}: {{{{{names.LABEL_SEVERITY}}}}}"
    return _prometheus("Alerts", f"max by ({labels}) (\n{rules}\nor\n{daemon}\n)", title, names.LABEL_SEVERITY)


def own_alerts() -> Json:
    """Alerts about sloguard itself."""
    firing = f'ALERTS{{alertname=~{quote(f"{names.OWN_ALERT_PREFIX}.+")},alertstate="firing"}}'
    expression = f"max by (alertname, {names.LABEL_SEVERITY}) ({firing})"
    return _prometheus("Alerts", expression, "{{alertname}}", names.LABEL_SEVERITY)


def deployments(*services: str) -> Json:
    """Annotations that bear the tag `deployment`, and the service's name if it is given."""
    return {
        "name": "Deployments",
        "datasource": _GRAFANA,
        "enable": True,
        "hide": False,
        "iconColor": "blue",
        "type": "tags",
        "target": {"type": "tags", "tags": [DEPLOYMENT_TAG, *services], "matchAny": False, "limit": 100},
    }


def _prometheus(name: str, expression: str, title: str, tags: str) -> Json:
    return {
        "name": name,
        "datasource": DATASOURCE,
        "enable": True,
        "hide": False,
        "iconColor": "red",
        "expr": expression,
        "step": _STEP,
        "titleFormat": title,
        "tagKeys": tags,
        "useValueForTime": False,
    }
