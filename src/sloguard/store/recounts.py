"""Better counts, and the journal of what they have changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from sloguard.model.recount import Known, Recounted, RecountRecord
from sloguard.ports import CountedRange
from sloguard.store.connection import reading, writing
from sloguard.store.ledger import SqlLedgerStore, series_keys, write_counts
from sloguard.store.tables import recounts, slices
from sloguard.store.turns import own_slices

KEPT = timedelta(days=90)
"""How long entries of the journal are kept."""


@dataclass(frozen=True, slots=True)
class SqlRecountStore(SqlLedgerStore):
    def revise(self, better: Sequence[tuple[CountedRange, Recounted]], now: datetime) -> Sequence[Recounted]:
        """Write better counts and their entries in the journal, in one transaction; what was written.

        Counts that have changed since they were compared are left alone.
        """
        if not better:
            return ()
        with writing(self.engine) as connection:
            own_slices(connection)
            keys = series_keys(connection, {counted.key for counted, _ in better})
            still = [
                (counted, change)
                for counted, change in better
                if counted.key in keys and _is_known(connection, keys[counted.key], change)
            ]
            write_counts(connection, [counted for counted, _ in still])
            if still:
                connection.execute(insert(recounts), [_row(change, now) for _, change in still])
            connection.execute(delete(recounts).where(recounts.c.at < now - KEPT))
        return tuple(change for _, change in still)

    def recounts(self, limit: int) -> Sequence[RecountRecord]:
        """The newest entries of the journal, newest first."""
        newest = select(recounts).order_by(recounts.c.id.desc()).limit(limit)
        with reading(self.engine) as connection:
            rows = connection.execute(newest).all()
        return [
            RecountRecord(
                row.at,
                Recounted(
                    row.slo_id,
                    row.start,
                    row.end,
                    Known(row.bad_before, row.total_before, row.seen_before, row.bridged_before),
                    Known(row.bad_after, row.total_after, row.seen_after, row.bridged_after),
                ),
            )
            for row in rows
        ]


def _is_known(connection: Connection, series_key: int, change: Recounted) -> bool:
    seen = func.coalesce(func.sum(slices.c.seconds - slices.c.unseen_seconds), 0)
    sums = (func.coalesce(func.sum(slices.c.bad), 0.0), func.coalesce(func.sum(slices.c.total), 0.0), seen)
    within = (slices.c.series_key == series_key, slices.c.start >= change.start, slices.c.start < change.end)
    bad, total, seconds = connection.execute(select(*sums).where(*within)).one()
    before = change.before
    return (
        seconds == before.seen_seconds
        and math.isclose(bad, before.bad, abs_tol=1e-6)
        and math.isclose(total, before.total, abs_tol=1e-6)
    )


def _row(change: Recounted, now: datetime) -> dict[str, object]:
    sides = {"before": change.before, "after": change.after}
    numbers = {
        f"{name}_{side}": value
        for side, known in sides.items()
        for name, value in (
            ("bad", known.bad),
            ("total", known.total),
            ("seen", known.seen_seconds),
            ("bridged", known.bridged_seconds),
        )
    }
    return {"at": now, "slo_id": change.slo_id, "start": change.start, "end": change.end, **numbers}
