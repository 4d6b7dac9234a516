"""Whether the daemon itself works: for people, for load balancers and for whoever restarts it."""

from collections.abc import Sequence
from enum import StrEnum
from http import HTTPStatus

from fastapi import FastAPI, Response
from starlette.responses import JSONResponse

from sloguard.model.status import StatusReport
from sloguard.ports import DaemonView, HealthCheck
from sloguard.presentation.words import rfc3339


class DaemonHealth(StrEnum):
    OK = "ok"
    STARTING = "starting"
    """Every part works, and nothing has been evaluated yet."""
    DEGRADED = "degraded"
    """At least one part does not work."""


def daemon_health(report: StatusReport | None, checks: Sequence[HealthCheck]) -> DaemonHealth:
    if not all(check.ok for check in checks):
        return DaemonHealth.DEGRADED
    return DaemonHealth.STARTING if report is None else DaemonHealth.OK


def reasons_not_ready(report: StatusReport | None, checks: Sequence[HealthCheck]) -> list[str]:
    """Why the status must not be relied on, in plain sentences; empty if it may be."""
    reasons = [f"{check.name}: {check.detail}" for check in checks if not check.ok]
    return reasons if report is not None else [*reasons, "Nothing has been evaluated yet."]


def add_health(app: FastAPI, view: DaemonView) -> None:
    @app.get("/health", summary="One word: ok, starting or degraded")
    def health() -> JSONResponse:
        return JSONResponse(_summary(view.status(), view.checks()))

    # On the event loop itself, so that it answers even when every worker thread is busy.
    @app.get("/health/live", summary="200 as long as the process serves")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get(
        "/health/ready",
        summary="200 if every part works and a status exists",
        responses={503: {"description": "Not ready; `reasons` says why"}},
    )
    def ready() -> Response:
        reasons = reasons_not_ready(view.status(), view.checks())
        if reasons:
            return JSONResponse({"status": "not_ready", "reasons": reasons}, HTTPStatus.SERVICE_UNAVAILABLE)
        return JSONResponse({"status": "ready", "reasons": []})

    @app.get("/health/detailed", summary="Every part with what is known of it")
    def detailed() -> JSONResponse:
        checks = view.checks()
        parts = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
        return JSONResponse({**_summary(view.status(), checks), "checks": parts})


def _summary(report: StatusReport | None, checks: Sequence[HealthCheck]) -> dict[str, str | None]:
    as_of = None if report is None else rfc3339(report.as_of)
    return {"status": daemon_health(report, checks).value, "as_of": as_of}
