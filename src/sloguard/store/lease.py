"""Who evaluates: one row, changed by compare-and-swap, and the fence that keeps out who does not hold it any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, update

from sloguard.errors import LeaseLostError
from sloguard.model.lease import Lease
from sloguard.store.connection import reading, writing
from sloguard.store.tables import lease
from sloguard.store.upsert import insert_ignoring

_NAME = "evaluation"
_COLUMNS = (
    lease.c.token,
    lease.c.holder,
    lease.c.renewals,
    lease.c.acquired_at,
    lease.c.renewed_at,
    lease.c.expires_at,
)


@dataclass(frozen=True, slots=True)
class SqlLeaseStore:
    engine: Engine

    def read(self) -> Lease | None:
        with reading(self.engine) as connection:
            return read_lease(connection)

    def take(self, seen: Lease | None, new: Lease) -> bool:
        """Put a new lease in the place of the one that was seen; whether it was still there.

        Waits for transactions that are being written under the old one; when it returns none can be any more.
        """
        with writing(self.engine) as connection:
            if seen is None:
                insert = insert_ignoring(connection, lease).values(name=_NAME, **_values(new))
                # Of an insert that was ignored not every driver tells the number of rows.
                return connection.execute(insert.returning(lease.c.token)).first() is not None
            same = and_(_is_held(seen), lease.c.renewals == seen.renewals)
            return connection.execute(update(lease).where(same).values(_values(new))).rowcount == 1

    def renew(self, held: Lease, now: datetime) -> Lease | None:
        """Hold it for its length from now; None if somebody else has taken it."""
        renewed = Lease(held.token, held.holder, held.renewals + 1, held.acquired_at, now, now + held.length)
        values = _values(renewed)
        del values["token"]  # not even to what it is: see `hold_fast`
        with writing(self.engine) as connection:
            return renewed if connection.execute(update(lease).where(_is_held(held)).values(values)).rowcount else None

    def give_back(self, held: Lease) -> None:
        """Let anybody take it now. Does nothing if somebody else has taken it."""
        with writing(self.engine) as connection:
            connection.execute(update(lease).where(_is_held(held)).values(holder=None))


def read_lease(connection: Connection) -> Lease | None:
    row = connection.execute(select(*_COLUMNS).where(lease.c.name == _NAME)).first()
    return Lease(*row) if row is not None else None


def hold_fast(connection: Connection, held: Lease) -> None:
    """Make sure that the lease is held, and stays so until the end of the transaction.

    SQLite has one writer at a time anyway. On PostgreSQL the row is locked against a change of its key, which only
    `take` changes, so renewals need not wait. Who sleeps in the middle of a transaction, or is cut off, must not keep
    others waiting for ever: the server ends the transaction when it has lain idle for as long as the lease is.

    Raises:
        LeaseLostError: it is not held.
    """
    if connection.dialect.name == "postgresql":
        milliseconds = str(round(held.length.total_seconds() * 1000))
        connection.execute(select(func.set_config("idle_in_transaction_session_timeout", milliseconds, True)))
    query = select(lease.c.token).where(_is_held(held)).with_for_update(read=True, key_share=True)
    if connection.execute(query).first() is None:
        raise LeaseLostError("Another daemon evaluates on this store now: nothing was written.")


def _is_held(held: Lease) -> ColumnElement[bool]:
    """By the holder, too: tokens begin anew in a store that was restored."""
    return and_(lease.c.name == _NAME, lease.c.token == held.token, lease.c.holder.is_not_distinct_from(held.holder))


def _values(written: Lease) -> dict[str, Any]:
    return {column.name: getattr(written, column.name) for column in _COLUMNS}
