"""Who may change slices at the same time. SQLite has one writer anyway; on PostgreSQL these locks see to it."""

from sqlalchemy import Connection, text

_SLICES = 7_564_828  # any number that nobody else locks in the same PostgreSQL database


def share_slices(connection: Connection) -> None:
    """Others may write slices, too, but none are rolled up meanwhile. Until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:number)"), {"number": _SLICES})


def own_slices(connection: Connection) -> None:
    """Nobody else writes slices. Until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _SLICES})
