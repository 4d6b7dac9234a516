"""An application over a view that the test writes, and a way to ask it without a network."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from sloguard.model.status import StatusReport
from sloguard.ports import HealthCheck
from sloguard.web import create_app
from tests.presentation.reports import every_state

WELL = (HealthCheck("prometheus", ok=True, detail="Answers."), HealthCheck("store", ok=True, detail="Writable."))
AWAY = HealthCheck("prometheus", ok=False, detail="Connection refused by http://127.0.0.1:9090.")


@dataclass(frozen=True, slots=True)
class View:
    """What a daemon would show at one moment."""

    report: StatusReport | None
    parts: Sequence[HealthCheck] = WELL

    def status(self) -> StatusReport | None:
        return self.report

    def checks(self) -> Sequence[HealthCheck]:
        return self.parts


class BrokenView(View):
    """A daemon with a programming error."""

    def status(self) -> StatusReport | None:
        raise LookupError("an internal detail")


RUNNING = View(every_state())
STARTING = View(None)


def app_of(view: View = RUNNING) -> FastAPI:
    return create_app(view, CollectorRegistry())


def ask(app: FastAPI, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """The answer to one request. Errors that the application lets through become its 500 answer, as on a server."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://sloguard.test") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(request())
