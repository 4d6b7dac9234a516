"""What stands in for the counts of windows whose history is being replayed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, select

from sloguard.model.measurement import Counts
from sloguard.model.provisional import ProvisionalCount
from sloguard.ports import LedgerKey
from sloguard.store.connection import reading, writing
from sloguard.store.tables import provisional_counts
from sloguard.store.upsert import insert_replacing


@dataclass(frozen=True, slots=True)
class SqlProvisionalStore:
    engine: Engine

    def provisional(self) -> Mapping[LedgerKey, ProvisionalCount]:
        with reading(self.engine) as connection:
            rows = connection.execute(select(provisional_counts)).all()
        return {
            LedgerKey(row.slo_id, row.fingerprint): ProvisionalCount(
                row.start_at, row.asked_at, None if row.total is None else Counts(row.bad, row.total), row.why
            )
            for row in rows
        }

    def keep_provisional(self, counts: Mapping[LedgerKey, ProvisionalCount]) -> None:
        """Put these in the place of what there was of the same SLOs."""
        if not counts:
            return
        # In the order of the keys, so that two writers on PostgreSQL cannot wait for each other in a circle.
        rows = [_row(key, counts[key]) for key in sorted(counts)]
        with writing(self.engine) as connection:
            connection.execute(insert_replacing(connection, provisional_counts), rows)

    def forget_provisional(self, before: datetime) -> None:
        """Delete what was asked for before an instant."""
        with writing(self.engine) as connection:
            connection.execute(delete(provisional_counts).where(provisional_counts.c.asked_at < before))


def _row(key: LedgerKey, count: ProvisionalCount) -> Mapping[str, object]:
    return {
        "slo_id": key.slo_id,
        "fingerprint": key.fingerprint,
        "start_at": count.start_at,
        "asked_at": count.asked_at,
        "bad": count.counts.bad if count.counts else None,
        "total": count.counts.total if count.counts else None,
        "why": count.why,
    }
