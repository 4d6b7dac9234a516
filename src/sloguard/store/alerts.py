"""The firing alerts, and the one transaction in which a cycle's outcome is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, bindparam, delete, insert, select

from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey, AlertKind, AlertRecord
from sloguard.model.told import OpenIncident
from sloguard.ports import CycleOutcome
from sloguard.store.codec import alert_from_json, alert_to_json, incident_from_json, incident_to_json
from sloguard.store.connection import reading, writing
from sloguard.store.incidents import read_incidents, write_incidents
from sloguard.store.ledger import write_counts
from sloguard.store.outbox import add_notifications
from sloguard.store.quiet import take_up, write_journal
from sloguard.store.tables import alerts, firings
from sloguard.store.upsert import insert_replacing

_FIRINGS_AGE = timedelta(days=1)
"""Far longer than anybody asks for."""


@dataclass(frozen=True, slots=True)
class SqlAlertStore:
    engine: Engine

    def alerts(self) -> Mapping[AlertKey, AlertRecord]:
        """The firing alerts."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(alerts.c.slo_id, alerts.c.kind, alerts.c.alert, alerts.c.incident)).all()
        return dict(_read(*row) for row in rows)

    def incidents(self) -> Sequence[OpenIncident]:
        """What receivers were told of and is not over."""
        with reading(self.engine) as connection:
            return read_incidents(connection)

    def fired(self, since: datetime) -> Mapping[AlertKey, Sequence[datetime]]:
        """When alerts have fired or escalated since an instant."""
        wanted = select(firings.c.slo_id, firings.c.kind, firings.c.at).where(firings.c.at > since)
        found: dict[AlertKey, list[datetime]] = {}
        with reading(self.engine) as connection:
            for slo_id, kind, at in connection.execute(wanted.order_by(firings.c.at)):
                found.setdefault(AlertKey(slo_id, AlertKind(kind)), []).append(at)
        return found

    def commit_cycle(self, outcome: CycleOutcome, now: datetime) -> None:
        """Write slices, alerts, incidents, the journal and outbox entries in one transaction."""
        if outcome == CycleOutcome():
            return
        with writing(self.engine) as connection:
            write_counts(connection, outcome.ranges)
            _write_alerts(connection, outcome.alerts, now)
            write_incidents(connection, outcome.incidents, now)
            add_notifications(connection, outcome.notifications, now)
            write_journal(connection, outcome.held_back, now)
            _write_firings(connection, outcome.fired, now)
            take_up(connection, outcome.taken_up)


def _write_firings(connection: Connection, fired: Sequence[AlertKey], now: datetime) -> None:
    if fired:
        rows = [{"slo_id": key.slo_id, "kind": key.kind.value, "at": now} for key in fired]
        connection.execute(insert(firings), rows)
        connection.execute(delete(firings).where(firings.c.at < now - _FIRINGS_AGE))


def _write_alerts(connection: Connection, changed: Mapping[AlertKey, AlertRecord | None], now: datetime) -> None:
    rows = [
        {
            "slo_id": key.slo_id,
            "kind": key.kind.value,
            "alert": alert_to_json(record.alert),
            "incident": incident_to_json(record.incident),
            "updated_at": now,
        }
        for key, record in changed.items()
        if record is not None
    ]
    gone = [{"of": key.slo_id, "as": key.kind.value} for key, record in changed.items() if record is None]
    if rows:
        connection.execute(insert_replacing(connection, alerts), rows)
    if gone:
        one = and_(alerts.c.slo_id == bindparam("of"), alerts.c.kind == bindparam("as"))
        connection.execute(delete(alerts).where(one), gone)


def _read(slo_id: str, kind: str, alert: str, incident: str) -> tuple[AlertKey, AlertRecord]:
    try:
        return AlertKey(slo_id, AlertKind(kind)), AlertRecord(alert_from_json(alert), incident_from_json(incident))
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise StoreError(
            f"The stored alert of {slo_id} cannot be read ({type(error).__name__}: {error}). Restore a backup."
        ) from error
