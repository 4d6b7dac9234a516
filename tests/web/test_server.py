"""The real server: it serves, says clearly why it can't, and stops in time."""

import logging
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from sloguard.demo.prometheus import PrometheusServer, free_port
from sloguard.errors import UsageError
from sloguard.model.status import StatusReport
from sloguard.web import WebServer, listen_address
from sloguard.web.server import ListenError
from tests.web.asking import BrokenView, View, app_of

SCRAPE = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: sloguard
    static_configs: [{{targets: ["{target}"]}}]
"""


def test_it_serves_from_start_to_stop() -> None:
    server = WebServer(app_of(), "127.0.0.1", 0)
    server.start()
    assert not server.url.endswith(":0")
    answer = httpx.get(f"{server.url}/api/v1/status")
    assert answer.status_code == 200
    assert "server" not in answer.headers
    assert httpx.head(f"{server.url}/").content == b""
    server.stop()
    server.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{server.url}/health/live")


def test_the_address_is_free_again_at_once() -> None:
    port = free_port()
    for _ in range(2):
        with WebServer(app_of(), "127.0.0.1", port) as server:
            assert httpx.get(f"{server.url}/health/live").status_code == 200


def test_an_address_in_use_is_named() -> None:
    with WebServer(app_of(), "127.0.0.1", 0) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{port}: Address already in use\. .*--listen") as caught:
            WebServer(app_of(), "127.0.0.1", port).start()
        assert caught.value.exit_code == 3
        assert httpx.get(f"{first.url}/health/live").status_code == 200


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(ListenError, match=r"Cannot listen on 192\.0\.2\.1:9900"):
        WebServer(app_of(), "192.0.2.1", 9900).start()


def test_an_open_connection_does_not_hold_up_the_stop() -> None:
    server = WebServer(app_of(), "127.0.0.1", 0)
    server.start()
    port = int(server.url.rpartition(":")[2])
    with httpx.Client() as client, socket.create_connection(("127.0.0.1", port)) as half_asked:
        client.get(f"{server.url}/health/live")
        half_asked.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5


class _SlowView(View):
    """A view whose answer waits until it is let go."""

    asked = threading.Event()
    go_on = threading.Event()

    def status(self) -> StatusReport | None:
        self.asked.set()
        self.go_on.wait(30)
        return self.report


def _asking(url: str, answers: list[int]) -> Callable[[], None]:
    def ask() -> None:
        try:
            answers.append(httpx.get(url, timeout=20).status_code)
        except httpx.TransportError:
            answers.append(0)

    return ask


def test_an_answer_under_way_is_finished_and_a_hanging_one_cut_off() -> None:
    view = _SlowView(None)
    for patience in (0.5, None):
        view.asked.clear()
        view.go_on.clear()
        answers: list[int] = []
        server = WebServer(app_of(view), "127.0.0.1", 0)
        server.start()
        client = threading.Thread(target=_asking(f"{server.url}/api/v1/status", answers))
        client.start()
        assert view.asked.wait(10)
        if patience is not None:
            threading.Timer(patience, view.go_on.set).start()
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 5
        view.go_on.set()
        client.join(20)
        assert answers == [503] if patience is not None else answers


def test_a_bug_is_logged_once_and_the_server_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), WebServer(app_of(BrokenView(None)), "127.0.0.1", 0) as server:
        assert httpx.get(f"{server.url}/api/v1/status").status_code == 500
        assert httpx.get(f"{server.url}/health/live").status_code == 200
    logged = [record for record in caplog.records if record.name.startswith("uvicorn")]
    assert len(logged) == 1
    assert logged[0].exc_info is not None


def test_logging_is_left_alone() -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    with WebServer(app_of(), "127.0.0.1", 0):
        assert (list(root.handlers), root.level) == before
        assert not logging.getLogger("uvicorn").handlers


def test_prometheus_scrapes_it(tmp_path: Path) -> None:
    with WebServer(app_of(), "127.0.0.1", 0) as server:
        config = SCRAPE.format(target=server.url.removeprefix("http://"))
        with PrometheusServer(tmp_path, config) as prometheus:
            query = {"query": 'sloguard_burn_rate{slo_id="onboarding/availability",window="1h"}'}
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                result = httpx.get(f"{prometheus.url}/api/v1/query", params=query).json()["data"]["result"]
                if result:
                    break
                time.sleep(0.2)
    assert result[0]["value"][1] == "16.2"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:9900", ("127.0.0.1", 9900)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9900", ("::1", 9900)),
        ("sloguard.example.com:0", ("sloguard.example.com", 0)),
    ],
)
def test_listen_address(text: str, address: tuple[str, int]) -> None:
    assert listen_address(text) == address


@pytest.mark.parametrize("text", ["", "9900", ":9900", "localhost", "localhost:", "::1:9900", "a:65536", "a:-1", "a:٣"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"--listen wants HOST:PORT \(got .*\)\. Use for example 127\.0\.0\.1:9900\."):
        listen_address(text)


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert WebServer(app_of(), "::1", 9900).url == "http://[::1]:9900"
