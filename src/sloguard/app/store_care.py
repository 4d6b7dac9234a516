"""What `sloguard backup`, `restore` and `verify` are put together from."""

from datetime import datetime
from pathlib import Path

from sloguard.errors import StoreError
from sloguard.store import open_store
from sloguard.store.backup import BackupReport, Verdict, back_up, verify_backup, verify_store
from sloguard.store.backup.scheduled import backup_name
from sloguard.store.opening import existing


def make_backup(store_url: str, out: Path | None, now: datetime) -> BackupReport:
    """Back up a store, which may be an older sloguard's, into a new file.

    Args:
        store_url: which store.
        out: the file, or a directory to give it a name in; None: the present directory.
        now: goes into the backup, and into its name.

    Raises:
        StoreError: the store cannot be read, or the file not be written or is there already.
    """
    path = out or Path(backup_name(now))
    if path.is_dir():
        path = path / backup_name(now)
    if path.exists():
        raise StoreError(f"{path} is there already. Give another name.")
    with existing(store_url) as engine:
        return back_up(engine, path, now)


def verify(store_url: str, backup: Path | None) -> Verdict:
    """Look through a backup, or else through a store.

    Raises:
        StoreError: the store cannot be read at all.
    """
    if backup is not None:
        return verify_backup(backup)
    store = open_store(store_url, create=False)
    try:
        return verify_store(store.engine)
    finally:
        store.close()
