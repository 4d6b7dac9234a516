"""Which schema a database has, and bringing it up to this program's. Alembic is imported only if there is work."""

from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from sloguard.errors import StoreError
from sloguard.store.connection import reading, shown, writing
from sloguard.store.tables import CURRENT_REVISION, REVISIONS

_VERSION_TABLE = "alembic_version"
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 7_564_827  # any number that nobody else locks in the same PostgreSQL database


class Schema(Enum):
    NEW = "new"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"
    FOREIGN = "foreign"
    """There are tables, but none of ours."""


def schema_of(connection: Connection) -> Schema:
    tables = inspect(connection).get_table_names()
    if not tables:
        return Schema.NEW
    if _VERSION_TABLE not in tables:
        return Schema.FOREIGN
    revision = revision_of(connection)
    if revision == CURRENT_REVISION:
        return Schema.CURRENT
    return Schema.OLDER if revision in REVISIONS else Schema.NEWER


def revision_of(connection: Connection) -> str:
    """The revision of a store that has one."""
    return str(connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar())  # noqa: S608 - a constant


def bring_up_to_date(engine: Engine, *, migrate: bool) -> None:
    """Make the schema this program's own. A new database is always filled, an older one only if `migrate` is set.

    Raises:
        StoreError: it is older and may not be migrated, newer, or not ours; it is left as it was.
    """
    with reading(engine) as connection:
        schema = schema_of(connection)
    if _needs_steps(engine, schema, migrate=migrate):
        with writing(engine) as connection:
            _wait_for_turn(connection)
            # Another process may have done it while this one waited.
            if _needs_steps(engine, schema_of(connection), migrate=migrate):
                migrate_to(connection, "head")


def _needs_steps(engine: Engine, schema: Schema, *, migrate: bool) -> bool:
    where = f"The store {shown(engine.url)}"
    match schema:
        case Schema.CURRENT:
            return False
        case Schema.NEW:
            return True
        case Schema.OLDER if migrate:
            return True
        case Schema.OLDER:
            raise StoreError(
                f"{where} was written by an older sloguard. Make a backup (`sloguard backup`); "
                "`sloguard replay --migrate` or `sloguard run --migrate` then brings it up to date."
            )
        case Schema.NEWER:
            raise StoreError(
                f"{where} was written by a newer sloguard than this one. Upgrade sloguard, or give another store."
            )
        case Schema.FOREIGN:
            raise StoreError(f"{where} belongs to another program: its tables are not sloguard's. Give another store.")


def _wait_for_turn(connection: Connection) -> None:
    """On SQLite the transaction itself is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})


def migrate_to(connection: Connection, revision: str) -> None:
    """Take the steps up to a revision, within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - 0.3 s that a current store does not pay
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
