"""The JSON API."""

from http import HTTPStatus

import orjson
from fastapi import FastAPI, Response

from sloguard.ports import DaemonView
from sloguard.presentation.status_json import SCHEMA, status_document
from sloguard.web.errors import problem

NOT_EVALUATED = "Nothing has been evaluated yet. The first evaluation follows shortly after the start."


def add_api(app: FastAPI, view: DaemonView) -> None:
    @app.get(
        "/api/v1/status",
        summary=f"The status of every SLO, as `{SCHEMA}`",
        response_class=Response,
        responses={
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            503: {"description": "Before the first evaluation", "content": {"application/problem+json": {}}},
        },
    )
    def status() -> Response:
        report = view.status()
        if report is None:
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_EVALUATED)
        return Response(orjson.dumps(status_document(report)), media_type="application/json")
