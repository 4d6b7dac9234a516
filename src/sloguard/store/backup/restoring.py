"""Puts a backup into a store: all of it or nothing. A backup of an older schema is brought up to date on the way."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, func, insert, select, text, update

from sloguard.errors import StoreError
from sloguard.store.backup.archive import Archive, BackupReport
from sloguard.store.backup.writing import stored_tables
from sloguard.store.bulk import for_each
from sloguard.store.connection import connect, reading, shown, use_write_ahead_log, writing
from sloguard.store.migrating import Schema, migrate_to, schema_of
from sloguard.store.opening import checked
from sloguard.store.tables import REVISIONS, lease

_SIDE_FILES = ("-wal", "-shm")


def restore(path: Path, store_url: str, *, replace: bool) -> BackupReport:
    """Make a store of a backup; SQLite's into PostgreSQL, and the other way, as well.

    Args:
        path: the backup. It is read through before anything is touched.
        store_url: where the store is to be.
        replace: whether a store that is there may be given up for it.

    Raises:
        StoreError: the backup is damaged or newer than this program, or there is a store already; nothing has changed.
    """
    archive = Archive(path)
    report = archive.verified()
    if report.revision not in REVISIONS:
        raise StoreError(f"The backup {path} was made by a newer sloguard than this one. Upgrade sloguard.")
    url = checked(store_url)
    if url.get_backend_name() == "sqlite":
        _restore_file(archive, report, url, replace=replace)
    else:
        _restore_database(archive, report, url, replace=replace)
    return report


def _restore_file(archive: Archive, report: BackupReport, url: URL, *, replace: bool) -> None:
    """The new file is made beside the old one, and takes its place once it is whole."""
    target = Path(url.database or "")
    if target.exists():
        if not replace:
            raise _in_the_way(url)
        _refuse_if_used(target, url)
    fresh = target.with_name(f".{target.name}.restoring")
    _remove(fresh)
    engine = connect(url.set(database=str(fresh)))
    try:
        use_write_ahead_log(engine)
        with writing(engine) as connection:
            _fill(connection, archive, report)
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")  # the checkpoint wants no transaction
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        for side in _SIDE_FILES:
            Path(f"{target}{side}").unlink(missing_ok=True)
        fresh.replace(target)
    except OSError as error:
        raise StoreError(f"The store {shown(url)} cannot be replaced: {error.strerror or error}.") from error
    finally:
        engine.dispose()
        _remove(fresh)


def _restore_database(archive: Archive, report: BackupReport, url: URL, *, replace: bool) -> None:
    engine = connect(url)
    try:
        with reading(engine) as connection:
            schema = schema_of(connection)
        if schema is Schema.FOREIGN:
            raise StoreError(f"The store {shown(url)} belongs to another program: its tables are not sloguard's.")
        if schema is not Schema.NEW and not replace:
            raise _in_the_way(url)
        with writing(engine) as connection:
            _drop_all(connection)
            _fill(connection, archive, report)
    finally:
        engine.dispose()


def _fill(connection: Connection, archive: Archive, report: BackupReport) -> None:
    migrate_to(connection, report.revision)
    tables = {table.name: table for table in stored_tables(connection)}
    for part in archive.tables():
        if part.rows:
            rows = [dict(zip(part.columns, row, strict=True)) for row in part.rows]
            for_each(connection, insert(tables[part.table]), rows)
    _go_on_numbering(connection)
    migrate_to(connection, "head")
    # Who held the lease when the backup was made holds nothing here, and who holds it now has to begin anew.
    connection.execute(update(lease).values(holder=None))


def _go_on_numbering(connection: Connection) -> None:
    """PostgreSQL does not notice that rows came with their numbers; SQLite does."""
    if connection.dialect.name != "postgresql":
        return
    for table in stored_tables(connection):
        for column in table.primary_key.columns:
            if column.autoincrement is not True and column.server_default is None:
                continue
            newest = connection.execute(select(func.max(column))).scalar()
            if newest is not None:
                sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :newest)")
                connection.execute(sequence, {"table": table.name, "column": column.name, "newest": newest})


def _drop_all(connection: Connection) -> None:
    for table in reversed(stored_tables(connection)):
        table.drop(connection)
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


def _refuse_if_used(target: Path, url: URL) -> None:
    """A daemon that goes on writing into a file that is gone would lose everything from then on."""
    try:
        with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        raise StoreError(f"The store {shown(url)} is in use. Stop the daemon first.") from error
    except sqlite3.DatabaseError:
        pass  # it is damaged: that is why it is replaced


def _in_the_way(url: URL) -> StoreError:
    return StoreError(f"There is a store at {shown(url)} already. Give another --store, or --replace to give it up.")


def _remove(fresh: Path) -> None:
    for side in ("", *_SIDE_FILES):
        with suppress(OSError):
            os.unlink(f"{fresh}{side}")  # noqa: PTH108 - names are put together, not paths
