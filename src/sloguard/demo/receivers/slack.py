"""A stand-in for Slack: chat.postMessage, chat.update, auth.test and incoming webhooks.

Source of its rules: https://docs.slack.dev/reference/methods/chat.postMessage and /reference/block-kit/blocks.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from sloguard.demo.receivers.server import Answer, StandIn, json_answer

_MOST_BLOCKS = 50
_TEXT_LIMITS = {"section": 3_000, "header": 150}
_MOST_FIELDS, _FIELD_LIMIT = 10, 2_000
_MOST_ELEMENTS = 10
_LONGEST_TEXT = 40_000
_LONGEST_CHANNEL = 80

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SlackMessage:
    channel: str
    timestamp: str
    text: str
    blocks: tuple[Json, ...]
    thread: str = ""
    """Timestamp of the message that this one answers."""
    edits: int = 0


class SlackStandIn(StandIn):
    """`url + "/api/"` is the API's address, `url + "/services/…"` is a webhook's."""

    def __init__(
        self, *, token: str | None = None, port: int = 0, on_event: Callable[[str], None] | None = None
    ) -> None:
        """Takes any bearer token, unless one is given."""
        super().__init__(port=port, on_event=on_event)
        self._token = token
        self._channel_names: dict[str, str] = {}
        self._messages: dict[tuple[str, str], SlackMessage] = {}

    @property
    def messages(self) -> tuple[SlackMessage, ...]:
        """All messages and replies as they stand now, in the order in which they were posted."""
        with self.lock:
            return tuple(self._messages.values())

    def delete_messages(self) -> None:
        with self.lock:
            self._messages.clear()

    def respond(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path.startswith("/services/"):
            return self._webhook(body)
        methods = {"chat.postMessage": self._post, "chat.update": self._update, "auth.test": _auth_test}
        method = methods.get(path.partition("?")[0].removeprefix("/api/"))
        if method is None:
            return _refusal("unknown_method")
        token = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not token:
            return _refusal("not_authed")
        if self._token is not None and token != self._token:
            return _refusal("invalid_auth")
        values = _decoded(body, headers.get("content-type", ""))
        if values is None:
            return _refusal("invalid_json")
        return method(values)

    def _post(self, values: Json) -> Answer:
        problem = _problem(values)
        if problem:
            return problem
        channel, thread = _channel_id(values["channel"]), str(values.get("thread_ts", ""))
        if thread and (channel, thread) not in self._messages:
            return _refusal("thread_not_found")
        self._channel_names.setdefault(channel, values["channel"])
        posted = self._add(channel, values, thread)
        self.say(_line(self._channel_names[channel], "reply" if thread else "message", posted.text))
        return json_answer(HTTPStatus.OK, {"ok": True, "channel": channel, "ts": posted.timestamp})

    def _update(self, values: Json) -> Answer:
        problem = _problem(values)
        if problem:
            return problem
        key = (_channel_id(values["channel"]), str(values.get("ts", "")))
        message = self._messages.get(key)
        if message is None:
            return _refusal("message_not_found")
        changed = replace(
            message,
            text=str(values.get("text", message.text)),
            blocks=tuple(values.get("blocks", message.blocks)),
            edits=message.edits + 1,
        )
        self._messages[key] = changed
        self.say(_line(self._channel_names.get(key[0], key[0]), "edit", changed.text))
        return json_answer(HTTPStatus.OK, {"ok": True, "channel": key[0], "ts": key[1], "text": changed.text})

    def _webhook(self, body: bytes) -> Answer:
        values = _decoded(body, "application/json")
        if values is None or _content_problem(values):
            return Answer(
                HTTPStatus.BAD_REQUEST, b"invalid_payload" if values is None else b"invalid_blocks", {}, "text/plain"
            )
        posted = self._add("webhook", values, "")
        self.say(_line("webhook", "message", posted.text))
        return Answer(HTTPStatus.OK, b"ok", {}, "text/plain")

    def _add(self, channel: str, values: Json, thread: str) -> SlackMessage:
        timestamp = f"{1_700_000_000 + len(self.requests)}.{len(self._messages):06d}"
        message = SlackMessage(channel, timestamp, str(values.get("text", "")), tuple(values.get("blocks", ())), thread)
        self._messages[channel, timestamp] = message
        return message


def _auth_test(_values: Json) -> Answer:
    return json_answer(
        HTTPStatus.OK, {"ok": True, "team": "stand-in", "user": "sloguard", "user_id": "U1", "team_id": "T1"}
    )


def _refusal(code: str, *messages: str) -> Answer:
    metadata = {"response_metadata": {"messages": list(messages)}} if messages else {}
    return json_answer(HTTPStatus.OK, {"ok": False, "error": code, **metadata})


def _decoded(body: bytes, content_type: str) -> Json | None:
    """A JSON object, or a form in which blocks are JSON; None if it is neither."""
    try:
        if content_type.startswith("application/x-www-form-urlencoded"):
            form: dict[str, Any] = dict(parse_qsl(body.decode()))
            return form | ({"blocks": json.loads(form["blocks"])} if "blocks" in form else {})
        values = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _problem(values: Json) -> Answer | None:
    channel = values.get("channel")
    if not isinstance(channel, str) or not 1 < len(channel) <= _LONGEST_CHANNEL:
        return _refusal("channel_not_found")
    return _content_problem(values)


def _content_problem(values: Json) -> Answer | None:
    text, blocks = values.get("text", ""), values.get("blocks", [])
    if not text and not blocks:
        return _refusal("no_text")
    if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
        return _refusal("msg_too_long")
    if not isinstance(blocks, list) or len(blocks) > _MOST_BLOCKS:
        return _refusal("invalid_blocks", f"[ERROR] no more than {_MOST_BLOCKS} items allowed [json-pointer:/blocks]")
    for position, block in enumerate(blocks):
        wrong = _block_problem(block)
        if wrong:
            return _refusal("invalid_blocks", f"[ERROR] {wrong} [json-pointer:/blocks/{position}]")
    return None


def _block_problem(block: object) -> str:
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        return "missing required field: type"
    kind = block["type"]
    fields, elements = block.get("fields", []), block.get("elements", [])
    if kind in _TEXT_LIMITS and ("text" in block or kind == "header" or not fields):
        wrong = _text_problem(block.get("text"), _TEXT_LIMITS[kind])
        if wrong:
            return wrong
    if not isinstance(fields, list) or not isinstance(elements, list):
        return "must be an array"
    if len(fields) > _MOST_FIELDS or len(elements) > _MOST_ELEMENTS:
        return f"no more than {_MOST_FIELDS} items allowed"
    return next(filter(None, (_text_problem(field, _FIELD_LIMIT) for field in fields)), "")


def _text_problem(value: object, limit: int) -> str:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        return "must be more than 0 characters"
    return f"must be less than {limit + 1} characters" if len(text) > limit else ""


def _channel_id(name: str) -> str:
    """What Slack calls a channel: answers name it so, whatever it was called in the request."""
    return name if name.startswith("C") else f"C{zlib.crc32(name.encode(errors='replace')):010X}"


def _line(channel: str, what: str, text: str) -> str:
    return f"Slack      {channel}  {what:<7}  {text.splitlines()[0] if text else ''}"
