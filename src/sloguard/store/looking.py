"""Looks at a store without changing it: may it be used, and is its schema this program's?"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from sloguard.model.lease import Lease
from sloguard.store.connection import connect, reading, shown, writing
from sloguard.store.lease import read_lease
from sloguard.store.migrating import Schema, schema_of
from sloguard.store.opening import checked


@dataclass(frozen=True, slots=True)
class StoreLook:
    """What was found at a store's URL."""

    shown: str
    """The URL without its password."""
    folder: Path | None
    """Of a SQLite file."""
    schema: Schema
    lease: Lease | None = None
    """Of the daemon that evaluates, or did last; None if there never was one, or the schema is another one."""


def look_at_store(text: str) -> StoreLook:
    """Try to read and to write; nothing is created, migrated or changed.

    Raises:
        StoreError: it cannot be used; the text says why and what to do.
    """
    url = checked(text)
    file = _file(url)
    if file is not None and not file.exists():
        return StoreLook(shown(url), file.parent, Schema.NEW)
    engine = connect(url)
    try:
        with reading(engine) as connection:
            schema = schema_of(connection)
            lease = read_lease(connection) if schema is Schema.CURRENT else None
        with writing(engine):
            pass  # the transaction itself needs the right to write
    finally:
        engine.dispose()
    return StoreLook(shown(url), file.parent if file else None, schema, lease)


def _file(url: URL) -> Path | None:
    return Path(url.database or "").absolute() if url.get_backend_name() == "sqlite" else None
