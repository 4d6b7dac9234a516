"""The demonstration's workload as a process: `python -m sloguard.demo.workload --listen 127.0.0.1:PORT`.

It serves /metrics, and its faults are switched on by `POST /faults/NAME`, off by `DELETE /faults/NAME`.
"""

import argparse
import ipaddress
import json
import signal
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self

from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest

from sloguard.clock import utc_now
from sloguard.demo.faults import DESCRIPTIONS, Fault
from sloguard.demo.services import Services

_TICK_SECONDS = 0.5
_LOOK_SECONDS = 0.1


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        match self.path:
            case "/metrics":
                self._answer(HTTPStatus.OK, generate_latest(self.server.services.registry), CONTENT_TYPE_LATEST)
            case "/faults":
                self._answer_faults()
            case _:
                self._answer_json(HTTPStatus.NOT_FOUND, {"error": "Here are /metrics and /faults."})

    def do_POST(self) -> None:
        self._switch(on=True)

    def do_DELETE(self) -> None:
        self._switch(on=False)

    def _switch(self, *, on: bool) -> None:
        # A body is read and forgotten, so that the connection can be used again.
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        prefix, _, name = self.path.rpartition("/")
        if prefix != "/faults" or name not in list(Fault):
            known = ", ".join(Fault)
            self._answer_json(HTTPStatus.NOT_FOUND, {"error": f"There is no fault {name!r}. There are: {known}."})
            return
        self.server.switch(Fault(name), on=on)
        self._answer_faults()

    def _answer_faults(self) -> None:
        active = self.server.services.faults
        faults = [{"name": fault, "active": fault in active, "description": DESCRIPTIONS[fault]} for fault in Fault]
        self._answer_json(HTTPStatus.OK, {"faults": faults})

    def _answer_json(self, status: HTTPStatus, body: object) -> None:
        self._answer(status, json.dumps(body, indent=2).encode() + b"\n", "application/json")

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Scrapes every few seconds are no news."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], services: Services) -> None:
        super().__init__(address, _Handler)
        self.services = services

    def switch(self, fault: Fault, *, on: bool) -> None:
        # What happened until now, happened without the change.
        self.services.advance(utc_now().timestamp())
        self.services.set_faults(self.services.faults | {fault} if on else self.services.faults - {fault})


class Workload:
    """The services behind a loopback port; they live while the context is open."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, seed: int = 1) -> None:
        self.services = Services(utc_now().timestamp(), seed)
        self._server = _Server((host, port), self.services)
        self.url = f"http://{host}:{self._server.server_port}"
        self._stopped = Event()
        self._threads = (
            Thread(target=self._server.serve_forever, args=(0.1,), name="workload-http", daemon=True),
            Thread(target=self._live, name="workload-traffic", daemon=True),
        )

    def _live(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            self.services.advance(utc_now().timestamp())

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()


def loopback_address(text: str) -> tuple[str, int]:
    """`127.0.0.1:8000` as host and port. The workload has no authentication, so it listens nowhere else."""
    host, _, port = text.rpartition(":")
    try:
        if not ipaddress.ip_address(host).is_loopback:
            raise argparse.ArgumentTypeError(f"{host} is not a loopback address (try 127.0.0.1:{port})")
        return host, int(port)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no address (try 127.0.0.1:8000)") from error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m sloguard.demo.workload", description=__doc__)
    parser.add_argument("--listen", type=loopback_address, default=("127.0.0.1", 0), metavar="HOST:PORT")
    parser.add_argument("--seed", type=int, default=1, help="another number tells another story")
    options = parser.parse_args(arguments)
    # No Event: a second signal while the first one sets it would wait for itself, and for ever.
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: asked_to_stop.append(received))
    disable_created_metrics()  # type: ignore[no-untyped-call] # prometheus-client leaves it unannotated
    host, port = options.listen
    with Workload(host, port, seed=options.seed) as workload:
        sys.stdout.write(f"workload: {workload.url}/metrics\n")
        sys.stdout.flush()
        while not asked_to_stop:
            time.sleep(_LOOK_SECONDS)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
