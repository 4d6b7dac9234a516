"""The demonstration's child processes: each in its own session, its output in a file, never left behind."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sloguard.demo.leash import leashed
from sloguard.errors import SloguardError

_GRACE_SECONDS = 20.0
_LAST_LINES = 12


class DemoError(SloguardError):
    """A part of the demonstration failed."""


def child_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Ours with changes, and without proxies: everything here is on the loopback interface."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**kept, **changes}


class Child:
    """Starts on enter, stops on exit. Its own session keeps a Ctrl-C from reaching it before we stop it in order."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
        *,
        grace_seconds: float = _GRACE_SECONDS,
    ) -> None:
        self.name = name
        self.log = log
        self._command = leashed(command)
        self._grace_seconds = grace_seconds
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, show: bool = False) -> None:
        """Start it; with `show` its output goes to ours instead of the log."""
        with self.log.open("ab") as log:
            out = None if show else log
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._environment,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise DemoError, with the end of its log, if it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise self.failure(f"ended by itself with exit code {self._process.returncode}")

    def failure(self, what: str) -> DemoError:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        words = [f"{self.name} {what}."]
        if lines:
            words += [f"The end of {self.log}:", *(f"  {line}" for line in lines[-_LAST_LINES:])]
        return DemoError("\n".join(words))

    def complete(self, *, show: bool = False, accepted: frozenset[int] = frozenset({0})) -> None:
        """Start it and wait for its end.

        Raises:
            DemoError: it ended with an exit code that is not accepted.
        """
        self.start(show=show)
        try:
            code = self._process.wait() if self._process else 0
        finally:
            self.stop()
        if code not in accepted:
            raise self.failure(f"failed with exit code {code}")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(timeout=self._grace_seconds)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C means: now
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
