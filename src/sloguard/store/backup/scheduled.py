"""Backups now and then: one when the newest is too old, and none that nobody needs any more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine

from sloguard.errors import StoreError
from sloguard.model.settings import BackupSettings
from sloguard.store.backup.writing import back_up

_log = structlog.get_logger(__name__)

_NAME = "sloguard-%Y%m%dT%H%M%SZ.backup"


def backup_name(now: datetime) -> str:
    """`sloguard-20261122T030000Z.backup`: names in the order of their times."""
    return now.astimezone(UTC).strftime(_NAME)


def made_at(name: str) -> datetime | None:
    """When the backup of this name was made; None for any other file."""
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def expired(names: Sequence[str], keep: timedelta, now: datetime) -> Sequence[str]:
    """The backups that are older than wanted, but never the newest."""
    times = {name: at for name in names if (at := made_at(name)) is not None}
    newest = max(times.values(), default=now)
    return sorted(name for name, at in times.items() if now - at > keep and at < newest)


@dataclass(frozen=True, slots=True)
class ScheduledBackups:
    engine: Engine
    settings: BackupSettings

    def run(self, now: datetime) -> datetime | None:
        """Make a backup if it is time, and remove those that have expired; when the newest one was made.

        Raises:
            StoreError: the store cannot be read, or the directory not be used.
        """
        directory = Path(self.settings.directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            newest = _newest(directory)
            # A backup from the future is a clock's that was ahead: it must not keep the next one from being made.
            if newest is None or not timedelta(0) <= now - newest < self.settings.every:
                report = back_up(self.engine, directory / backup_name(now), now)
                _log.info("backup_made", file=str(report.path), rows=sum(report.rows.values()))
            for name in expired([path.name for path in directory.iterdir()], self.settings.keep, now):
                (directory / name).unlink(missing_ok=True)
            return _newest(directory)
        except OSError as error:
            why = error.strerror or error
            raise StoreError(f"The backups' directory {directory} cannot be used: {why}.") from error


def _newest(directory: Path) -> datetime | None:
    times = (made_at(path.name) for path in directory.iterdir())
    return max((at for at in times if at is not None), default=None)
