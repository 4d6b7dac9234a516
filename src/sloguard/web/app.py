"""The application: which parts answer which paths."""

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from sloguard.ports import DaemonView, PastView
from sloguard.web.api import add_api
from sloguard.web.desk import Desk, add_desk
from sloguard.web.errors import add_error_handlers
from sloguard.web.health import add_health
from sloguard.web.http import BoundedBodies, HeadRequests, SecurityHeaders
from sloguard.web.metrics import StatusCollector, add_metrics
from sloguard.web.pages import add_pages
from sloguard.web.past import add_past


def create_app(view: DaemonView, registry: CollectorRegistry, past: PastView, desk: Desk | None = None) -> FastAPI:
    """Everything that the daemon serves. Registers the SLOs' metrics on `registry`, which `/metrics` exposes.

    Without a desk nobody can say anything about alerts, or see what was said.

    Raises:
        ValueError: the registry already has metrics of these names, for instance from another application.
    """
    # The interactive docs would load scripts from elsewhere; /openapi.json stays.
    app = FastAPI(title="sloguard", docs_url=None, redoc_url=None)
    registry.register(StatusCollector(view))
    add_pages(app, view)
    add_api(app, view)
    add_past(app, past, view)
    if desk is not None:
        add_desk(app, desk)
    add_health(app, view)
    add_metrics(app, registry)
    add_error_handlers(app)
    app.add_middleware(BoundedBodies)
    app.add_middleware(HeadRequests)
    app.add_middleware(SecurityHeaders)
    return app
