"""A real Prometheus on a loopback port, with a backfilled past: for the demonstration and the tests."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from sloguard.errors import SloguardError

_READY_SECONDS = 60.0


class MissingProgramError(SloguardError):
    """A program that the demonstration needs is not on the PATH."""

    exit_code = 3


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise MissingProgramError(f"{name} is not on the PATH. On Debian or Ubuntu: apt-get install prometheus.")
    return path


def backfill(data_dir: Path, openmetrics: Path, *, block_duration: str = "24h") -> None:
    """Write the samples of an OpenMetrics file into Prometheus' storage. The server must not run yet."""
    command = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
    # Hidden flag: without it promtool reads the whole file again for every two hours of history.
    command += [f"--max-block-duration={block_duration}", str(openmetrics), str(data_dir)]
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own arguments


class PrometheusServer:
    """Starts on enter, stops on exit. `directory` holds its configuration, data and log."""

    def __init__(
        self,
        directory: Path,
        config: str = "",
        *,
        port: int | None = None,
        arguments: Iterable[str] = (),
        launcher: Callable[[Sequence[str]], Sequence[str]] = list,
    ) -> None:
        """`launcher` may wrap the command line, to start it by way of another program."""
        self.directory = directory
        self.data_dir = directory / "data"
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._config = config or "global: {scrape_interval: 15s}\n"
        self._arguments = tuple(arguments)
        self._launcher = launcher
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        config = self.directory / "prometheus.yml"
        config.write_text(self._config, encoding="utf-8")
        command = [
            program("prometheus"),
            f"--config.file={config}",
            f"--storage.tsdb.path={self.data_dir}",
            "--storage.tsdb.retention.time=400d",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--web.enable-lifecycle",
            "--web.enable-admin-api",
            *self._arguments,
        ]
        with (self.directory / "prometheus.log").open("ab") as log:
            # Its own session, so that Ctrl-C reaches only us and we stop it in order.
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                self._launcher(command), stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            try:
                # No proxy of the environment lies between us and ourselves.
                if httpx.get(f"{self.url}/-/ready", timeout=1.0, trust_env=False).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        log = (self.directory / "prometheus.log").read_text(encoding="utf-8", errors="replace")
        self.stop()
        raise RuntimeError(f"Prometheus did not become ready. The end of its log:\n{log[-2000:]}")

    def reload(self) -> None:
        httpx.post(f"{self.url}/-/reload", timeout=30.0, trust_env=False).raise_for_status()

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

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
