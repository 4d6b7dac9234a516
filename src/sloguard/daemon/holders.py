"""What a daemon that holds the lease is called, and how its neighbours tell that it is dead."""

import os
import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path
from socket import gethostname

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE = Path("/proc/self/ns/pid")
_NOWHERE = "0"


def new_holder() -> str:
    """`HOST:PID:PLACE.RANDOM`: a name that nobody else has, and that this process never had before."""
    return f"{gethostname()}:{os.getpid()}:{_place()}.{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether a holder is surely dead: its number would be seen from here, and no process has it.

    Of one elsewhere, or in another container, nothing is sure, however alike the hosts are called.
    """
    _, _, rest = holder.partition(":")
    number, _, name = rest.rpartition(":")
    place = name.partition(".")[0]
    if place == _NOWHERE or place != _place() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


@cache
def _place() -> str:
    """Tells processes apart that do not see each other's numbers: this run of the machine, and the container in it."""
    try:
        seen = f"{_BOOT.read_text(encoding='ascii').strip()} {_NAMESPACE.readlink()}"
    except OSError:
        return _NOWHERE
    return sha256(seen.encode()).hexdigest()[:8]
