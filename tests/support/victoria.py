"""A real VictoriaMetrics on a loopback port, and a past for it."""

import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import pytest

from sloguard.demo.prometheus import free_port

_READY_SECONDS = 60.0
_LINES_A_REQUEST = 200_000
MISSING = "VictoriaMetrics is not installed. On Debian or Ubuntu: apt-get install victoria-metrics."


def victoria_program(name: str) -> str:
    """Where a program of the package is; the test is skipped where it is not."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(MISSING)
    return path


class VictoriaServer:
    """Starts on enter, stops on exit. `directory` holds its data and log."""

    def __init__(self, directory: Path, *, arguments: Iterable[str] = ()) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._arguments = tuple(arguments)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [
            victoria_program("victoria-metrics"),
            f"-storageDataPath={self.directory / 'victoria'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=100y",
            "-memory.allowedBytes=256MB",
            *self._arguments,
        ]
        with (self.directory / "victoria.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self._wait_until_ready()
        return self

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._process is not None and self._process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=1.0, trust_env=False).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        log = (self.directory / "victoria.log").read_text(encoding="utf-8", errors="replace")
        self.stop()
        raise RuntimeError(f"VictoriaMetrics did not become ready. The end of its log:\n{log[-2000:]}")

    def take_in(self, openmetrics: Iterable[str]) -> None:
        """Import samples, as lines of OpenMetrics text with times in seconds; they can be queried at once."""
        batch: list[str] = []
        for line in openmetrics:
            if line and not line.startswith("#"):
                series, _, at = line.rpartition(" ")
                batch.append(f"{series} {round(float(at) * 1000)}")
            if len(batch) == _LINES_A_REQUEST:
                self._import(batch)
                batch.clear()
        self._import(batch)
        httpx.get(f"{self.url}/internal/force_flush", timeout=60.0, trust_env=False).raise_for_status()
        httpx.get(f"{self.url}/internal/resetRollupResultCache", timeout=60.0, trust_env=False).raise_for_status()

    def _import(self, lines: list[str]) -> None:
        content = "\n".join([*lines, ""]).encode()
        url = f"{self.url}/api/v1/import/prometheus"
        httpx.post(url, content=content, timeout=60.0, trust_env=False).raise_for_status()

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
