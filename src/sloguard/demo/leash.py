"""Starts a command that ends when its parent ends: `python -m sloguard.demo.leash PARENT_PID COMMAND…`.

Ctrl-C and errors are handled by the parent; this is for a parent that is killed without a chance to clean up.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

_PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str]) -> list[str]:
    """The command, tied to this process. Call it from the main thread: the kernel watches the thread that starts it."""
    return [sys.executable, "-m", "sloguard.demo.leash", str(os.getpid()), *command]


def main(arguments: Sequence[str]) -> NoReturn:
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            raise SystemExit(1)  # the parent died before the kernel knew whom to tell
    os.execvp(command[0], command)  # noqa: S606 - our own arguments


if __name__ == "__main__":
    main(sys.argv[1:])
