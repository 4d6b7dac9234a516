"""Opening a store by its URL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Engine, make_url, select
from sqlalchemy.exc import ArgumentError

from sloguard.errors import StoreError, StoreUrlError
from sloguard.model.lease import Lease
from sloguard.store.adjustments import SqlAdjustmentStore
from sloguard.store.alerts import SqlAlertStore
from sloguard.store.connection import FENCE, connect, reading, shown, use_write_ahead_log
from sloguard.store.lease import SqlLeaseStore, hold_fast
from sloguard.store.ledger import SqlLedgerStore
from sloguard.store.migrating import Schema, bring_up_to_date, schema_of
from sloguard.store.outbox import SqlOutbox
from sloguard.store.provisional import SqlProvisionalStore
from sloguard.store.quiet import SqlQuietStore
from sloguard.store.recounts import SqlRecountStore
from sloguard.store.tables import series
from sloguard.store.upkeep import SqlUpkeep

DEFAULT_URL = "sqlite:///sloguard.db"

_HOW = "Give sqlite:///FILE, or postgresql://USER@HOST/NAME."


@dataclass(frozen=True, slots=True)
class Store:
    """Counts, adjustments, alerts and notifications in one database. May be used by several threads at once."""

    engine: Engine
    ledger: SqlLedgerStore
    alerts: SqlAlertStore
    outbox: SqlOutbox
    adjustments: SqlAdjustmentStore
    quiet: SqlQuietStore
    upkeep: SqlUpkeep
    recounts: SqlRecountStore
    lease: SqlLeaseStore
    provisional: SqlProvisionalStore

    @classmethod
    def of(cls, engine: Engine) -> "Store":
        return cls(
            engine,
            ledger=SqlLedgerStore(engine),
            alerts=SqlAlertStore(engine),
            outbox=SqlOutbox(engine),
            adjustments=SqlAdjustmentStore(engine),
            quiet=SqlQuietStore(engine),
            upkeep=SqlUpkeep(engine),
            recounts=SqlRecountStore(engine),
            lease=SqlLeaseStore(engine),
            provisional=SqlProvisionalStore(engine),
        )

    def fenced(self, held: Lease) -> "Store":
        """The same database: whatever writes there raises LeaseLostError unless this lease is held at that moment."""
        return Store.of(self.engine.execution_options(**{FENCE: partial(hold_fast, held=held)}))

    def ping(self) -> None:
        """Raises StoreError if the database does not answer."""
        with reading(self.engine) as connection:
            connection.execute(select(series.c.key).limit(1)).first()

    def close(self) -> None:
        self.engine.dispose()


def open_store(url: str = DEFAULT_URL, *, migrate: bool = False, create: bool = True) -> Store:
    """Open the store, and create it if there is none. One of an older sloguard is changed only if `migrate` is set.

    Raises:
        StoreError: it cannot be used; the text says why and what to do.
    """
    address = checked(url)
    if not create and not _exists(address):
        raise StoreError(
            f"There is no store at {shown(address)} yet. Run `sloguard replay` or the daemon first, and check --store."
        )
    engine = connect(address)
    try:
        bring_up_to_date(engine, migrate=migrate)
        use_write_ahead_log(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store.of(engine)


@contextmanager
def existing(url: str) -> Iterator[Engine]:
    """A store that is there, as it is: an older sloguard's, too.

    Raises:
        StoreError: there is none, or it is another program's.
    """
    address = checked(url)
    engine = connect(address)
    try:
        schema = Schema.NEW
        if _exists(address):
            with reading(engine) as connection:
                schema = schema_of(connection)
        if schema in {Schema.NEW, Schema.FOREIGN}:
            raise StoreError(f"There is no store at {shown(address)}. Check --store.")
        yield engine
    finally:
        engine.dispose()


def _exists(url: URL) -> bool:
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def checked(text: str) -> URL:
    """Raises StoreError if no store can be at the URL."""
    try:
        url = make_url(text)
        backend = url.drivername.partition("+")[0]
    except (ArgumentError, ValueError) as error:
        # The text may hold a password, and so may the error: neither is repeated.
        raise StoreUrlError(f"The store's URL cannot be read. {_HOW}") from error
    if backend == "sqlite":
        _check_file(url)
        return url.set(drivername="sqlite")
    if backend == "postgresql":
        _check_driver()
        return url.set(drivername="postgresql+psycopg")
    raise StoreUrlError(f"A store cannot be kept in {backend!r}. {_HOW}")


def _check_file(url: URL) -> None:
    if url.database in {None, "", ":memory:"}:
        raise StoreUrlError(f"A store in memory would forget its alerts. {_HOW}")
    path = Path(url.database or "")
    if path.is_dir():
        raise StoreError(f"The store {shown(url)} is a folder. Give the path of a file, e.g. {path / 'sloguard.db'}.")
    if not path.parent.is_dir():
        raise StoreError(f"The folder of the store {shown(url)} does not exist. Make it: mkdir -p {path.parent}")
    if sqlite3.sqlite_version_info < (3, 35):
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old: at least 3.35 is needed.")


def _check_driver() -> None:
    try:
        import psycopg  # noqa: F401, PLC0415 - only where PostgreSQL is used
    except ImportError as error:
        raise StoreError("PostgreSQL needs a driver: pip install 'sloguard[postgres]'.") from error
