"""What is asked besides queries: what servers tell, what some do not offer, and what is no answer."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.errors import PrometheusUnavailableError
from sloguard.model.secret import Secret
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.discovery import Discovery

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
END = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def discovery(server: HTTPServer, **more: object) -> Discovery:
    settings = PrometheusSettings(url=server.url_for("").rstrip("/"), timeout=timedelta(seconds=2), **more)  # type: ignore[arg-type]
    return Discovery(settings)


def success(server: HTTPServer, path: str, data: object) -> None:
    server.expect_request(f"/api/v1/{path}").respond_with_json({"status": "success", "data": data})


def test_names_and_values(httpserver: HTTPServer) -> None:
    query = {"start": f"{START.timestamp():.3f}", "end": f"{END.timestamp():.3f}"}
    httpserver.expect_request("/api/v1/label/__name__/values", query_string=query).respond_with_json(
        {"data": ["b", "a"]}
    )
    selected = {**query, "match[]": 'x{a="1"}'}
    httpserver.expect_request("/api/v1/label/job/values", query_string=selected).respond_with_json({"data": ["shop"]})
    httpserver.expect_request("/api/v1/labels", query_string=selected).respond_with_json({"data": ["job", "a"]})
    asked = discovery(httpserver)
    assert asked.metric_names(START, END) == ["a", "b"]
    assert asked.label_values("job", 'x{a="1"}', START, END) == ["shop"]
    assert asked.label_names('x{a="1"}', START, END) == ["a", "job"]


def test_types(httpserver: HTTPServer) -> None:
    success(httpserver, "metadata", {"x_total": [{"type": "counter", "help": "", "unit": ""}], "y": []})
    assert discovery(httpserver).metric_types() == {"x_total": "counter"}


@pytest.mark.parametrize(
    ("told", "retention"),
    [
        ("15d", timedelta(days=15)),
        ("15d or 512MB", timedelta(days=15)),
        ("1y35d", timedelta(days=400)),
        ("512MB", None),
        ("", None),
    ],
)
def test_retention(httpserver: HTTPServer, told: str, retention: timedelta | None) -> None:
    success(httpserver, "status/runtimeinfo", {"storageRetention": told})
    success(httpserver, "status/flags", {})
    assert discovery(httpserver).retention() == retention


def test_retention_by_the_flags(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/status/runtimeinfo").respond_with_data("", status=404)
    success(httpserver, "status/flags", {"storage.tsdb.retention.time": "7d"})
    assert discovery(httpserver).retention() == timedelta(days=7)


def test_what_a_server_does_not_offer_is_nothing(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/metadata").respond_with_data("not here", status=404)
    for path in ("status/buildinfo", "status/runtimeinfo", "status/flags", "rules"):
        httpserver.expect_request(f"/api/v1/{path}").respond_with_data("not here", status=404)
    asked = discovery(httpserver)
    assert asked.metric_types() == {}
    assert asked.version() == ""
    assert asked.retention() is None
    assert asked.rule_groups() is None


def test_version_rules_and_time(httpserver: HTTPServer) -> None:
    success(httpserver, "status/buildinfo", {"version": "2.42.0"})
    success(httpserver, "rules", {"groups": [{"name": "g", "rules": []}]})
    success(
        httpserver, "query", {"resultType": "vector", "result": [{"metric": {}, "value": [0, str(END.timestamp())]}]}
    )
    asked = discovery(httpserver)
    assert asked.version() == "2.42.0"
    assert asked.rule_groups() == [{"name": "g", "rules": []}]
    assert asked.server_time() == END


QUESTIONS: dict[str, Callable[[Discovery], object]] = {
    "names": lambda asked: asked.metric_names(START, END),
    "labels": lambda asked: asked.label_names("x", START, END),
    "types": lambda asked: asked.metric_types(),
    "version": lambda asked: asked.version(),
    "retention": lambda asked: asked.retention(),
    "time": lambda asked: asked.server_time(),
    "rules": lambda asked: asked.rule_groups(),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
@pytest.mark.parametrize("body", ["not json", "[]", '{"status":"success"}', '{"data": 5}'])
def test_what_is_no_answer(httpserver: HTTPServer, body: str, question: Callable[[Discovery], object]) -> None:
    httpserver.expect_request(re.compile("/api/.*")).respond_with_data(body)
    try:
        answer = question(discovery(httpserver))
    except PrometheusUnavailableError:
        return
    assert answer in ("", None)  # a server that has the path, and tells something else there


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_nobody_there(question: Callable[[Discovery], object]) -> None:
    with Discovery(PrometheusSettings(url="http://127.0.0.1:1")) as asked, pytest.raises(PrometheusUnavailableError):
        question(asked)


def test_credentials_stay_here(httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def elsewhere(request: Request) -> Response:
        seen.append(request)
        return Response("", status=302, headers={"Location": httpserver.url_for("/stolen")})

    httpserver.expect_request("/api/v1/status/buildinfo").respond_with_handler(elsewhere)
    asked = discovery(httpserver, bearer_token=Secret("s3cr3t"), headers=(("X-Scope-OrgID", Secret("team")),))
    with pytest.raises(PrometheusUnavailableError) as raised:
        asked.version()
    assert seen[0].headers["Authorization"] == "Bearer s3cr3t"
    assert [request.path for request, _ in httpserver.log] == ["/api/v1/status/buildinfo"]
    assert "s3cr3t" not in str(raised.value)
