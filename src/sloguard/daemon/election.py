"""One daemon's part in the question which of several on a store evaluates. No clock that can be set has a say in it.

Who holds the lease relies on it for its length, counted from before it asked for it. Who does not watches it: as long
as it is renewed, somebody is alive. One that has not changed for its length, counted from after it was seen, is free;
and so is that of a process that has died on the same machine. Both measure by their own clock that only goes forward.
So two do not rely on it at the same time, whatever wall clocks say; if they do even so, because one slept, the store's
fence keeps the older one from writing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sloguard.clock import monotonic_seconds, utc_now
from sloguard.daemon.holders import is_gone, new_holder
from sloguard.model.lease import Lease, is_free, taken
from sloguard.ports import Leadership, LeaseStore


class Election:
    """Does nothing by itself: `look` has to be called several times in the length of a lease."""

    def __init__(
        self,
        store: LeaseStore,
        length: timedelta,
        *,
        name: Callable[[], str] = new_holder,
        gone: Callable[[str], bool] = is_gone,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = monotonic_seconds,
    ) -> None:
        self._store = store
        self.length = length
        self._name = name
        self._gone = gone
        self._now = now
        self._monotonic = monotonic
        self._held: Lease | None = None
        self._relied_on_until = 0.0
        self._seen: Lease | None = None
        self._seen_since: float | None = None

    @property
    def held(self) -> Lease | None:
        """The lease that this daemon has; it may be lost already, which the next `look` or the fence will tell."""
        return self._held

    @property
    def leadership(self) -> Leadership:
        held, seen = self._held, self._seen
        if held is not None:
            return Leadership(self._monotonic() < self._relied_on_until, held.holder)
        return Leadership(leads=False, holder=seen.holder if seen else None)

    def look(self) -> Lease | None:
        """Renew the lease, or take it if it is free; what is held then.

        Raises:
            StoreError: the store cannot be used. Nothing has changed, but time passes.
        """
        began = self._monotonic()
        if self._held is not None:
            self._held = self._store.renew(self._held, self._now())
        if self._held is None:
            self._held = self._taken()
        if self._held is not None:
            self._relied_on_until = began + self._held.length.total_seconds()
        return self._held

    def give_back(self) -> None:
        """Let somebody else have it at once.

        Raises:
            StoreError: the store cannot be used; others have to wait until it runs out.
        """
        held, self._held = self._held, None
        if held is not None:
            self._store.give_back(held)

    def _taken(self) -> Lease | None:
        seen = self._store.read()
        if self._seen_since is None or seen != self._seen:
            self._seen, self._seen_since = seen, self._monotonic()
        unchanged = timedelta(seconds=self._monotonic() - self._seen_since)
        is_orphan = seen is not None and seen.holder is not None and self._gone(seen.holder)
        if not is_orphan and not is_free(seen, unchanged):
            return None
        new = taken(seen, self._name(), self.length, self._now())
        return new if self._store.take(seen, new) else None
