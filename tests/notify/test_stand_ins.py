"""The stand-ins keep the services' documented rules, and survive whatever is sent to them."""

import socket
import time
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.demo.receivers.pagerduty import AlertState

AUTH = {"Authorization": "Bearer xoxb-1"}
KEY = "0" * 32
PAYLOAD = {"summary": "s", "source": "a/b", "severity": "critical"}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def fields(text: str, count: int) -> dict[str, Any]:
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": text}] * count}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def post(server: SlackStandIn, method: str, body: object, headers: dict[str, str] = AUTH) -> Any:
    return httpx.post(f"{server.url}/api/{method}", json=body, headers=headers).json()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": "t"}, "channel_not_found"),
        ({"channel": "#c"}, "no_text"),
        ({"channel": "#c", "text": "t" * 40_001}, "msg_too_long"),
        ({"channel": "#c", "text": "t", "blocks": [section("x")] * 51}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": [section("x" * 3_001)]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": [header("x" * 151)]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": [fields("x", 11)]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": [fields("x" * 2_001, 1)]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "blocks": ["x"]}, "invalid_blocks"),
        ({"channel": "#c", "text": "t", "thread_ts": "1.2"}, "thread_not_found"),
        ([], "invalid_json"),
    ],
)
def test_slack_refuses(body: object, error: str) -> None:
    with SlackStandIn() as server:
        answer = post(server, "chat.postMessage", body)
        assert (answer["ok"], answer["error"]) == (False, error)
        assert server.messages == ()


def test_slack_posts_updates_and_authenticates() -> None:
    said: list[str] = []
    with SlackStandIn(token="xoxb-1", on_event=said.append) as server:
        assert post(server, "auth.test", {}, {})["error"] == "not_authed"
        assert post(server, "auth.test", {}, {"Authorization": "Bearer other"})["error"] == "invalid_auth"
        assert post(server, "auth.test", {})["ok"] is True
        assert post(server, "chat.delete", {})["error"] == "unknown_method"
        posted = post(
            server, "chat.postMessage", {"channel": "#oncall", "text": "one\ntwo", "blocks": [section("x" * 3_000)]}
        )
        ids = {"channel": posted["channel"], "ts": posted["ts"]}
        assert post(server, "chat.update", ids | {"text": "three"})["ok"] is True
        assert post(server, "chat.update", ids | {"text": "x", "ts": "1.2"})["error"] == "message_not_found"
        assert [(message.text, message.edits) for message in server.messages] == [("three", 1)]
        form = httpx.post(
            f"{server.url}/api/chat.postMessage", data=ids | {"text": "form", "blocks": "[]"}, headers=AUTH
        )
        assert form.json()["ok"] is True
        hook = httpx.post(f"{server.url}/services/T/B/x", json={"text": "hook"})
        assert (hook.status_code, hook.text) == (200, "ok")
        assert httpx.post(f"{server.url}/services/T/B/x", content=b"{").text == "invalid_payload"
    assert [line.rpartition("  ")[2].strip() for line in said] == ["one", "three", "form", "hook"]
    assert "#oncall" in said[0]
    assert "#oncall" in said[1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"routing_key": ""}, "'routing_key' is missing"),
        ({"routing_key": "short"}, "should be 32 characters"),
        ({"event_action": "explode"}, "'event_action'"),
        ({"event_action": []}, "'event_action'"),
        ({"dedup_key": "x" * 256}, "'dedup_key'"),
        ({"event_action": "resolve", "dedup_key": ""}, "'dedup_key' is missing"),
        ({"payload": None}, "'payload' is missing"),
        ({"payload": PAYLOAD | {"summary": ""}}, "'payload.summary' is missing"),
        ({"payload": PAYLOAD | {"summary": "x" * 1_025}}, "'payload.summary' is longer"),
        ({"payload": PAYLOAD | {"source": 3}}, "'payload.source' is missing"),
        ({"payload": PAYLOAD | {"severity": "page"}}, "'payload.severity' is not one of"),
    ],
)
def test_pagerduty_refuses(change: dict[str, Any], words: str) -> None:
    event = {"routing_key": KEY, "event_action": "trigger", "dedup_key": "k", "payload": PAYLOAD} | change
    with PagerDutyStandIn() as server:
        answer = httpx.post(f"{server.url}/v2/enqueue", json=event)
        assert answer.status_code == 400
        assert words in " ".join(answer.json()["errors"])
        assert server.alerts == {}


