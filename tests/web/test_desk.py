"""Silences and acknowledgements by the API: who may, what is refused, and that it is kept."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from sloguard.model.alert import AlertKey
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.secret import Secret
from sloguard.model.slo import EventsIndicator
from sloguard.model.told import HeldBack
from sloguard.ports import CycleOutcome
from sloguard.store import Store, open_store
from sloguard.web import Desk, create_app
from tests.support.incidents import NOON, record, told
from tests.support.slos import make_slo
from tests.web.asking import RUNNING, Past

TOKEN = "0123456789abcdef-token"
HOUR = timedelta(hours=1)
SLOS = (make_slo("availability", EventsIndicator(total=("t",), bad=("b",))),)
BODY = {"matchers": ["slo=onboarding/availability"], "duration": "2h", "author": "ann", "reason": "deploy <b>"}
WRITING = [
    ("POST", "/api/v1/silences", BODY),
    ("DELETE", "/api/v1/silences/1", None),
    ("POST", "/api/v1/acknowledgements", {"slo": "onboarding/availability", "author": "ann"}),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def app_of(store: Store, token: str | None = TOKEN) -> FastAPI:
    secret = Secret(token) if token else None
    return create_app(RUNNING, CollectorRegistry(), Past(), Desk(store.quiet, store.alerts, SLOS, secret, lambda: NOON))


def ask(app: FastAPI, method: str, path: str, body: Any = None, token: str | None = TOKEN) -> httpx.Response:
    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        async with httpx.AsyncClient(transport=transport, base_url="http://sloguard.test") as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(request())


@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_without_a_token_in_the_file_nobody_may_write(store: Store, method: str, path: str, body: Any) -> None:
    answer = ask(app_of(store, None), method, path, body)
    assert answer.status_code == 403
    assert "no web.api_token" in answer.json()["detail"]
    assert store.quiet.silences(NOON) == ()


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], f"{TOKEN}x"])
@pytest.mark.parametrize(("method", "path", "body"), WRITING)
def test_without_the_right_token_in_the_header_nobody_may_write(
    store: Store, method: str, path: str, body: Any, token: str | None
) -> None:
    answer = ask(app_of(store), method, path, body, token)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert TOKEN not in answer.text
    assert store.quiet.silences(NOON) == ()


def test_a_silence_from_beginning_to_end(store: Store) -> None:
    app = app_of(store)
    made = ask(app, "POST", "/api/v1/silences", BODY)
    assert made.status_code == 201
    number = made.json()["id"]
    expected = {
        "id": number,
        "matchers": ['slo="onboarding/availability"'],
        "starts_at": "2026-11-22T12:00:00Z",
        "ends_at": "2026-11-22T14:00:00Z",
        "author": "ann",
        "reason": "deploy <b>",
    }
    assert made.json() == expected
    listed = ask(app, "GET", "/api/v1/silences", token=None)
    assert listed.json() == {"schema": "sloguard/silences/v1", "silences": [expected]}
    ended = ask(app, "DELETE", f"/api/v1/silences/{number}")
    assert (ended.status_code, ended.json()["ends_at"]) == (200, "2026-11-22T12:00:00Z")
    assert ask(app, "DELETE", f"/api/v1/silences/{number}").status_code == 404
    assert ask(app, "GET", "/api/v1/silences").json()["silences"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"matchers": []}, "matchers: List should have at least 1 item"),
        ({"matchers": ["severity=page"] * 11}, "matchers: List should have at most 10 items"),
        ({"matchers": ["x" * 301]}, "matchers.0: String should have at most 300 characters"),
        ({"matchers": ["nonsense"]}, "matchers.0 is no matcher"),
        ({"matchers": ["slo=~("]}, "holds no regular expression"),
        ({"matchers": ["slo=onboarding/latency"]}, "No SLO that is declared can have an alert"),
        ({"duration": "soon"}, "duration is none"),
        ({"duration": "100y"}, "lasts at most 90d"),
        ({"duration": None}, "either ends_at or duration"),
        ({"ends_at": "2026-11-23T00:00:00Z"}, "either ends_at or duration"),
        ({"duration": None, "ends_at": "2026-11-23T00:00:00"}, "ends_at: Input should have timezone info"),
        ({"duration": None, "ends_at": "2026-11-22T11:00:00Z"}, "over before it begins"),
        ({"author": ""}, "author: String should have at least 1 character"),
        ({"reason": "a\nb"}, "The reason must be one line"),
        ({"reason": "x" * 1_001}, "reason: String should have at most 1000 characters"),
        ({"what": 1}, "what: Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_a_silence_is_said(store: Store, change: dict[str, Any], words: str) -> None:
    answer = ask(app_of(store), "POST", "/api/v1/silences", BODY | change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert store.quiet.silences(NOON) == ()


@pytest.mark.parametrize(("body", "status"), [(b"", 422), (b"{", 422), (b"[]", 422), (b"x" * 70_000, 413)])
def test_bodies_that_are_none(store: Store, body: bytes, status: int) -> None:
    answer = ask(app_of(store), "POST", "/api/v1/silences", body)
    assert answer.status_code == status
    assert answer.json()["status"] == status


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30])
def test_numbers_that_no_silence_has(store: Store, number: str) -> None:
    assert ask(app_of(store), "DELETE", f"/api/v1/silences/{number}").status_code == 422


def test_an_acknowledgement_waits_for_the_next_evaluation(store: Store) -> None:
    key = AlertKey("onboarding/availability")
    incident = told()
    app = app_of(store)
    body = {"slo": "onboarding/availability", "author": "ann", "note": "on it"}
    assert ask(app, "POST", "/api/v1/acknowledgements", body).status_code == 404
    store.alerts.commit_cycle(
        CycleOutcome(alerts={key: record()}, incidents={(incident.receiver, key): incident}), NOON
    )
    answer = ask(app, "POST", "/api/v1/acknowledgements", body)
    assert answer.status_code == 202
    assert answer.json()["alerts"] == [{"slo": "onboarding/availability", "kind": "objective"}]
    (kept,) = store.quiet.acknowledgements().values()
    assert (kept.author, kept.note, kept.at) == ("ann", "on it", NOON)


def test_the_journal(store: Store) -> None:
    entry = HeldBack(
        NOON, AlertKey("shop/a"), Severity.PAGE, Quiet(QuietReason.UPSTREAM_PAGES, "db/up"), ("slack.oncall",)
    )
    store.alerts.commit_cycle(CycleOutcome(held_back=(entry,)), NOON)
    assert ask(app_of(store), "GET", "/api/v1/held-back?limit=5", token=None).json() == {
        "schema": "sloguard/held-back/v1",
        "held_back": [
            {
                "at": "2026-11-22T12:00:00Z",
                "slo": "shop/a",
                "kind": "objective",
                "severity": "page",
                "quiet": {"reason": "upstream_pages", "source": "db/up", "detail": "", "until": None},
                "receivers": ["slack.oncall"],
            }
        ],
    }
    assert ask(app_of(store), "GET", "/api/v1/held-back?limit=0").status_code == 422


def test_a_store_that_fails_is_unavailable(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE silences"))
    answer = ask(app_of(store), "GET", "/api/v1/silences")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
