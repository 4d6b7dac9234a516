"""An HTTP server on a loopback port that remembers its requests and can be told to misbehave."""

import json
import socket
import struct
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Any, Self

_SOCKET_SECONDS = 30.0
_MOST_DIGITS = 15
"""Of a Content-Length."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time at all: closing answers with a reset."""


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    status: int
    """What it was answered with; 0 if the connection was dropped."""

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def json_answer(status: int, body: Mapping[str, Any]) -> Answer:
    return Answer(status, json.dumps(body).encode())


@dataclass(frozen=True, slots=True)
class _Fault:
    answer: Answer | None = None
    delay_seconds: float = 0.0
    drop: bool = False
    accept: bool = False
    """The request takes effect all the same; only its answer is spoilt."""


class StandIn(ABC):
    """Starts on enter, stops on exit. Says what arrives through `on_event`, one readable line at a time."""

    longest_body = 1_048_576

    def __init__(self, *, port: int = 0, on_event: Callable[[str], None] | None = None) -> None:
        """Port 0 is any free one."""
        self._port = port
        self._on_event = on_event
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._faults: deque[_Fault] = deque()
        self._requests: list[ReceivedRequest] = []
        self._stopping = threading.Event()
        self.lock = threading.RLock()

    @abstractmethod
    def respond(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a POST as the real service would. Called with the lock held; never raises for what was sent."""

    @property
    def url(self) -> str:
        """Without a trailing slash. Stays the same over stop and start."""
        if not self._port:
            raise RuntimeError("the server has not been started")
        return f"http://127.0.0.1:{self._port}"

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        with self.lock:
            return tuple(self._requests)

    def fail_next(
        self, status: int, times: int = 1, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Answer the next requests with this status, and do nothing else with them."""
        self._add_fault(_Fault(Answer(status, body, headers or {}, "text/plain")), times)

    def drop_next(self, times: int = 1, *, accept: bool = False) -> None:
        """Reset the connection instead of answering; with `accept`, after the request has taken effect."""
        self._add_fault(_Fault(drop=True, accept=accept), times)

    def delay_next(self, seconds: float, times: int = 1) -> None:
        """Answer rightly, but late."""
        self._add_fault(_Fault(delay_seconds=seconds, accept=True), times)

    def _add_fault(self, fault: _Fault, times: int) -> None:
        with self.lock:
            self._faults.extend([fault] * times)

    def say(self, line: str) -> None:
        if self._on_event:
            self._on_event(line)

    def handle(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer | None:
        """The answer, or None to drop the connection."""
        with self.lock:
            fault = self._faults.popleft() if self._faults else _Fault(accept=True)
            answer = self.respond(path, headers, body) if fault.accept else fault.answer
            answer = None if fault.drop else answer
            status = answer.status if answer else 0
            self._requests.append(ReceivedRequest(path, MappingProxyType(dict(headers)), body, status))
        self._stopping.wait(fault.delay_seconds)
        return answer

    def refuse(self, path: str, headers: Mapping[str, str]) -> Answer:
        """A request that is no POST is remembered, and not allowed."""
        with self.lock:
            status = HTTPStatus.METHOD_NOT_ALLOWED
            self._requests.append(ReceivedRequest(path, MappingProxyType(dict(headers)), b"", status))
        return json_answer(status, {"error": "only POST is served"})

    def start(self) -> None:
        self._stopping.clear()
        self._server = _Server(self._port, self)
        self._port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, owner: StandIn) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.owner = owner

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news here."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SOCKET_SECONDS

    def do_POST(self) -> None:
        owner = self.server.owner
        length = self._length()
        answer: Answer | None
        if length < 0:
            answer = json_answer(HTTPStatus.LENGTH_REQUIRED, {"error": "Content-Length is missing or wrong"})
        elif length > owner.longest_body:
            answer = json_answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "the body is too large"})
        else:
            answer = owner.handle(self.path, self._fields(), self.rfile.read(length))
        if answer is None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.connection.close()
        else:
            self._write(answer)

    def do_GET(self) -> None:
        self._write(self.server.owner.refuse(self.path, self._fields()))

    def _fields(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _length(self) -> int:
        text = self.headers.get("Content-Length", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else -1

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name for it
        """Requests are told by `on_event`."""
