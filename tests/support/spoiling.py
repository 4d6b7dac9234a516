"""A proxy before a Prometheus that spoils one of its answers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

import httpx
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Spoil = Callable[[bytes], Response]


def partial(content: bytes) -> Response:
    """As Thanos and Mimir tell that a part of the data is missing; half of the rows are."""
    document = json.loads(content)
    document["data"]["result"] = document["data"]["result"][::2]
    return Response(json.dumps({**document, "warnings": ["store gateway 2 is down"]}))


def timed_out(_: bytes) -> Response:
    error = {"status": "error", "errorType": "timeout", "error": "query timed out in expression evaluation"}
    return Response(json.dumps(error), status=503)


@dataclass
class SpoilingProxy:
    """Answers as the server behind it, but for the answers that are to be spoilt."""

    server: httpx.Client
    url: str
    has_spoilt: bool = False
    """Whether the answer that was to be spoilt last was asked for."""
    _asked: int = 0
    _spoilt: tuple[int, Spoil] | None = None
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def spoiling(self, number: int, how: Spoil) -> Iterator[None]:
        """Spoil one answer of those that are asked for meanwhile, the first one being 1."""
        self.has_spoilt = False
        self._spoilt = (self._asked + number, how)
        try:
            yield
        finally:
            self._spoilt = None

    def answer(self, request: Request) -> Response:
        with self._lock:
            self._asked += 1
            how = self._spoilt[1] if self._spoilt and self._spoilt[0] == self._asked else None
            self.has_spoilt |= how is not None
        found = self.server.post(request.path, data=request.form.to_dict())
        return how(found.content) if how else Response(found.content, status=found.status_code)


@contextmanager
def spoiling_proxy(target: str) -> Iterator[SpoilingProxy]:
    with HTTPServer("127.0.0.1", threaded=True) as server, httpx.Client(base_url=target, timeout=30) as behind:
        proxy = SpoilingProxy(behind, server.url_for("").rstrip("/"))
        server.expect_request("/api/v1/query").respond_with_handler(proxy.answer)
        server.expect_request("/api/v1/query_range").respond_with_handler(proxy.answer)
        yield proxy
