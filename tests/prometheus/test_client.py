"""The way to Prometheus: what is sent, what counts as an answer, and what never leaks."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.errors import PrometheusError, PrometheusUnavailableError, QueryRejectedError, QueryTimeoutError
from sloguard.model.secret import Secret
from sloguard.model.series import Sample, Series
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
EMPTY = {"status": "success", "data": {"resultType": "vector", "result": []}}


def client(server: HTTPServer, *, attempts: int = 1, **settings: object) -> PrometheusClient:
    declared = PrometheusSettings(url=server.url_for("").rstrip("/"), timeout=timedelta(seconds=1), **settings)  # type: ignore[arg-type]
    return PrometheusClient(declared, attempts=attempts)


def test_a_long_query_travels_in_the_body(httpserver: HTTPServer) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        return Response('{"status":"success","data":{"resultType":"vector","result":[]}}')

    httpserver.expect_request("/api/v1/query", method="POST").respond_with_handler(answer)
    query = " or ".join(f"metric_{index}" for index in range(5000))
    assert client(httpserver).query(query, AT) == []
    assert seen[0].query_string == b""
    assert seen[0].form["query"] == query
    assert seen[0].form["time"] == "1795316400.000"
    assert seen[0].form["timeout"] == "1s"
    assert seen[0].form["nocache"] == "1"
    assert seen[0].headers["Accept-Encoding"] == "identity"
    assert seen[0].headers["Cache-Control"] == "no-store"


def test_answers_are_decoded(httpserver: HTTPServer) -> None:
    rows = [{"metric": {"a": "b"}, "value": [1, "2.5"]}, {"metric": {}, "value": [1, "NaN"]}]
    httpserver.expect_request("/api/v1/query").respond_with_json(
        {"status": "success", "data": {"resultType": "vector", "result": rows}}
    )
    first, second = client(httpserver).query("x", AT)
    assert first == Sample({"a": "b"}, 2.5)
    assert second.value != second.value


def test_a_range_is_decoded(httpserver: HTTPServer) -> None:
    rows = [{"metric": {"a": "b"}, "values": [[60, "1"], [120, "2"]]}]
    httpserver.expect_request("/api/v1/query_range").respond_with_json(
        {"status": "success", "data": {"resultType": "matrix", "result": rows}}
    )
    found = client(httpserver).query_range("x", AT, AT, timedelta(minutes=1))
    assert found == [Series({"a": "b"}, ((60.0, 1.0), (120.0, 2.0)))]


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, '{"status":"error","errorType":"bad_data","error":"parse error"}', QueryRejectedError, "parse error"),
        (422, '{"status":"error","errorType":"execution","error":"too many samples"}', QueryRejectedError, "too many"),
        (503, '{"status":"error","errorType":"timeout","error":"slow"}', QueryTimeoutError, "slow"),
        (503, '{"status":"error","errorType":"canceled","error":"query was canceled"}', QueryTimeoutError, "canceled"),
        (503, '{"status":"error","errorType":"503","error":"timeout exceeded"}', QueryTimeoutError, "exceeded"),
        (422, '{"status":"error","errorType":"execution","error":"deadline exceeded"}', QueryTimeoutError, "deadline"),
        (504, "<html>Gateway Time-out</html>", QueryTimeoutError, "504"),
        (413, "<html>Request Entity Too Large</html>", QueryRejectedError, "413"),
        (414, "", QueryRejectedError, "414"),
        (
            500,
            '{"status":"error","errorType":"internal","error":"message larger than max"}',
            QueryRejectedError,
            "larger",
        ),
        (500, '{"status":"error","errorType":"internal","error":"disk"}', PrometheusUnavailableError, "disk"),
        (503, '{"status":"error","errorType":"unavailable","error":"starting"}', PrometheusUnavailableError, "start"),
        (503, "Service Unavailable", PrometheusUnavailableError, "503"),
        (429, "", PrometheusUnavailableError, "429"),
        (401, "no", PrometheusError, "credentials"),
        (404, "<html>not here</html>", PrometheusError, "does not look like a Prometheus"),
        (200, "not json", PrometheusError, "does not look like a Prometheus"),
        (200, "[]", PrometheusError, "does not look like a Prometheus"),
        (200, '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', PrometheusError, "vector"),
        (200, '{"status":"success"}', PrometheusError, "vector"),
    ],
)
def test_what_is_no_answer(
    httpserver: HTTPServer, status: int, body: str, error: type[PrometheusError], words: str
) -> None:
    httpserver.expect_request("/api/v1/query").respond_with_data(body, status=status)
    with pytest.raises(PrometheusError, match=words) as raised:
        client(httpserver).query("x", AT)
    assert type(raised.value) is error


def test_a_partial_answer_is_no_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/query").respond_with_json({**EMPTY, "warnings": ["store gateway 2 is down"]})
    with pytest.raises(PrometheusUnavailableError, match="only in part: store gateway 2 is down"):
        client(httpserver).query("x", AT)


def test_an_answer_that_would_fill_the_memory_is_not_read(httpserver: HTTPServer) -> None:
    sent: list[int] = []

    def endless(_: Request) -> Response:
        def parts() -> Iterator[bytes]:
            for number in range(10_000):
                sent.append(number)
                yield b" " * 1024**2

        return Response(parts())

    httpserver.expect_request("/api/v1/query").respond_with_handler(endless)
    with pytest.raises(QueryRejectedError, match="more than 64 MiB"):
        client(httpserver).query("x", AT)
    assert len(sent) < 100


def test_a_query_that_takes_too_long_is_not_asked_again_as_it_is(httpserver: HTTPServer) -> None:
    body = {"status": "error", "errorType": "timeout", "error": "query timed out in expression evaluation"}
    httpserver.expect_request("/api/v1/query").respond_with_json(body, status=503)
    with pytest.raises(QueryTimeoutError):
        client(httpserver, attempts=3).query("x", AT)
    assert len(httpserver.log) == 1


def test_an_answer_that_lacks_a_storage_node_is_no_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/query").respond_with_json({**EMPTY, "isPartial": True})
    with pytest.raises(PrometheusUnavailableError, match="only in part: some storage nodes"):
        client(httpserver).query("x", AT)


def test_remarks_about_the_query_are_no_lack_of_data(httpserver: HTTPServer) -> None:
    remarks = ["PromQL warning: quantile value should be between 0 and 1", "PromQL info: metric might not be a counter"]
    httpserver.expect_request("/api/v1/query").respond_with_json({**EMPTY, "warnings": remarks, "isPartial": False})
    assert client(httpserver).query("x", AT) == []


def test_what_may_pass_is_tried_again(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/api/v1/query").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/api/v1/query").respond_with_json(EMPTY)
    assert client(httpserver, attempts=2).query("x", AT) == []
    assert len(httpserver.log) == 2


def test_what_cannot_pass_is_not(httpserver: HTTPServer) -> None:
    body = {"status": "error", "errorType": "bad_data", "error": "parse error"}
    httpserver.expect_request("/api/v1/query").respond_with_json(body, status=400)
    with pytest.raises(QueryRejectedError):
        client(httpserver, attempts=3).query("x", AT)
    assert len(httpserver.log) == 1


@pytest.fixture
def unreachable() -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_nobody_listens(unreachable: str) -> None:
    settings = PrometheusSettings(url=unreachable, timeout=timedelta(seconds=1))
    with pytest.raises(PrometheusUnavailableError, match="cannot reach Prometheus at http://127"):
        PrometheusClient(settings, attempts=1).query("x", AT)
    with pytest.raises(PrometheusUnavailableError, match="did not answer"):
        AdhocQueries(settings).query("x", AT)


def test_somebody_listens_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = PrometheusSettings(
            url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=timedelta(milliseconds=100)
        )
        waiting = PrometheusClient(settings, attempts=1)
        result: list[BaseException] = []
        thread = threading.Thread(target=lambda: result.append(failure(lambda: waiting.query("x", AT))))
        thread.start()
        thread.join(timeout=20)
        assert not thread.is_alive()
    assert "did not answer in time" in str(result[0])


def failure(call: Callable[[], object]) -> BaseException:
    with pytest.raises(PrometheusUnavailableError) as raised:
        call()
    return raised.value


def test_credentials_are_sent_and_never_told(httpserver: HTTPServer) -> None:
    secret = Secret("s3cr3t-token")
    httpserver.expect_request(
        "/api/v1/query", headers={"Authorization": "Bearer s3cr3t-token", "X-Scope-OrgID": "team"}
    ).respond_with_data("s3cr3t", status=403)
    asked = client(httpserver, bearer_token=secret, headers=(("X-Scope-OrgID", Secret("team")),))
    with pytest.raises(PrometheusError) as raised:
        asked.query("x", AT)
    assert "s3cr3t-token" not in str(raised.value)
    assert len(httpserver.log) == 1


def test_basic_auth(httpserver: HTTPServer) -> None:
    expected = {"Authorization": "Basic dXNlcjpwYXNz"}
    httpserver.expect_request("/api/v1/query", headers=expected).respond_with_json(EMPTY)
    assert client(httpserver, basic_auth=("user", Secret("pass"))).query("x", AT) == []
    settings = PrometheusSettings(url=httpserver.url_for("").rstrip("/"), basic_auth=("user", Secret("pass")))
    assert AdhocQueries(settings).query("x", AT) == []


def test_adhoc_answers(httpserver: HTTPServer) -> None:
    rows = [{"metric": {"a": "b"}, "value": [1, "2.5"]}]
    httpserver.expect_request("/prefix/api/v1/query").respond_with_json(
        {"status": "success", "data": {"resultType": "vector", "result": rows}}
    )
    settings = PrometheusSettings(url=httpserver.url_for("/prefix"))
    assert AdhocQueries(settings).query("x", AT) == [Sample({"a": "b"}, 2.5)]
    assert PrometheusClient(settings).query("x", AT) == [Sample({"a": "b"}, 2.5)]


@pytest.mark.parametrize("status", [400, 500, 503])
def test_adhoc_failures_are_one_kind_of_error_and_one_attempt(httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/api/v1/query").respond_with_data("no", status=status)
    with pytest.raises(PrometheusUnavailableError):
        AdhocQueries(PrometheusSettings(url=httpserver.url_for("").rstrip("/"))).query("x", AT)
    assert len(httpserver.log) == 1
