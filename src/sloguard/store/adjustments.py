"""Exclusions and corrections as rows that are written once, and marked once if they are taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from sloguard.model.adjustment import Adjustment, AdjustmentRecord, Correction, Exclusion, Removal
from sloguard.store.connection import reading, writing
from sloguard.store.tables import adjustments

_EXCLUSION, _CORRECTION = "exclusion", "correction"


@dataclass(frozen=True, slots=True)
class SqlAdjustmentStore:
    engine: Engine

    def add(self, adjustment: Adjustment) -> int:
        with writing(self.engine) as connection:
            number: int = connection.execute(
                insert(adjustments).values(_values(adjustment)).returning(adjustments.c.number)
            ).scalar_one()
        return number

    def remove(self, number: int, removal: Removal) -> AdjustmentRecord | None:
        one = adjustments.c.number == number
        mark = update(adjustments).where(one, adjustments.c.removed_at.is_(None))
        with writing(self.engine) as connection:
            connection.execute(
                mark.values(removed_by=removal.author, removed_because=removal.reason, removed_at=removal.removed_at)
            )
            row = connection.execute(select(adjustments).where(one)).one_or_none()
        return None if row is None else _record(row)

    def records(self) -> Sequence[AdjustmentRecord]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(adjustments).order_by(adjustments.c.number)).all()
        return [_record(row) for row in rows]


def in_force(connection: Connection) -> Sequence[Adjustment]:
    """What was made and not taken back, in the order of making."""
    query = select(adjustments).where(adjustments.c.removed_at.is_(None)).order_by(adjustments.c.number)
    return [_adjustment(row) for row in connection.execute(query)]


def _values(adjustment: Adjustment) -> dict[str, Any]:
    shared = {
        "start_at": adjustment.start_at,
        "end_at": adjustment.end_at,
        "author": adjustment.author,
        "reason": adjustment.reason,
        "created_at": adjustment.created_at,
    }
    if isinstance(adjustment, Exclusion):
        return {"kind": _EXCLUSION, "subject": adjustment.scope, **shared}
    events = {"bad": adjustment.bad, "total": adjustment.total}
    return {"kind": _CORRECTION, "subject": adjustment.slo_id, **events, **shared}


def _record(row: Row[Any]) -> AdjustmentRecord:
    removal = Removal(row.removed_by, row.removed_because, row.removed_at) if row.removed_at is not None else None
    return AdjustmentRecord(_adjustment(row), removal)


def _adjustment(row: Row[Any]) -> Adjustment:
    who = (row.author, row.reason, row.created_at, row.number)
    if row.kind == _EXCLUSION:
        return Exclusion(row.subject, row.start_at, row.end_at, *who)
    return Correction(row.subject, row.start_at, row.end_at, row.bad, row.total, *who)
