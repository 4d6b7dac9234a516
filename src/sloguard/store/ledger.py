"""The ledger's tables: slices by series and start, and how far each series is counted."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from sloguard.model.adjustment import Adjustment
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.model.span import Span
from sloguard.ports import CountedRange, LedgerKey, LedgerMark
from sloguard.store.adjustments import in_force
from sloguard.store.asked import add_holes, read_holes, remember_asked
from sloguard.store.bulk import all_rows, for_each
from sloguard.store.columns import read_columns
from sloguard.store.connection import reading, writing
from sloguard.store.tables import series, slices
from sloguard.store.turns import share_slices
from sloguard.store.upsert import insert_ignoring, insert_replacing


@dataclass(frozen=True, slots=True)
class SqlLedgerStore:
    """A stored slice belongs to a range if its start lies in `start <= slice.start < end`, whatever its length:
    writing the range replaces exactly those. So a slice is never cut, and ranges are best aligned to slices.
    """

    engine: Engine

    def marks(self) -> Mapping[LedgerKey, LedgerMark]:
        columns = (series.c.slo_id, series.c.fingerprint, series.c.first, series.c.watermark)
        with reading(self.engine) as connection:
            rows = all_rows(connection, select(*columns).where(series.c.watermark.is_not(None)))
        return {LedgerKey.of(slo_id, fingerprint): LedgerMark(first, end) for slo_id, fingerprint, first, end in rows}

    def slices(self, key: LedgerKey, start: int, end: int) -> Sequence[Slice]:
        """Slices that overlap `start <= time < end`, in order."""
        with reading(self.engine) as connection:
            series_key = connection.execute(
                select(series.c.key).where(series.c.slo_id == key.slo_id, series.c.fingerprint == key.fingerprint)
            ).scalar()
            # Slices do not overlap each other, so of those that begin earlier only the last can reach into the range.
            earlier = select(func.max(slices.c.start)).where(slices.c.series_key == series_key, slices.c.start <= start)
            rows = connection.execute(
                select(
                    slices.c.start,
                    slices.c.seconds,
                    slices.c.bad,
                    slices.c.total,
                    slices.c.bridged,
                    slices.c.unseen_seconds,
                )
                .where(
                    slices.c.series_key == series_key,
                    slices.c.start >= func.coalesce(earlier.scalar_subquery(), start),
                    slices.c.start < end,
                    slices.c.start + slices.c.seconds > start,
                )
                .order_by(slices.c.start)
            ).all()
        return [Slice(*row) for row in rows]

    def columns(self, wanted: Mapping[LedgerKey, tuple[int, int]]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        """What `slices` gives for the range of each key, in few queries. Keys without slices are left out."""
        with reading(self.engine) as connection:
            keys = {known: key for key, known in series_keys(connection, wanted).items() if key in wanted}
            for series_key, found in read_columns(connection, {known: wanted[key] for known, key in keys.items()}):
                yield keys[series_key], found

    def write_ranges(self, ranges: Sequence[CountedRange]) -> None:
        """Replace the ranges and widen the marks, in one transaction. Where two ranges overlap, the later one wins."""
        if ranges:
            with writing(self.engine) as connection:
                write_counts(connection, ranges)

    def replayed(self) -> Mapping[LedgerKey, tuple[int, int]]:
        columns = (series.c.slo_id, series.c.fingerprint, series.c.replayed_start, series.c.replayed_end)
        with reading(self.engine) as connection:
            rows = all_rows(connection, select(*columns).where(series.c.replayed_start.is_not(None)))
        return {LedgerKey.of(slo_id, fingerprint): (start, end) for slo_id, fingerprint, start, end in rows}

    def write_replayed(self, ranges: Sequence[CountedRange], asked: Mapping[LedgerKey, Span]) -> None:
        with writing(self.engine) as connection:
            share_slices(connection)
            if asked:
                remember_asked(connection, asked)
            write_counts(connection, ranges)

    def holes(self) -> Mapping[LedgerKey, tuple[Span, ...]]:
        with reading(self.engine) as connection:
            return read_holes(connection)

    def note_holes(self, holes: Mapping[LedgerKey, Span]) -> None:
        if holes:
            with writing(self.engine) as connection:
                add_holes(connection, holes)

    def adjustments(self) -> Sequence[Adjustment]:
        with reading(self.engine) as connection:
            return in_force(connection)


_FEW = 500
"""So many SLOs are looked for one by one; where there are more, all are read."""

DELETE_RANGE = delete(slices).where(
    slices.c.series_key == bindparam("of"), slices.c.start >= bindparam("begin"), slices.c.start < bindparam("end")
)
_FIRST = bindparam("first_slice", type_=BigInteger)
_LAST = bindparam("last_end", type_=BigInteger)
_WIDEN_MARK = (
    update(series)
    .where(
        series.c.key == bindparam("of"),
        or_(series.c.watermark.is_(None), series.c.first > _FIRST, series.c.watermark < _LAST),
    )
    .values(
        # A comparison with NULL, where nothing is counted yet, is not true.
        first=case((series.c.first < _FIRST, series.c.first), else_=_FIRST),
        watermark=case((series.c.watermark > _LAST, series.c.watermark), else_=_LAST),
    )
)


def write_counts(connection: Connection, ranges: Sequence[CountedRange]) -> None:
    """What `LedgerStore.write_ranges` says, inside the caller's transaction."""
    if not ranges:
        return
    share_slices(connection)
    filled = [counted for counted in ranges if counted.slices]
    keys = _with_series(connection, {counted.key for counted in ranges}, {counted.key for counted in filled})
    # None of these is made before it is needed: for 10,000 SLOs all of them would take some 10 MB.
    bounds = (
        {"of": keys[counted.key], "begin": counted.start, "end": counted.end}
        for counted in ranges
        if counted.key in keys
    )
    for_each(connection, DELETE_RANGE, bounds)
    rows = (
        {
            "series_key": keys[key],
            "start": piece.start,
            "seconds": piece.seconds,
            "bad": piece.bad,
            "total": piece.total,
            "bridged": piece.bridged,
            "unseen_seconds": piece.unseen_seconds,
        }
        for key, piece in _surviving(ranges)
    )
    for_each(connection, insert_replacing(connection, slices), rows)
    marks = (
        {"of": keys[counted.key], "first_slice": min(piece.start for piece in counted.slices), "last_end": counted.end}
        # In the order of the keys, so that two writers on PostgreSQL cannot wait for each other in a circle.
        for counted in sorted(filled, key=lambda counted: keys[counted.key])
    )
    for_each(connection, _WIDEN_MARK, marks)


