"""For which time Prometheus has been asked: all from the first to the last instant counted, but for the holes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from sloguard.model.span import Span, between, hull, joined, without
from sloguard.ports import LedgerKey
from sloguard.store.tables import holes, series
from sloguard.store.upsert import insert_ignoring

_FEW = 500
"""So many series are looked for one by one; where there are more, all are read."""

_REMEMBER_REPLAYED = (
    update(series)
    .where(series.c.key == bindparam("of"))
    .values(replayed_start=bindparam("start"), replayed_end=bindparam("end"))
)


@dataclass(frozen=True, slots=True)
class _Row:
    key: int
    counted: Span | None
    replayed: Span | None


def read_holes(connection: Connection) -> Mapping[LedgerKey, tuple[Span, ...]]:
    query = (
        select(series.c.slo_id, series.c.fingerprint, holes.c.start, holes.c.end)
        .join_from(holes, series)
        .order_by(holes.c.start)
    )
    found: dict[LedgerKey, tuple[Span, ...]] = {}
    for slo_id, fingerprint, start, end in connection.execute(query):
        key = LedgerKey(slo_id, fingerprint)
        found[key] = (*found.get(key, ()), (start, end))
    return found


def add_holes(connection: Connection, added: Mapping[LedgerKey, Span]) -> None:
    rows = _rows(connection, added)
    before = _holes(connection, [row.key for row in rows.values()])
    after = {row.key: joined(before.get(row.key, ()), added[key]) for key, row in rows.items()}
    _write_holes(connection, before, after)


def remember_asked(connection: Connection, asked: Mapping[LedgerKey, Span]) -> None:
    """Replay has asked for these spans: they are no holes any more. What lies between them and the rest is one."""
    missing = sorted((key.slo_id, key.fingerprint) for key in asked.keys() - _rows(connection, asked).keys())
    if missing:
        new = [{"slo_id": slo_id, "fingerprint": fingerprint} for slo_id, fingerprint in missing]
        connection.execute(insert_ignoring(connection, series), new)
    rows = _rows(connection, asked)
    before = _holes(connection, [row.key for row in rows.values()])
    after: dict[int, tuple[Span, ...]] = {}
    replayed: list[dict[str, int]] = []
    for key, row in rows.items():
        whole = hull(row.counted, row.replayed)
        skipped = between(whole, asked[key]) if whole else None
        found = before.get(row.key, ())
        after[row.key] = without(joined(found, skipped) if skipped else found, asked[key])
        start, end = hull(row.replayed, asked[key]) or asked[key]
        replayed.append({"of": row.key, "start": start, "end": end})
    _write_holes(connection, before, after)
    # In the order of the keys, so that two writers on PostgreSQL cannot wait for each other in a circle.
    connection.execute(_REMEMBER_REPLAYED, sorted(replayed, key=lambda each: each["of"]))


def _rows(connection: Connection, keys: Collection[LedgerKey]) -> Mapping[LedgerKey, _Row]:
    query = select(
        series.c.slo_id,
        series.c.fingerprint,
        series.c.key,
        series.c.first,
        series.c.watermark,
        series.c.replayed_start,
        series.c.replayed_end,
    ).order_by(series.c.key)
    if len(keys) <= _FEW:
        query = query.where(series.c.slo_id.in_({key.slo_id for key in keys}))
    rows = connection.execute(query.with_for_update()).all()
    found = {
        LedgerKey(slo_id, fingerprint): _Row(key, _span(first, watermark), _span(start, end))
        for slo_id, fingerprint, key, first, watermark, start, end in rows
    }
    return {key: row for key, row in found.items() if key in keys}


def _span(start: int | None, end: int | None) -> Span | None:
    return None if start is None or end is None else (start, end)


def _holes(connection: Connection, keys: Collection[int]) -> Mapping[int, tuple[Span, ...]]:
    query = select(holes.c.series_key, holes.c.start, holes.c.end).order_by(holes.c.start)
    if len(keys) <= _FEW:
        query = query.where(holes.c.series_key.in_(keys))
    found: dict[int, tuple[Span, ...]] = {}
    for key, start, end in connection.execute(query):
        found[key] = (*found.get(key, ()), (start, end))
    return found


def _write_holes(
    connection: Connection, before: Mapping[int, tuple[Span, ...]], after: Mapping[int, Iterable[Span]]
) -> None:
    changed = {key: spans for key, spans in after.items() if tuple(spans) != before.get(key, ())}
    if not changed:
        return
    connection.execute(delete(holes).where(holes.c.series_key == bindparam("of")), [{"of": key} for key in changed])
    rows = [{"series_key": key, "start": start, "end": end} for key, spans in changed.items() for start, end in spans]
    if rows:
        connection.execute(holes.insert(), rows)
