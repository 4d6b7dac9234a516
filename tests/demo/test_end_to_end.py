"""The demonstration as its viewer starts it: told to the end, and interrupted in the middle."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sloguard.demo.prometheus import free_port
from tests.demo.reference import SLO_YAML

ROOT = SLO_YAML.parent
SET_UP_SECONDS = 180.0


class Viewer:
    """Starts the demonstration on known ports and reads along."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory / "demo"
        self.ports = {name: free_port() for name in ("--port", "--prometheus-port", "--workload-port")}
        ports = [part for name, port in self.ports.items() for part in (name, str(port))]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sloguard", "demo", "--dir", str(self.directory), *ports, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self._lines.extend(self.process.stdout)

    @property
    def text(self) -> str:
        return "".join(self._lines)

    def read_until(self, words: str, seconds: float = SET_UP_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.1)

    def end(self, seconds: float = 60) -> int:
        code = self.process.wait(timeout=seconds)
        self._reader.join(timeout=10)
        return code

    def listening(self) -> list[str]:
        return [name for name, port in self.ports.items() if _is_open(port)]


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def viewing(directory: Path, *arguments: str) -> Iterator[Viewer]:
    viewer = Viewer(directory, *arguments)
    try:
        yield viewer
    finally:
        viewer.process.kill()
        viewer.process.wait()


@pytest.mark.slow
@pytest.mark.timeout(1000)
def test_one_page_and_its_resolve_arrive_unattended(tmp_path: Path) -> None:
    with viewing(tmp_path, "--once") as viewer:
        code = viewer.end(seconds=960)
        assert code == 0, viewer.text
        assert viewer.listening() == []
    seconds = re.search(r"The page came (\d+) s after", viewer.text)
    assert seconds is not None
    assert 40 < int(seconds[1]) < 180
    assert viewer.text.count("PAGE (critical)") == 1
    page = viewer.text[viewer.text.index("In Slack it reads") : viewer.text.index("REPAIRED")]
    assert "version=2.4.0" in page
    assert "route=/api/registrations" in page
    assert "Exactly one page and its resolve reached PagerDuty and Slack." in viewer.text
    assert "Traceback" not in "".join(log.read_text() for log in viewer.directory.glob("*.log"))


@pytest.mark.timeout(400)
def test_an_interruption_stops_everything(tmp_path: Path) -> None:
    with viewing(tmp_path) as viewer:
        viewer.read_until("Everything runs")
        assert sorted(viewer.listening()) == sorted(viewer.ports)
        viewer.process.send_signal(signal.SIGINT)
        assert viewer.end() == 130, viewer.text
        assert viewer.listening() == []
    assert "Interrupted; everything is stopped." in viewer.text
    assert "Traceback" not in viewer.text


@pytest.mark.timeout(200)
def test_a_termination_while_it_sets_up_stops_everything(tmp_path: Path) -> None:
    with viewing(tmp_path) as viewer:
        viewer.read_until("Prometheus gets a past")
        viewer.process.send_signal(signal.SIGTERM)
        assert viewer.end() == 130, viewer.text
        assert viewer.listening() == []


@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux' own")
def test_killed_without_a_chance_to_clean_up_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with viewing(tmp_path) as viewer:
        viewer.read_until("Everything runs")
        viewer.process.kill()
        viewer.end()
        deadline = time.monotonic() + 30
        while viewer.listening():
            assert time.monotonic() < deadline, viewer.listening()
            time.sleep(0.2)


def test_a_directory_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "file").touch()
    with viewing(tmp_path) as viewer:
        assert viewer.end() == 1
    assert "is not empty. Name a new directory, or remove it." in viewer.text
    assert [path.name for path in viewer.directory.iterdir()] == ["file"]


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with viewing(tmp_path, "--config", "nowhere.yaml") as viewer:
        assert viewer.end() == 1
    assert "nowhere.yaml does not exist" in viewer.text
    assert not viewer.directory.exists()


def test_without_prometheus_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with viewing(tmp_path) as viewer:
        assert viewer.end() == 3
    assert "prometheus is not on the PATH. On Debian or Ubuntu: apt-get install prometheus." in viewer.text
