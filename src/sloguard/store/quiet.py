"""Silences, acknowledgements that wait for an evaluation, and the journal of what was held back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, and_, bindparam, delete, func, insert, or_, select, update

from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.matcher import Matcher, MatchKind
from sloguard.model.policy import Severity
from sloguard.model.quiet import Acknowledgement, Quiet, QuietReason, Silence
from sloguard.model.told import HeldBack
from sloguard.store.connection import reading, writing
from sloguard.store.tables import acknowledgements, held_back, silences
from sloguard.store.upsert import insert_replacing

JOURNAL_AGE = timedelta(days=30)
JOURNAL_ENTRIES = 10_000
"""The journal keeps no more, and nothing older."""
SILENCE_AGE = timedelta(days=90)
"""Silences are kept for so long after their end."""


@dataclass(frozen=True, slots=True)
class SqlQuietStore:
    engine: Engine

    def silences(self, since: datetime) -> Sequence[Silence]:
        """Those that end after an instant, by their start."""
        wanted = select(silences).where(silences.c.ends_at > since).order_by(silences.c.starts_at, silences.c.id)
        with reading(self.engine) as connection:
            return tuple(_silence(row) for row in connection.execute(wanted))

    def add_silence(self, silence: Silence) -> Silence:
        """Keep it, with a number of its own."""
        values = {
            "matchers": _matchers_to_json(silence.matchers),
            "starts_at": silence.starts_at,
            "ends_at": silence.ends_at,
            "author": silence.author,
            "reason": silence.reason,
        }
        with writing(self.engine) as connection:
            connection.execute(delete(silences).where(silences.c.ends_at < silence.starts_at - SILENCE_AGE))
            number = connection.execute(insert(silences).values(values).returning(silences.c.id)).scalar_one()
        return replace(silence, id=number)

    def expire_silence(self, silence_id: int, now: datetime) -> Silence | None:
        """End it now; None if there is none with this number, or it is over already."""
        mine = silences.c.id == silence_id
        with writing(self.engine) as connection:
            row = connection.execute(select(silences).where(mine, silences.c.ends_at > now)).first()
            if row is None:
                return None
            connection.execute(update(silences).where(mine).values(ends_at=now))
        return replace(_silence(row), ends_at=now)

    def acknowledge(self, asked: Mapping[AlertKey, Acknowledgement]) -> None:
        """Leave them for the next evaluation."""
        rows = [
            {
                "slo_id": key.slo_id,
                "kind": key.kind.value,
                "author": each.author,
                "note": each.note,
                "at": each.at,
                "severity": each.severity.value,
                "started_at": each.started_at,
            }
            for key, each in asked.items()
        ]
        if rows:
            with writing(self.engine) as connection:
                connection.execute(insert_replacing(connection, acknowledgements), rows)

    def acknowledgements(self) -> Mapping[AlertKey, Acknowledgement]:
        """Those that no evaluation has taken up yet."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(acknowledgements)).all()
        return {
            AlertKey(row.slo_id, AlertKind(row.kind)): Acknowledgement(
                row.author, row.at, Severity(row.severity), row.started_at, row.note
            )
            for row in rows
        }

    def held_back(self, since: datetime, limit: int) -> Sequence[HeldBack]:
        """The journal, newest first."""
        wanted = select(held_back).where(held_back.c.at >= since).order_by(held_back.c.id.desc()).limit(limit)
        with reading(self.engine) as connection:
            return tuple(_entry(row) for row in connection.execute(wanted))


def write_journal(connection: Connection, entries: Sequence[HeldBack], now: datetime) -> None:
    """Add to the journal, and forget what is old."""
    rows = [
        {
            "at": each.at,
            "slo_id": each.alert.slo_id,
            "kind": each.alert.kind.value,
            "severity": each.severity.value,
            "reason": each.quiet.reason.value,
            "source": each.quiet.source,
            "detail": each.quiet.detail,
            "until": each.quiet.until,
            "receivers": orjson.dumps(each.receivers).decode(),
        }
        for each in entries
    ]
    if not rows:
        return
    connection.execute(insert(held_back), rows)
    newest = select(func.max(held_back.c.id)).scalar_subquery()
    old = or_(held_back.c.at < now - JOURNAL_AGE, held_back.c.id <= newest - JOURNAL_ENTRIES)
    connection.execute(delete(held_back).where(old))


def take_up(connection: Connection, keys: Sequence[AlertKey]) -> None:
    """Forget acknowledgements that are a part of their alerts now."""
    rows = [{"of": key.slo_id, "as": key.kind.value} for key in keys]
    if rows:
        one = and_(acknowledgements.c.slo_id == bindparam("of"), acknowledgements.c.kind == bindparam("as"))
        connection.execute(delete(acknowledgements).where(one), rows)


def _matchers_to_json(matchers: Sequence[Matcher]) -> str:
    return orjson.dumps([[each.label, each.kind.value, each.value] for each in matchers]).decode()


def _silence(row: Row[Any]) -> Silence:
    try:
        matchers = tuple(Matcher(label, MatchKind(kind), value) for label, kind, value in orjson.loads(row.matchers))
    except (ValueError, TypeError) as error:
        raise StoreError(f"Silence {row.id} cannot be read ({error}). Restore a backup.") from error
    return Silence(matchers, row.starts_at, row.ends_at, row.author, row.reason, row.id)


def _entry(row: Row[Any]) -> HeldBack:
    return HeldBack(
        at=row.at,
        alert=AlertKey(row.slo_id, AlertKind(row.kind)),
        severity=Severity(row.severity),
        quiet=Quiet(QuietReason(row.reason), row.source, row.detail, row.until),
        receivers=tuple(orjson.loads(row.receivers)),
    )