def _surviving(ranges: Sequence[CountedRange]) -> Iterator[tuple[LedgerKey, Slice]]:
    """Every slice that no later range replaces."""
    later: dict[LedgerKey, list[CountedRange]] = {}
    for counted in reversed(ranges):
        over = later.setdefault(counted.key, [])
        for piece in counted.slices:
            if not any(other.start <= piece.start < other.end for other in over):
                yield counted.key, piece
        over.append(counted)


def _with_series(
    connection: Connection, keys: Collection[LedgerKey], needed: Iterable[LedgerKey]
) -> Mapping[LedgerKey, int]:
    """The row of each series. Those that are needed are made."""
    known = series_keys(connection, keys)
    missing = sorted((key.slo_id, key.fingerprint) for key in needed if key not in known)
    if not missing:
        return known
    rows = [{"slo_id": slo_id, "fingerprint": fingerprint} for slo_id, fingerprint in missing]
    for_each(connection, insert_ignoring(connection, series), rows)
    return series_keys(connection, keys)


def series_keys(connection: Connection, keys: Collection[LedgerKey]) -> Mapping[LedgerKey, int]:
    """The row of each series that there is. Others may be among them."""
    query = select(series.c.slo_id, series.c.fingerprint, series.c.key)
    if len(keys) <= _FEW:
        query = query.where(series.c.slo_id.in_(sorted({key.slo_id for key in keys})))
    return {LedgerKey.of(slo_id, fingerprint): key for slo_id, fingerprint, key in all_rows(connection, query)}
