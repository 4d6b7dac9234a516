"""How the database is reached: the engine, its transactions, and its errors in words that help.

Durability: SQLite runs with WAL and synchronous=FULL. A killed process loses nothing in either setting; FULL also
keeps what was committed through a power loss, for one fsync a transaction (a few milliseconds, a handful of
transactions a minute). NORMAL would fall back to an older but consistent state: counts would be counted again, but a
page would be sent twice and Slack's message of an open incident forgotten.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from sloguard.errors import StoreError

BUSY_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""

FENCE = "sloguard_fence"
"""Execution option of an engine: a check that each of its transactions that write must pass first."""

_WRITES = "sloguard_writes"

_SQLITE_WORDS = {
    "SQLITE_NOTADB": "is not a SQLite database, or it is damaged. Give another path, restore a backup"
    " (`sloguard restore --replace`), or move the file away: `sloguard replay` counts again from Prometheus' past.",
    "SQLITE_CORRUPT": "is damaged. Restore a backup (`sloguard restore --replace`), or move it away: `sloguard replay`"
    " counts again from Prometheus' past.",
    "SQLITE_BUSY": f"is locked: another process has been writing for more than {BUSY_SECONDS:.0f} s."
    " Wait for it, or stop it.",
    "SQLITE_FULL": "cannot grow: the disk is full. Make room; nothing that was stored is lost.",
    "SQLITE_CANTOPEN": "cannot be opened. Is its folder there, and may this user write in it?",
    "SQLITE_READONLY": "cannot be written to. Give this user the right to write the file and its folder.",
    "SQLITE_IOERR": "could not be read or written: the disk reports an error. Check the disk before going on.",
}


def connect(url: URL) -> Engine:
    """An engine for a `sqlite` or `postgresql` URL. Nothing is opened yet."""
    if url.get_backend_name() == "postgresql":
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": int(BUSY_SECONDS)})
    # Without isolation_level=None, sqlite3 would begin transactions by itself, and too late: after the first read.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for setting in ("synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later fails if another wrote in between.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def use_write_ahead_log(engine: Engine) -> None:
    """Let readers and the writer work at the same time. SQLite remembers it in the file; PostgreSQL always does."""
    if engine.dialect.name != "sqlite":
        return
    with database_errors(engine.url), engine.connect() as connection:
        cursor = connection.connection.cursor()  # the mode can only change outside of a transaction
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()


def shrink(engine: Engine) -> None:
    """Give the free space within a SQLite file back to the disk. PostgreSQL uses its own again by itself.

    Raises:
        StoreError: it could not be written anew; it is as it was.
    """
    if engine.dialect.name != "sqlite":
        return
    with database_errors(engine.url), engine.connect() as connection, driver_errors(connection):
        cursor = connection.connection.cursor()  # not possible within a transaction
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database.

    Raises:
        StoreError: the database cannot be used.
    """
    with database_errors(engine.url), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, fenced: bool = True) -> Iterator[Connection]:
    """A transaction that is committed as a whole at the end, or not at all.

    Args:
        engine: may have a fence.
        fenced: False for what may be written even so, because it is true whoever evaluates.

    Raises:
        StoreError: the database cannot be used; nothing was written.
        LeaseLostError: the engine's fence says so; nothing was written.
    """
    with (
        database_errors(engine.url),
        engine.connect().execution_options(**{_WRITES: True}) as connection,
        connection.begin(),
    ):
        fence = connection.get_execution_options().get(FENCE)
        if fence is not None and fenced:
            fence(connection)
        yield connection


@contextmanager
def database_errors(url: URL) -> Iterator[None]:
    """Turns the database's own exceptions into StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_words(url, error.orig)) from error
    except SQLAlchemyError as error:
        raise StoreError(f"The store {shown(url)} could not be used: {type(error).__name__}.") from error


@contextmanager
def driver_errors(connection: Connection) -> Iterator[None]:
    """Turns the exceptions of a driver that is used by itself into StoreError."""
    dialect = connection.dialect
    driver: type[Exception] = dialect.dbapi.Error if dialect.dbapi else Exception
    try:
        yield
    except driver as error:
        raise StoreError(_words(connection.engine.url, error)) from error


def _words(url: URL, error: BaseException | None) -> str:
    if isinstance(error, sqlite3.Error):
        name = getattr(error, "sqlite_errorname", "")
        for code, words in _SQLITE_WORDS.items():
            if name.startswith(code):
                return f"The store {shown(url)} {words}"
    detail = str(error).strip().splitlines() or [type(error).__name__]
    return f"The store {shown(url)} could not be used: {detail[0]}"


def shown(url: URL) -> str:
    """The URL without its password."""
    return url.render_as_string(hide_password=True)
