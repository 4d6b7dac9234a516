"""Serves the application from a thread of its own, beside the daemon's work."""

import contextlib
import re
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from sloguard.errors import SloguardError, UsageError

DEFAULT_LISTEN = "127.0.0.1:9900"

_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<host>[^\[\]:\s]+)):(?P<port>\d{1,5})", re.ASCII)
_HIGHEST_PORT = 65_535
_START_SECONDS = 10.0
_POLL_SECONDS = 0.02
_REQUESTS_SECONDS = 3
"""Requests under way at the stop may take this long; then they are cut off."""
_STOP_SECONDS = 4.5


class ListenError(SloguardError):
    """The web server cannot have the address it was told to listen on."""

    exit_code = 3


def listen_address(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`; an IPv6 address stands in brackets. Port 0 lets the system choose.

    Raises:
        UsageError: it is neither.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > _HIGHEST_PORT:
        raise UsageError(f"--listen wants HOST:PORT (got {text!r}). Use for example {DEFAULT_LISTEN}.")
    return match["ipv6"] or match["host"], int(match["port"])


class WebServer:
    """Serves from `start` to `stop`; leaves signals and the process' logging alone."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._address = (host, port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                lifespan="off",
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_REQUESTS_SECONDS,
            )
        )
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it is to be found; with the real port once it has started."""
        host, port = self._address
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def start(self) -> None:
        """Returns once requests are answered.

        Raises:
            ListenError: the address is in use, not ours, or forbidden; or serving ended at once.
        """
        listener = _bind(*self._address)
        self._address = (self._address[0], listener.getsockname()[1])
        self._socket = listener
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="sloguard-web", daemon=True)
        self._thread.start()
        for _ in range(round(_START_SECONDS / _POLL_SECONDS)):
            if self._server.started:
                return
            self._thread.join(_POLL_SECONDS)
            if not self._thread.is_alive():
                break
        self.stop()
        raise ListenError(f"The web server on {self.url} did not start. The log says why.")

    def stop(self) -> None:
        """Finish what is being answered, within 5 seconds, and close the address. A second call does nothing."""
        if self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_STOP_SECONDS)
            self._thread = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket, bound here so that a refusal is known before any thread runs."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with contextlib.ExitStack() as undo:
            listener = undo.enter_context(socket.socket(family, socket.SOCK_STREAM))
            # A restart must not wait for the last process' connections to time out.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
            undo.pop_all()
            return listener
    except OSError as error:
        why = error.strerror or str(error)
        raise ListenError(
            f"Cannot listen on {host}:{port}: {why}. Choose another address with --listen HOST:PORT."
        ) from error
