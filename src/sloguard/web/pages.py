"""The page: what a person sees. It works without JavaScript and loads nothing from elsewhere."""

from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from sloguard.ports import DaemonView
from sloguard.presentation.leadership_words import leadership_words
from sloguard.web.attention import broken_parts
from sloguard.web.overview import overview
from sloguard.web.rendering import html_response

_STATIC = Path(__file__).parent / "static"


def add_pages(app: FastAPI, view: DaemonView) -> None:
    @app.get("/", include_in_schema=False)
    def overview_page(request: Request) -> HTMLResponse:
        report, checks, leadership = view.status(), view.checks(), view.leadership()
        if report is None:
            return html_response(request, "waiting.html", status=HTTPStatus.OK, attention=broken_parts(checks))
        standing_by = "" if leadership.leads else leadership_words(leadership)
        page = overview(report, checks, standing_by)
        return html_response(request, "overview.html", status=HTTPStatus.OK, page=page)

    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
