"""The store: counts, alerts and notifications in one database, SQLite or PostgreSQL."""

from sloguard.store.opening import DEFAULT_URL, Store, open_store

__all__ = ["DEFAULT_URL", "Store", "open_store"]
