"""What receivers were told of and is not over: one row for each incident of each receiver."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, bindparam, delete, select

from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.policy import Severity
from sloguard.model.told import OpenIncident
from sloguard.presentation.words import rfc3339
from sloguard.store.codec import incident_from_json, incident_to_json
from sloguard.store.tables import incidents
from sloguard.store.upsert import insert_replacing


def read_incidents(connection: Connection) -> tuple[OpenIncident, ...]:
    """All of them, in the order in which they were opened.

    Raises:
        StoreError: one of them cannot be read.
    """
    rows = connection.execute(select(incidents)).all()
    return tuple(sorted((_read(row) for row in rows), key=lambda each: (each.opened_at, each.dedup_key)))


def write_incidents(
    connection: Connection, changed: Mapping[tuple[str, AlertKey], OpenIncident | None], now: datetime
) -> None:
    rows = [
        {
            "receiver": receiver,
            "slo_id": lead.slo_id,
            "kind": lead.kind.value,
            "state": _state(incident),
            "said": incident_to_json(incident.said),
            "updated_at": now,
        }
        for (receiver, lead), incident in changed.items()
        if incident is not None
    ]
    over = [
        {"to": receiver, "of": lead.slo_id, "as": lead.kind.value}
        for (receiver, lead), incident in changed.items()
        if incident is None
    ]
    if rows:
        connection.execute(insert_replacing(connection, incidents), rows)
    if over:
        one = and_(
            incidents.c.receiver == bindparam("to"),
            incidents.c.slo_id == bindparam("of"),
            incidents.c.kind == bindparam("as"),
        )
        connection.execute(delete(incidents).where(one), over)


def _state(incident: OpenIncident) -> str:
    return orjson.dumps(
        {
            "members": _keys(incident.members),
            "listed": _keys(incident.listed),
            "severity": incident.severity.value,
            "opened_at": rfc3339(incident.opened_at),
            "grown_at": rfc3339(incident.grown_at),
            "told_at": rfc3339(incident.told_at),
            "acknowledged": incident.acknowledged,
        }
    ).decode()


def _read(row: Row[Any]) -> OpenIncident:
    try:
        state = orjson.loads(row.state)
        return OpenIncident(
            receiver=row.receiver,
            lead=AlertKey(row.slo_id, AlertKind(row.kind)),
            members=_read_keys(state["members"]),
            listed=_read_keys(state["listed"]),
            severity=Severity(state["severity"]),
            opened_at=datetime.fromisoformat(state["opened_at"]),
            grown_at=datetime.fromisoformat(state["grown_at"]),
            told_at=datetime.fromisoformat(state["told_at"]),
            said=incident_from_json(row.said),
            acknowledged=state["acknowledged"],
        )
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise StoreError(
            f"The stored incident of {row.slo_id} cannot be read ({type(error).__name__}: {error}). Restore a backup."
        ) from error


def _keys(keys: Iterable[AlertKey]) -> list[list[str]]:
    return sorted([key.slo_id, key.kind.value] for key in keys)


def _read_keys(pairs: Iterable[tuple[str, str]]) -> frozenset[AlertKey]:
    return frozenset(AlertKey(slo_id, AlertKind(kind)) for slo_id, kind in pairs)
