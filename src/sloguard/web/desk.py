"""Where people say something about alerts: silences and acknowledgements. Reading is free, writing takes the token.

The token is asked for in a header, on the loopback address too: a page from elsewhere can make a browser send a
request to it, but not with this header.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sloguard.errors import StoreError
from sloguard.model.duration import parse_duration
from sloguard.model.matcher import LONGEST_MATCHER, MOST_MATCHERS, Matcher, parse_matcher
from sloguard.model.quiet import LONGEST_AUTHOR, LONGEST_NOTE, LONGEST_SILENCE, Silence
from sloguard.model.response import acknowledged, checked_line, checked_silence
from sloguard.model.secret import Secret
from sloguard.model.slo import Slo
from sloguard.ports import AlertStore, QuietStore
from sloguard.presentation.quiet_words import held_back_document, silence_document, silences_document
from sloguard.web.errors import Refusal

_MOST_ENTRIES = 1_000
_HELD_BACK_AGE = timedelta(days=30)
_LARGEST_NUMBER = 2**53
_LONGEST_ID = 3_000

NO_TOKEN = "Nobody may write here: slo.yaml has no web.api_token. Use the command line, or add one."  # noqa: S105 - a sentence
WRONG_TOKEN = "Send the token of slo.yaml's web.api_token as `Authorization: Bearer …`."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class Desk:
    quiet: QuietStore
    alerts: AlertStore
    slos: Sequence[Slo]
    token: Secret | None
    now: Callable[[], datetime]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class SilenceBody(_Body):
    """Either `ends_at` or `duration`."""

    matchers: list[Annotated[str, Field(max_length=LONGEST_MATCHER)]] = Field(min_length=1, max_length=MOST_MATCHERS)
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    duration: Annotated[str, Field(max_length=50)] | None = None
    author: str = Field(min_length=1, max_length=LONGEST_AUTHOR)
    reason: str = Field(min_length=1, max_length=LONGEST_NOTE)


class AcknowledgementBody(_Body):
    slo: str = Field(min_length=1, max_length=_LONGEST_ID)
    author: str = Field(min_length=1, max_length=LONGEST_AUTHOR)
    note: str = Field(default="", max_length=LONGEST_NOTE)


def add_desk(app: FastAPI, desk: Desk) -> None:
    def authorized(request: Request) -> None:
        _check_token(request.headers.get("authorization", ""), desk.token)

    may_write = [Depends(authorized)]

    @app.get("/api/v1/silences", summary="What is silenced, and what will be", response_class=Response)
    def silences() -> Response:
        with _store_errors():
            return _json(silences_document(desk.quiet.silences(desk.now())))

    @app.post("/api/v1/silences", summary="Silence alerts", status_code=201, dependencies=may_write)
    def add_silence(body: SilenceBody) -> Response:
        now = desk.now()
        with _store_errors(), _wrong_values():
            silence = checked_silence(_silence(body, now), desk.slos, now)
            return _json(silence_document(desk.quiet.add_silence(silence)), HTTPStatus.CREATED)

    @app.delete("/api/v1/silences/{number}", summary="End a silence now", dependencies=may_write)
    def expire_silence(number: Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)]) -> Response:
        with _store_errors():
            ended = desk.quiet.expire_silence(number, desk.now())
        if ended is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "There is no silence with this number that is not over.")
        return _json(silence_document(ended))

    @app.post("/api/v1/acknowledgements", summary="Take a firing alert on", status_code=202, dependencies=may_write)
    def acknowledge(body: AcknowledgementBody) -> Response:
        with _store_errors(), _wrong_values():
            author = checked_line(body.author, "author", LONGEST_AUTHOR)
            note = checked_line(body.note, "note", LONGEST_NOTE) if body.note else ""
            firing = {key: record.alert for key, record in desk.alerts.alerts().items()}
            found = acknowledged(body.slo, firing, desk.alerts.incidents(), (author, note, desk.now()))
            desk.quiet.acknowledge(found)
        if not found:
            raise Refusal(HTTPStatus.NOT_FOUND, "No alert of this SLO fires.")
        alerts = [{"slo": key.slo_id, "kind": key.kind.value} for key in found]
        return _json({"schema": "sloguard/acknowledged/v1", "alerts": alerts}, HTTPStatus.ACCEPTED)

    @app.get("/api/v1/held-back", summary="What was not said, newest first", response_class=Response)
    def held_back(limit: Annotated[int, Query(ge=1, le=_MOST_ENTRIES)] = 100) -> Response:
        with _store_errors():
            return _json(held_back_document(desk.quiet.held_back(desk.now() - _HELD_BACK_AGE, limit)))


def _check_token(header: str, token: Secret | None) -> None:
    if token is None:
        raise Refusal(HTTPStatus.FORBIDDEN, NO_TOKEN)
    scheme, _, given = header.partition(" ")
    same = secrets.compare_digest(given.strip().encode(), token.reveal().encode())
    if scheme.lower() != "bearer" or not same:
        raise Refusal(HTTPStatus.UNAUTHORIZED, WRONG_TOKEN, {"www-authenticate": "Bearer"})


def _silence(body: SilenceBody, now: datetime) -> Silence:
    """Raises ValueError: a sentence says what is wrong."""
    if (body.ends_at is None) == (body.duration is None):
        raise ValueError("Give where it ends: either ends_at or duration.")
    starts_at = max(now, body.starts_at.astimezone(UTC)) if body.starts_at else now
    ends_at = body.ends_at.astimezone(UTC) if body.ends_at else starts_at + _length(body.duration or "")
    return Silence(tuple(_matchers(body.matchers)), starts_at, ends_at, body.author, body.reason)


def _length(text: str) -> timedelta:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise ValueError("duration is none. Write one such as 2h.") from error
    return min(length, LONGEST_SILENCE + timedelta(days=1))  # what is too long is refused, not overflown


def _matchers(texts: Sequence[str]) -> Iterator[Matcher]:
    for number, text in enumerate(texts):
        try:
            yield parse_matcher(text)
        except ValueError as error:
            raise ValueError(f"matchers.{number} {error}.") from error


@contextmanager
def _wrong_values() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error


def _json(document: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(document), status_code=status, media_type="application/json")