def test_pagerduty_keeps_alerts() -> None:
    said: list[str] = []
    with PagerDutyStandIn(routing_key=KEY, on_event=said.append) as server:

        def enqueue(action: str, **more: object) -> httpx.Response:
            event = {"routing_key": KEY, "event_action": action, "dedup_key": "k", "payload": PAYLOAD}
            return httpx.post(f"{server.url}/v2/enqueue", json=event | more)

        assert enqueue("resolve").json() == {"status": "success", "message": "Event processed", "dedup_key": "k"}
        assert enqueue("trigger").status_code == 202
        enqueue("acknowledge")
        assert server.alerts["k"].state is AlertState.ACKNOWLEDGED
        enqueue("trigger")
        enqueue("resolve")
        assert (server.pages, server.alerts["k"].events, server.alerts["k"].state) == (1, 2, AlertState.RESOLVED)
        assert enqueue("trigger", dedup_key=None).status_code == 400
        assert enqueue("trigger", routing_key="1" * 32).json()["errors"] == ["'routing_key' is invalid"]
        assert httpx.post(f"{server.url}/elsewhere", json={}).status_code == 404
        assert httpx.post(f"{server.url}/v2/enqueue", content=b"x" * 600_000).status_code == 413
    assert [line.split()[1] for line in said] == ["resolve", "PAGE", "ACKNOWLEDGED", "update", "RESOLVED"]


CLIENT = httpx.Client()
FIELDS = (
    *("channel", "text", "blocks", "type", "fields", "elements", "ts", "thread_ts"),
    *("routing_key", "event_action", "dedup_key", "payload", "summary", "source", "severity"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=3),
            inner | st.sampled_from(["#c", KEY, "trigger", "resolve", "section", "header", "critical"]),
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(
    body=st.binary(max_size=40) | JSON,
    path=st.sampled_from(["/api/chat.postMessage", "/api/chat.update", "/services/x"]),
)
@settings(max_examples=100, deadline=None)
def test_slack_answers_whatever_is_sent(slack_server: SlackStandIn, body: object, path: str) -> None:
    content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
    assert CLIENT.post(slack_server.url + path, headers=AUTH, **content).status_code in {200, 400}


@given(body=st.binary(max_size=40) | JSON)
@settings(max_examples=100, deadline=None)
def test_pagerduty_answers_whatever_is_sent(pagerduty_server: PagerDutyStandIn, body: object) -> None:
    content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
    assert CLIENT.post(f"{pagerduty_server.url}/v2/enqueue", **content).status_code in {202, 400}


@pytest.fixture(scope="module")
def slack_server() -> Any:
    with SlackStandIn() as server:
        yield server


@pytest.fixture(scope="module")
def pagerduty_server() -> Any:
    with PagerDutyStandIn() as server:
        yield server


@pytest.mark.parametrize("length", ["-1", "x", "9" * 20, ""])
def test_a_wrong_length_is_refused(slack_server: SlackStandIn, length: str) -> None:
    with socket.create_connection(("127.0.0.1", int(slack_server.url.rpartition(":")[2]))) as connection:
        connection.sendall(f"POST /api/auth.test HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        assert b" 411 " in connection.recv(100)


def test_a_get_is_remembered_but_not_served(slack_server: SlackStandIn) -> None:
    assert httpx.get(f"{slack_server.url}/api/auth.test").status_code == 405
    assert slack_server.requests[-1].status == 405


def test_faults_come_in_the_order_that_was_told() -> None:
    with PagerDutyStandIn() as server:
        event = {"routing_key": KEY, "event_action": "trigger", "dedup_key": "k", "payload": PAYLOAD}
        server.fail_next(429, times=2, headers={"Retry-After": "9"})
        server.drop_next(accept=True)
        server.delay_next(0.2)
        statuses = []
        for _ in range(2):
            answer = httpx.post(f"{server.url}/v2/enqueue", json=event)
            statuses.append((answer.status_code, answer.headers["Retry-After"]))
        assert statuses == [(429, "9"), (429, "9")]
        assert server.pages == 0
        with pytest.raises(httpx.TransportError):
            httpx.post(f"{server.url}/v2/enqueue", json=event)
        assert server.pages == 1
        began = time.monotonic()
        assert httpx.post(f"{server.url}/v2/enqueue", json=event).status_code == 202
        assert time.monotonic() - began > 0.15
        assert [request.status for request in server.requests] == [429, 429, 0, 202]


def test_it_keeps_its_address_over_a_restart_and_stops_while_it_waits() -> None:
    server = SlackStandIn()
    with pytest.raises(RuntimeError, match="not been started"):
        _ = server.url
    server.start()
    url = server.url
    server.stop()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.post(url)
    server.start()
    assert server.url == url
    assert post(server, "auth.test", {})["ok"] is True
    server.stop()
