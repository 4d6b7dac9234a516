"""A PostgreSQL server of the tests' own, where its programs are installed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sloguard.demo.prometheus import free_port

_PROGRAMS = Path("/usr/lib/postgresql")
_OWNER = "postgres"
_START_SECONDS = 60


def _newest_programs() -> Path | None:
    found = sorted(_PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; then Debian's own user for it is taken."""
    if os.geteuid() != 0:
        return None
    return _OWNER


def is_installed() -> bool:
    owner = _owner()
    return _newest_programs() is not None and (owner is None or owner in {user.pw_name for user in pwd.getpwall()})


@dataclass
class Server:
    """A server of one empty database, on a loopback port."""

    programs: Path
    directory: Path
    owner: str | None
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://sloguard@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "50",
        }
        command: list[str | Path] = [
            self.programs / "postgres",
            "-D",
            self.directory / "data",
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(command, user=self.owner, stdout=log, stderr=log, cwd="/")
        _wait_until_ready(self.programs, self.port, self.directory / "log")

    def stop(self) -> None:
        """At once, as a crash would: what is not committed is lost."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)
            self.process = None

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def server_of_its_own() -> Iterator[Server]:
    """A server that a test may stop and start. Deleted on exit."""
    programs, owner = _newest_programs(), _owner()
    assert programs
    directory = Path(tempfile.mkdtemp(prefix="sloguard-pg-"))
    server = Server(programs, directory, owner, free_port())
    try:
        if owner:
            shutil.chown(directory, owner)
        data = directory / "data"
        _run([programs / "initdb", "-D", data, "-U", "sloguard", "-A", "trust", "--no-sync", "-E", "UTF8"], owner)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory)


@contextmanager
def running_server() -> Iterator[str]:
    """The URL of an empty database. Its server is stopped, and deleted, on exit."""
    with server_of_its_own() as server:
        yield server.url


def _wait_until_ready(programs: Path, port: int, log: Path) -> None:
    command: list[str | Path] = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-t", str(_START_SECONDS)]
    for _ in range(_START_SECONDS * 10):
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _run(command: list[str | Path], owner: str | None) -> None:
    done = subprocess.run(command, user=owner, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
