"""A PostgreSQL server of the tests' own, where its programs are installed."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def running_server() -> Iterator[str]:
    """The URL of an empty database on a loopback port. Stopped, and deleted, on exit."""
    programs, owner, port = _newest_programs(), _owner(), free_port()
    assert programs
    directory = Path(tempfile.mkdtemp(prefix="sloguard-pg-"))
    try:
        if owner:
            shutil.chown(directory, owner)
        data = directory / "data"
        _run([programs / "initdb", "-D", data, "-U", "sloguard", "-A", "trust", "--no-sync", "-E", "UTF8"], owner)
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": "",
            "fsync": "off",
            "max_connections": "50",
        }
        command: list[str | Path] = [
            programs / "postgres",
            "-D",
            data,
            *(f"--{name}={value}" for name, value in options.items()),
        ]
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(command, user=owner, stdout=log, stderr=log, cwd="/")
        try:
            _wait_until_ready(programs, port, directory / "log")
            yield f"postgresql://sloguard@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(directory)


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
