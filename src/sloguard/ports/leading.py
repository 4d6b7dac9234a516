"""Which of several daemons evaluates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sloguard.model.lease import Lease


class LeaseStore(Protocol):
    """Who evaluates. Every change is a compare-and-swap: of several that try at the same time, one succeeds."""

    def read(self) -> Lease | None:
        """As it is; None if nobody has ever held it."""
        ...

    def take(self, seen: Lease | None, new: Lease) -> bool:
        """Put a new lease in the place of the one that was seen; whether it was still there.

        Waits for transactions that are being written under the old one; when it returns none can be any more.
        """
        ...

    def renew(self, held: Lease, now: datetime) -> Lease | None:
        """Hold it for its length from now; None if somebody else has taken it."""
        ...

    def give_back(self, held: Lease) -> None:
        """Let anybody take it now. Does nothing if somebody else has taken it."""
        ...


@dataclass(frozen=True, slots=True)
class Leadership:
    """Which daemon evaluates, as one of them knows it."""

    leads: bool
    """Whether this one does."""
    holder: str | None
    """`HOST:PID:NAME` of the one that does; None: none at the moment."""
