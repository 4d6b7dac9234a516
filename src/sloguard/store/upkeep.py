"""Keeping the store small: slices are rolled up and deleted, in transactions that take a fraction of a second.

Each transaction finds out by itself what there is to do, so it does not matter what was done before, or by whom.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, case, delete, exists, func, insert, select, update

from sloguard.model.delivery import NotificationKind
from sloguard.ports import LedgerKey, RollUp
from sloguard.store.bulk import all_rows, for_each
from sloguard.store.connection import reading, shrink, writing
from sloguard.store.ledger import DELETE_RANGE, series_keys
from sloguard.store.tables import PENDING_STATE, EntryState, holes, outbox, series, slices
from sloguard.store.turns import own_slices

_SERIES_AT_ONCE = 500
_SLICES_AT_ONCE = 20_000
_ENTRIES_AT_ONCE = 1_000
_DAY_SECONDS = 86_400

Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SqlUpkeep:
    engine: Engine

    def roll_up(self, order: RollUp) -> Iterator[int]:
        """Sum up slices; how many fewer there are after each transaction. Sums stay what they were.

        Exactly, if they are of whole numbers; others are rounded by the database's sum.
        """
        with reading(self.engine) as connection:
            known = series_keys(connection, order.keys)
        rows = sorted(known[key] for key in order.keys if key in known)
        for some in _batches(rows, _SERIES_AT_ONCE):
            for day, due in self._due(order, some):
                part = replace(order, start=max(order.start, day), end=min(order.end, day + _DAY_SECONDS))
                yield self._sum_up(part, due)

    def _due(self, order: RollUp, rows: Numbers) -> Iterator[tuple[int, Numbers]]:
        """Days (their starts) and series of which there is something to sum up, as much as one transaction may do."""
        parts = (
            select(slices.c.series_key, func.min(slices.c.start).label("first"), func.count().label("count"))
            .where(*_in_time(order, rows))
            .group_by(slices.c.series_key, *_steps(order))
            .having(func.count() > 1)
            .subquery()
        )
        day = parts.c.first - parts.c.first % _DAY_SECONDS
        query = select(day, parts.c.series_key, func.sum(parts.c["count"])).group_by(day, parts.c.series_key)
        with reading(self.engine) as connection:
            found = all_rows(connection, query.order_by(day, parts.c.series_key))
        taken: list[int] = []
        room, at = _SLICES_AT_ONCE, None
        for start, row, count in found:
            if taken and at is not None and (start != at or count > room):
                yield at, tuple(taken)
                taken, room = [], _SLICES_AT_ONCE
            at = start
            taken.append(row)
            room -= count
        if at is not None:
            yield at, tuple(taken)

    def _sum_up(self, order: RollUp, rows: Numbers) -> int:
        begin, end = func.min(slices.c.start), func.max(slices.c.start + slices.c.seconds)
        query = (
            select(
                slices.c.series_key,
                begin,
                end - begin,
                func.sum(slices.c.bad),
                func.sum(slices.c.total),
                func.max(case((slices.c.bridged, 1), else_=0)),
                end - begin - func.sum(slices.c.seconds - slices.c.unseen_seconds),
                func.count(),
            )
            .where(*_in_time(order, rows))
            .group_by(slices.c.series_key, *_steps(order))
            .having(func.count() > 1)
        )
        with writing(self.engine) as connection:
            own_slices(connection)
            found = all_rows(connection, query)
            # PostgreSQL sums up to decimals.
            sums = [
                {
                    "series_key": row,
                    "start": start,
                    "seconds": seconds,
                    "bad": bad,
                    "total": total,
                    "bridged": bool(bridged),
                    "unseen_seconds": int(unseen),
                }
                for row, start, seconds, bad, total, bridged, unseen, _ in found
            ]
            for_each(connection, DELETE_RANGE, [_range(*each[:3]) for each in found])
            for_each(connection, insert(slices), sums)
        return sum(int(each[-1]) - 1 for each in found)

    def expire(self, before: int, declared: Collection[LedgerKey]) -> Iterator[int]:
        """Delete slices that ended before a time (Unix seconds), or at it; how many after each transaction.

        What is left without slices is forgotten, unless it is declared.
        """
        with reading(self.engine) as connection:
            seen = select(series.c.key).where(series.c.first < before).order_by(series.c.key)
            rows = [row for (row,) in all_rows(connection, seen)]
        for some in _batches(rows, _SERIES_AT_ONCE):
            with writing(self.engine) as connection:
                own_slices(connection)
                past = slices.c.start + slices.c.seconds <= before
                of_these = slices.c.series_key.in_(some), slices.c.start < before
                deleted = connection.execute(delete(slices).where(*of_these, past)).rowcount
                connection.execute(delete(holes).where(holes.c.series_key.in_(some), holes.c.end <= before))
                left = select(func.min(slices.c.start)).where(slices.c.series_key == series.c.key).scalar_subquery()
                connection.execute(
                    update(series)
                    .where(series.c.key.in_(some))
                    .values(
                        first=func.coalesce(left, series.c.watermark),
                        replayed_start=case((series.c.replayed_start < before, before), else_=series.c.replayed_start),
                    )
                )
            yield deleted
        yield from self._forget(before, declared)

    def _forget(self, before: int, declared: Collection[LedgerKey]) -> Iterator[int]:
        """Series of which nothing was counted or asked for since a time."""
        over = func.coalesce(series.c.watermark, series.c.replayed_end, before) <= before
        query = select(series.c.slo_id, series.c.fingerprint, series.c.key).where(over)
        with reading(self.engine) as connection:
            found = all_rows(connection, query)
        rows = [row for slo_id, fingerprint, row in found if LedgerKey(slo_id, fingerprint) not in declared]
        for some in _batches(rows, _SERIES_AT_ONCE):
            with writing(self.engine) as connection:
                own_slices(connection)
                empty = ~exists().where(slices.c.series_key == series.c.key)
                past = select(series.c.key).where(series.c.key.in_(some), over, empty)
                gone = connection.execute(past).scalars().all()
                connection.execute(delete(holes).where(holes.c.series_key.in_(gone)))
                connection.execute(delete(series).where(series.c.key.in_(gone)))
            yield 0

    def expire_notifications(self, before: datetime) -> Iterator[int]:
        """Delete notifications that were delivered before an instant; how many after each transaction.

        None of an incident that goes on, none that waits, and none that could not be delivered.
        """
        query = select(outbox.c.id).where(_delivered_of_the_past(before)).order_by(outbox.c.id).limit(_ENTRIES_AT_ONCE)
        deleted = _ENTRIES_AT_ONCE
        while deleted == _ENTRIES_AT_ONCE:
            with writing(self.engine) as connection:
                ids = connection.execute(query).scalars().all()
                deleted = len(ids)
                connection.execute(delete(outbox).where(outbox.c.id.in_(ids)))
            yield deleted

    def shrink(self) -> None:
        """Give free space back to the disk. Nobody can write meanwhile."""
        shrink(self.engine)


def _in_time(order: RollUp, rows: Numbers) -> Sequence[ColumnElement[bool]]:
    return slices.c.series_key.in_(rows), slices.c.start >= order.start, slices.c.start < order.end


def _steps(order: RollUp) -> Sequence[ColumnElement[int]]:
    """What slices of the same step have in common."""
    begin = slices.c.start - slices.c.start % order.step
    within = [cut for cut in order.cuts if order.start < cut < order.end]
    return begin, *(case((slices.c.start >= cut, 1), else_=0) for cut in within)


def _range(row: int, start: int, seconds: int) -> dict[str, int]:
    return {"of": row, "begin": start, "end": start + seconds}


def _delivered_of_the_past(before: datetime) -> ColumnElement[bool]:
    """Entries of incidents that are over: a later update would look at those since its trigger."""
    end, waiting = outbox.alias("end"), outbox.alias("waiting")
    ended = exists().where(
        end.c.receiver == outbox.c.receiver,
        end.c.dedup_key == outbox.c.dedup_key,
        end.c.kind == NotificationKind.RESOLVE,
        end.c.state == EntryState.DELIVERED,
        end.c.id >= outbox.c.id,
    )
    awaited = exists().where(
        waiting.c.state == PENDING_STATE,
        waiting.c.receiver == outbox.c.receiver,
        waiting.c.dedup_key == outbox.c.dedup_key,
    )
    return (outbox.c.state == EntryState.DELIVERED) & (outbox.c.delivered_at < before) & ended & ~awaited


def _batches(rows: Iterable[int], size: int) -> Iterator[Numbers]:
    every = tuple(rows)
    for begin in range(0, len(every), size):
        yield every[begin : begin + size]
