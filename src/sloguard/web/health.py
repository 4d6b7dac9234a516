"""Whether the daemon itself works: for people, for load balancers and for whoever restarts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import assert_never

from fastapi import FastAPI, Response
from starlette.responses import JSONResponse

from sloguard.ports import DaemonView, HealthCheck, Leadership
from sloguard.presentation.leadership_words import leadership_words
from sloguard.presentation.words import rfc3339

_NOTHING_YET = "Nothing has been evaluated yet."


class DaemonHealth(StrEnum):
    OK = "ok"
    STARTING = "starting"
    """Every part works, and nothing has been evaluated yet."""
    DEGRADED = "degraded"
    """At least one part does not work."""
    STANDBY = "standby"
    """Every part works, and another daemon evaluates on the same store."""


@dataclass(frozen=True, slots=True)
class _Condition:
    """What a daemon says of itself at one moment."""

    leadership: Leadership
    checks: Sequence[HealthCheck]
    as_of: datetime | None
    """Of the newest evaluation of its own."""

    @classmethod
    def of(cls, view: DaemonView) -> "_Condition":
        leadership, checks = view.leadership(), view.checks()
        # Probes come often, and the status of one that stands by is read from the store.
        report = view.status() if leadership.leads else None
        return cls(leadership, checks, report.as_of if report is not None else None)

    @property
    def faults(self) -> list[str]:
        return [f"{check.name}: {check.detail}" for check in self.checks if not check.ok]

    @property
    def health(self) -> DaemonHealth:
        if self.faults:
            return DaemonHealth.DEGRADED
        if not self.leadership.leads:
            return DaemonHealth.STANDBY
        return DaemonHealth.STARTING if self.as_of is None else DaemonHealth.OK

    @property
    def summary(self) -> dict[str, str | None]:
        as_of = None if self.as_of is None else rfc3339(self.as_of)
        return {"status": self.health.value, "as_of": as_of, "evaluates": self.leadership.holder}


def add_health(app: FastAPI, view: DaemonView) -> None:
    @app.get("/health", summary="One word: ok, starting, standby or degraded")
    def health() -> JSONResponse:
        return JSONResponse(_Condition.of(view).summary)

    # On the event loop itself, so that it answers even when every worker thread is busy.
    @app.get("/health/live", summary="200 as long as the process serves")
    async def live() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get(
        "/health/ready",
        summary="200 if every part works and a status exists, or another daemon evaluates",
        responses={503: {"description": "Not ready; `reasons` says why"}},
    )
    def ready() -> Response:
        now = _Condition.of(view)
        match now.health:
            case DaemonHealth.OK:
                return JSONResponse({"status": "ready", "reasons": []})
            case DaemonHealth.STANDBY:
                # A rolling update waits for the new one to be ready before it stops the old one, which evaluates.
                return JSONResponse({"status": "standby", "reasons": [leadership_words(now.leadership)]})
            case DaemonHealth.STARTING | DaemonHealth.DEGRADED:
                missing = [_NOTHING_YET] if now.leadership.leads and now.as_of is None else []
                answer = {"status": "not_ready", "reasons": [*now.faults, *missing]}
                return JSONResponse(answer, HTTPStatus.SERVICE_UNAVAILABLE)
            case _:
                assert_never(now.health)

    @app.get("/health/detailed", summary="Every part with what is known of it")
    def detailed() -> JSONResponse:
        now = _Condition.of(view)
        parts = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in now.checks]
        return JSONResponse({**now.summary, "checks": parts})
