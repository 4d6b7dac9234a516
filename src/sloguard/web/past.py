"""The past over HTTP: each SLO's budget day by day, and what was excluded and corrected."""

from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import FastAPI, Query, Request, Response

from sloguard.clock import utc_now
from sloguard.errors import SloguardError
from sloguard.ports import DaemonView, PastView
from sloguard.presentation.adjustments import records_document
from sloguard.presentation.history_text import SCHEMA, history_document
from sloguard.web.errors import problem
from sloguard.web.rendering import html_response
from sloguard.web.slo_page import slo_page

DEFAULT_DAYS = 30
MOST_DAYS = 366
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="How many days, today included.")]
_JSON = {"content": {"application/json": {"schema": {"type": "object"}}}}
_PROBLEM: dict[str, dict[str, object]] = {"application/problem+json": {}}


def add_past(app: FastAPI, past: PastView, view: DaemonView) -> None:
    @app.get(
        "/api/v1/slos/{slo_id:path}/history",
        summary=f"An SLO's budget day by day, as `{SCHEMA}`",
        response_class=Response,
        responses={
            200: _JSON,
            404: {"description": "No such SLO, or group of one", "content": _PROBLEM},
            422: {"description": "`days` is out of bounds", "content": _PROBLEM},
            503: {"description": "The store cannot be read", "content": _PROBLEM},
        },
    )
    def history(slo_id: str, days: Days = DEFAULT_DAYS) -> Response:
        try:
            found = past.history(slo_id, days)
        except SloguardError as error:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        if found is None:
            return problem(HTTPStatus.NOT_FOUND, "There is no SLO of this id: /api/v1/status has them all.")
        return _json(history_document([found], found.days[-1].end_at))

    @app.get(
        "/api/v1/adjustments",
        summary="All exclusions and corrections that were ever made, as `sloguard/adjustments/v1`",
        response_class=Response,
        responses={200: _JSON, 503: {"description": "The store cannot be read", "content": _PROBLEM}},
    )
    def adjustments() -> Response:
        try:
            return _json(records_document("adjustments", past.adjustments(), utc_now()))
        except SloguardError as error:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @app.get("/slos/{slo_id:path}", include_in_schema=False)
    def page(request: Request, slo_id: str) -> Response:
        try:
            found = past.history(slo_id, DEFAULT_DAYS)
        except SloguardError as error:
            status, detail = HTTPStatus.SERVICE_UNAVAILABLE, str(error)
        else:
            if found is not None:
                report = view.status()
                newest = next((slo for slo in report.slos if slo.id == slo_id), None) if report else None
                page = slo_page(found, newest)
                return html_response(request, "slo.html", status=HTTPStatus.OK, page=page)
            status, detail = HTTPStatus.NOT_FOUND, "There is no SLO of this id, or its group is gone."
        return html_response(request, "problem.html", status=status, title=status.phrase, detail=detail)


def _json(document: dict[str, object]) -> Response:
    return Response(orjson.dumps(document), media_type="application/json")
