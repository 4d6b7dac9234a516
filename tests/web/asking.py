"""An application over a view that the test writes, and a way to ask it without a network."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from sloguard.errors import StoreError
from sloguard.model.adjustment import AdjustmentRecord
from sloguard.model.daily import BudgetHistory
from sloguard.model.status import StatusReport
from sloguard.ports import HealthCheck, Leadership
from sloguard.web import create_app
from tests.presentation.reports import every_state

WELL = (HealthCheck("prometheus", ok=True, detail="Answers."), HealthCheck("store", ok=True, detail="Writable."))
AWAY = HealthCheck("prometheus", ok=False, detail="Connection refused by http://127.0.0.1:9090.")
THIS_ONE = Leadership(leads=True, holder="here:1:a")
NOBODY = Leadership(leads=False, holder=None)
ANOTHER = Leadership(leads=False, holder="there:4242:b")


@dataclass(frozen=True, slots=True)
class View:
    """What a daemon would show at one moment."""

    report: StatusReport | None
    parts: Sequence[HealthCheck] = WELL
    leader: Leadership = THIS_ONE

    def leadership(self) -> Leadership:
        return self.leader

    def status(self) -> StatusReport | None:
        return self.report

    def checks(self) -> Sequence[HealthCheck]:
        return self.parts


class BrokenView(View):
    """A daemon with a programming error."""

    def status(self) -> StatusReport | None:
        raise LookupError("an internal detail")


@dataclass(frozen=True, slots=True)
class Past:
    """What a store would tell of the past."""

    days: BudgetHistory | None = None
    records: Sequence[AdjustmentRecord] = ()

    def history(self, slo_id: str, days: int) -> BudgetHistory | None:
        if self.days is None or slo_id != self.days.slo.id:
            return None
        return replace(self.days, days=self.days.days[-days:])

    def adjustments(self) -> Sequence[AdjustmentRecord]:
        return self.records


class AwayPast(Past):
    """A store that cannot be read."""

    def history(self, slo_id: str, days: int) -> BudgetHistory | None:
        raise StoreError(f"The store is locked: {slo_id} over {days} d.")

    def adjustments(self) -> Sequence[AdjustmentRecord]:
        raise StoreError("The store is locked.")


RUNNING = View(every_state())
STARTING = View(None)


def app_of(view: View = RUNNING, past: Past | None = None) -> FastAPI:
    return create_app(view, CollectorRegistry(), past or Past())


def ask(app: FastAPI, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> httpx.Response:
    """The answer to one request. Errors that the application lets through become its 500 answer, as on a server."""

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://sloguard.test") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(request())
