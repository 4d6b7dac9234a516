"""The lease on a store: of several daemons the one that holds it evaluates, decides and tells."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_INTERVALS = 3
_SHORTEST = timedelta(seconds=6)
_LONGEST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Lease:
    """As it was written last. Two of them are equal if and only if nobody has renewed, taken or given back between."""

    token: int
    """One greater with each change of hands: what was begun under a smaller one must not be written any more."""
    holder: str | None
    """`HOST:PID:NAME`, another one each time it is taken; None: it was given back."""
    renewals: int
    acquired_at: datetime
    renewed_at: datetime
    expires_at: datetime
    """These three are by the holder's clock and for people; but their distance is what the holder relies on."""

    @property
    def length(self) -> timedelta:
        """How long the holder relies on it after a renewal."""
        return self.expires_at - self.renewed_at


def lease_length(interval: timedelta) -> timedelta:
    """Three evaluation intervals, from 6 s to 60 s: what a take-over may cost, and how long a store may be away."""
    return min(max(_INTERVALS * interval, _SHORTEST), _LONGEST)


def is_free(seen: Lease | None, unchanged: timedelta) -> bool:
    """Whether a lease may be taken that has stood as it is for so long, by a clock that only goes forward."""
    return seen is None or seen.holder is None or unchanged >= seen.length


def taken(seen: Lease | None, holder: str, length: timedelta, now: datetime) -> Lease:
    """What comes after the lease that was seen, in other hands."""
    return Lease(seen.token + 1 if seen else 1, holder, 0, now, now, now + length)
