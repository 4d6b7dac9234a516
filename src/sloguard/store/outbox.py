"""Notifications on their way: written with the decision, claimed by lease, recorded once answered.

An entry is leased before it is sent and recorded after it was answered. Whoever dies in between leaves a lease that
runs out, and the entry is sent again: at least once, in order per receiver and dedup key.

Only the daemon that evaluates may claim. What it has claimed it may send and record in any case: nobody else is offered
the entry until that lease has run out. Who comes back later can tell that an entry was delivered, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from sloguard.errors import StoreError
from sloguard.model.alert import Incident
from sloguard.model.delivery import (
    Delivered,
    DeliveryResult,
    Notification,
    NotificationKind,
    OutboxEntry,
    Rejected,
    Retry,
)
from sloguard.store.codec import incident_from_json, incident_to_json
from sloguard.store.connection import reading, writing
from sloguard.store.tables import PENDING, PENDING_STATE, EntryState, outbox

_LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    engine: Engine

    def claim(self, worker: str, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxEntry]:
        """Lease entries that are due, as many receivers as possible, for as long as `lease`.

        Per receiver and dedup key only the oldest undelivered one is offered. Nobody else is offered them meanwhile.
        """
        with writing(self.engine) as connection:
            rows = connection.execute(_claimable(now, limit)).all()
            if rows:
                connection.execute(
                    update(outbox)
                    .where(outbox.c.id.in_([row.id for row in rows]))
                    .values(leased_by=worker, leased_until=now + lease)
                )
        return [_entry(row, worker) for row in rows]

    def record(self, entry: OutboxEntry, result: DeliveryResult, now: datetime, retry_at: datetime | None) -> None:
        """Write down how the receiver answered. An answer that comes after somebody else's changes nothing, nor does
        one other than Delivered while somebody else has claimed the entry.

        Raises:
            ValueError: `retry_at` is missing from a Retry, or given with another result.
        """
        if isinstance(result, Retry) != (retry_at is not None):
            raise ValueError("retry_at goes with Retry, and only with it")
        same = and_(outbox.c.id == entry.id, PENDING)
        still_mine = and_(same, outbox.c.attempts == entry.attempts, outbox.c.leased_by == entry.worker)
        values: dict[str, Any] = {"leased_by": None, "leased_until": None}
        match result:
            case Delivered(reference=reference):
                values |= {"state": EntryState.DELIVERED, "reference": reference, "delivered_at": now}
            case Retry(why=why):
                same = still_mine
                values |= {"attempts": entry.attempts + 1, "next_attempt_at": retry_at, "last_error": _storable(why)}
            case Rejected(why=why):
                same = still_mine
                values |= {"state": EntryState.DEAD, "attempts": entry.attempts + 1, "last_error": _storable(why)}
            case _:
                assert_never(result)
        with writing(self.engine, fenced=False) as connection:
            connection.execute(update(outbox).where(same).values(values))

    def release(self, entries: Sequence[OutboxEntry], due_at: datetime) -> None:
        """Give up the claims of entries that were not sent; they are due again at `due_at`, no attempt is counted.

        Entries that somebody else has claimed since are left alone.
        """
        if not entries:
            return
        mine = {entry.worker for entry in entries}
        with writing(self.engine, fenced=False) as connection:
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_([entry.id for entry in entries]), PENDING, outbox.c.leased_by.in_(mine))
                .values(leased_by=None, leased_until=None, next_attempt_at=due_at)
            )

    def depth(self) -> Mapping[str, int]:
        """Entries by state: `pending`, `delivered`, `dead`."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
        counts = {state.value: 0 for state in EntryState}
        counts.update((state, count) for state, count in rows)
        return counts


def add_notifications(connection: Connection, notifications: Sequence[Notification], now: datetime) -> None:
    """Queue them in the caller's transaction, in their order."""
    rows = [
        {
            "receiver": notification.receiver,
            "dedup_key": notification.dedup_key,
            "kind": notification.kind,
            "incident": incident_to_json(notification.incident),
            "created_at": now,
            "state": EntryState.PENDING,
            "attempts": 0,
            "next_attempt_at": now,
        }
        for notification in notifications
    ]
    if rows:
        connection.execute(insert(outbox), rows)


def _claimable(now: datetime, limit: int) -> Select[Any]:
    """The oldest entry of each key, if it is due. Receivers take turns, so that none fills the whole answer."""
    older = outbox.alias("older")
    due = and_(
        PENDING,
        outbox.c.next_attempt_at <= now,
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= now),
        ~exists().where(
            older.c.state == PENDING_STATE,
            older.c.receiver == outbox.c.receiver,
            older.c.dedup_key == outbox.c.dedup_key,
            older.c.id < outbox.c.id,
        ),
    )
    turn = func.row_number().over(partition_by=outbox.c.receiver, order_by=outbox.c.id).label("turn")
    queue = select(outbox.c.id, turn).where(due).subquery("queue")
    return (
        select(outbox, _reference().label("first_reference"))
        .join(queue, queue.c.id == outbox.c.id)
        # Once more for PostgreSQL, which looks again at rows that changed while it waited for them.
        .where(due)
        .order_by(queue.c.turn, outbox.c.id)
        .limit(limit)
        .with_for_update(of=outbox, skip_locked=True)
    )


def _reference() -> ColumnElement[str | None]:
    """What the receiver called the message of this incident: of the entries since its trigger, the newest's."""
    trigger, sent = outbox.alias("trigger"), outbox.alias("sent")
    opened = (
        select(func.max(trigger.c.id))
        .where(
            trigger.c.receiver == outbox.c.receiver,
            trigger.c.dedup_key == outbox.c.dedup_key,
            trigger.c.kind == NotificationKind.TRIGGER,
            trigger.c.id <= outbox.c.id,
        )
        .correlate(outbox)
        .scalar_subquery()
    )
    return (
        select(sent.c.reference)
        .where(
            sent.c.receiver == outbox.c.receiver,
            sent.c.dedup_key == outbox.c.dedup_key,
            sent.c.state == EntryState.DELIVERED,
            sent.c.reference.is_not(None),
            sent.c.id >= opened,
            sent.c.id < outbox.c.id,
        )
        .order_by(sent.c.id.desc())
        .limit(1)
        .correlate(outbox)
        .scalar_subquery()
    )


def _entry(row: Row[Any], worker: str) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        notification=Notification(
            receiver=row.receiver,
            dedup_key=row.dedup_key,
            kind=NotificationKind(row.kind),
            incident=_incident(row.id, row.incident),
        ),
        created_at=row.created_at,
        attempts=row.attempts,
        reference=row.first_reference,
        worker=worker,
    )


def _incident(entry_id: int, text: str) -> Incident:
    try:
        return incident_from_json(text)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise StoreError(
            f"Outbox entry {entry_id} cannot be read ({type(error).__name__}: {error}). Restore a backup."
        ) from error


def _storable(why: str) -> str:
    """What a receiver said, without the characters that PostgreSQL refuses in a text."""
    return why.encode(errors="replace").decode().replace("\x00", "")[:_LONGEST_TEXT]
