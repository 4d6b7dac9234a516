"""The JSON API, and what holds for every answer."""

import json
import re
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from starlette.routing import Mount, Route

from sloguard.presentation.status_json import status_document
from sloguard.store import open_store
from sloguard.web import Desk, create_app
from tests.support.incidents import NOON
from tests.web.asking import RUNNING, STARTING, BrokenView, Past, app_of, ask

PATHS = (
    "/",
    "/api/v1/adjustments",
    "/api/v1/status",
    "/health",
    "/health/live",
    "/health/ready",
    "/health/detailed",
    "/metrics",
)


def test_the_status_is_the_document_that_the_command_line_prints() -> None:
    answer = ask(app_of(), "/api/v1/status")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert RUNNING.report is not None
    assert answer.json() == json.loads(json.dumps(status_document(RUNNING.report)))


def test_before_the_first_evaluation_the_status_is_a_problem() -> None:
    answer = ask(app_of(STARTING), "/api/v1/status")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Nothing has been evaluated yet. The first evaluation follows shortly after the start.",
    }


@pytest.mark.parametrize("path", [*PATHS, "/static/style.css", "/api/v1/nothing", "/nothing"])
def test_every_answer_protects_the_browser(path: str) -> None:
    headers = ask(app_of(), path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", [*PATHS, "/static/style.css", "/api/v1/nothing", "/nothing"])
def test_head_is_get_without_the_body(path: str) -> None:
    app = app_of()
    get, head = ask(app, path), ask(app, path, "HEAD")
    assert head.content == b""
    assert (head.status_code, head.headers["content-type"]) == (get.status_code, get.headers["content-type"])
    # Of what is written as it is made nobody knows the length before.
    assert head.headers.get("content-length") == (None if path == "/metrics" else str(len(get.content)))


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/api/v1/nothing", "GET", 404),
        ("/api", "GET", 404),
        ("/health/nothing", "GET", 404),
        ("/api/v1/status", "POST", 405),
        ("/metrics", "DELETE", 405),
    ],
)
def test_programs_are_told_of_problems_in_json(path: str, method: str, status: int) -> None:
    answer = ask(app_of(), path, method)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_a_refused_method_names_the_allowed_one() -> None:
    assert ask(app_of(), "/api/v1/status", "PUT").headers["allow"] == "GET"


@pytest.mark.parametrize(("path", "media"), [("/api/v1/status", "application/problem+json"), ("/", "text/html")])
def test_a_bug_shows_no_details(path: str, media: str) -> None:
    answer = ask(app_of(BrokenView(None)), path)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith(media)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "Its log says why" in answer.text
    for secret in ("internal detail", "Traceback", "LookupError"):
        assert secret not in answer.text


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_loads_scripts_from_elsewhere(path: str) -> None:
    assert ask(app_of(), path).status_code == 404


def test_the_openapi_description_lists_the_paths_for_programs() -> None:
    description = ask(app_of(), "/openapi.json").json()
    assert set(description["paths"]) == set(PATHS) - {"/"} | {"/api/v1/slos/{slo_id}/history"}


def test_two_applications_cannot_share_a_registry() -> None:
    registry = CollectorRegistry()
    create_app(RUNNING, registry, Past())
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        create_app(RUNNING, registry, Past())


def test_the_documentation_lists_exactly_the_paths_that_exist(tmp_path: Path) -> None:
    text = Path("docs/http-api.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+ /\S*)` \|", text, re.MULTILINE))
    with closing(open_store(f"sqlite:///{tmp_path}/store.db")) as store:
        desk = Desk(store.quiet, store.alerts, (), None, lambda: NOON)
        routes = create_app(RUNNING, CollectorRegistry(), Past(), desk).routes
    existing = {
        f"{method} {route.path.replace(':path', '')}"
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert documented == existing | {f"GET {route.path}/*" for route in routes if isinstance(route, Mount)}
