"""Looks through a store, or a backup, for what cannot be right."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select, text

from sloguard.errors import StoreError
from sloguard.store.alerts import SqlAlertStore
from sloguard.store.backup.archive import Archive
from sloguard.store.backup.writing import stored_tables
from sloguard.store.codec import incident_from_json
from sloguard.store.connection import reading
from sloguard.store.quiet import SqlQuietStore
from sloguard.store.tables import PENDING, outbox, slices

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FINDINGS = 10
"""Of one kind: who sees ten needs no eleventh."""


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    rows: Mapping[str, int]
    """By table."""
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not self.findings


def verify_backup(path: Path) -> Verdict:
    """Read a backup through. What is wrong with it is the finding."""
    try:
        return Verdict(Archive(path).verified().rows, ())
    except StoreError as error:
        return Verdict({}, (Finding("archive", str(error)),))


def verify_store(engine: Engine) -> Verdict:
    """Check the database itself, and what sloguard knows of its rows.

    Raises:
        StoreError: it cannot be read at all.
    """
    with reading(engine) as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in stored_tables(connection)
        }
        findings = (*_of_the_file(connection), *_of_slices(connection), *_of_the_outbox(connection))
    return Verdict(rows, (*findings, *_of_alerts(engine)))


def _of_the_file(connection: Connection) -> Iterator[Finding]:
    """PostgreSQL keeps checksums and constraints itself."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.execute(text(f"PRAGMA integrity_check({_MOST_FINDINGS})")):
        if said != "ok":
            yield Finding("file", str(said))
    for table, row, parent, _ in connection.execute(text("PRAGMA foreign_key_check")).fetchmany(_MOST_FINDINGS):
        yield Finding("references", f"row {row} of {table} refers to a row of {parent} that is not there")


def _of_slices(connection: Connection) -> Iterator[Finding]:
    following = func.lead(slices.c.start).over(partition_by=slices.c.series_key, order_by=slices.c.start)
    ends = (slices.c.start + slices.c.seconds).label("ends")
    pairs = select(slices.c.series_key, slices.c.start, ends, following.label("next")).subquery()
    overlapping = select(pairs.c.series_key, pairs.c.start).where(pairs.c.next < pairs.c.ends).limit(_MOST_FINDINGS)
    for key, start in connection.execute(overlapping):
        yield Finding("slices", f"the slice of series {key} that starts at {start} overlaps the next one")


def _of_the_outbox(connection: Connection) -> Iterator[Finding]:
    for number, incident in connection.execute(select(outbox.c.id, outbox.c.incident).where(PENDING)):
        try:
            incident_from_json(incident)
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            yield Finding("outbox", f"entry {number} cannot be read ({type(error).__name__})")


def _of_alerts(engine: Engine) -> Iterator[Finding]:
    alerts, quiet = SqlAlertStore(engine), SqlQuietStore(engine)
    reads: tuple[tuple[str, Callable[[], object]], ...] = (
        ("alerts", alerts.alerts),
        ("incidents", alerts.incidents),
        ("silences", lambda: quiet.silences(_LONG_AGO)),
    )
    for name, read in reads:
        try:
            read()
        except StoreError as error:
            yield Finding(name, str(error))
