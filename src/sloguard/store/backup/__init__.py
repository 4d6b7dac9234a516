"""Backups: everything in a store as one compressed file, the same for SQLite and PostgreSQL, with a checksum."""

from sloguard.store.backup.archive import BackupReport
from sloguard.store.backup.restoring import restore
from sloguard.store.backup.verifying import Finding, Verdict, verify_backup, verify_store
from sloguard.store.backup.writing import back_up

__all__ = ["BackupReport", "Finding", "Verdict", "back_up", "restore", "verify_backup", "verify_store"]
