"""Backups are made when it is time, removed when they have expired, and the newest is never removed."""

from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.errors import StoreError
from sloguard.model.settings import BackupSettings
from sloguard.store import Store
from sloguard.store.backup import verify_backup
from sloguard.store.backup.scheduled import ScheduledBackups, backup_name, expired, made_at
from tests.support.incidents import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_name_tells_when_a_backup_was_made() -> None:
    assert backup_name(NOON) == "sloguard-20261122T120000Z.backup"
    assert made_at(backup_name(NOON)) == NOON
    assert made_at("notes.txt") is None


@pytest.mark.parametrize(
    ("ages", "removed"),
    [
        ([0, 29, 30], []),
        ([0, 31, 40], [31, 40]),
        ([31], []),
        ([31, 40], [40]),
        ([], []),
    ],
)
def test_what_has_expired(ages: list[int], removed: list[int]) -> None:
    names = [backup_name(NOON - age * DAY) for age in ages]
    assert expired([*names, "notes.txt"], 30 * DAY, NOON) == sorted(backup_name(NOON - age * DAY) for age in removed)


def test_one_is_made_when_the_newest_is_too_old(store: Store, tmp_path: Path) -> None:
    directory = tmp_path / "backups"
    backups = ScheduledBackups(store.engine, BackupSettings(str(directory), 6 * HOUR, DAY))
    assert backups.run(NOON) == NOON
    assert backups.run(NOON + 5 * HOUR) == NOON  # after a restart, too: the files tell
    assert backups.run(NOON + 6 * HOUR) == NOON + 6 * HOUR
    assert backups.run(NOON + 25 * HOUR) == NOON + 25 * HOUR
    assert sorted(path.name for path in directory.iterdir()) == [
        backup_name(NOON + 6 * HOUR),
        backup_name(NOON + 25 * HOUR),
    ]
    assert all(verify_backup(path).ok for path in directory.iterdir())


def test_a_clock_that_was_ahead_keeps_no_backup_from_being_made(store: Store, tmp_path: Path) -> None:
    backups = ScheduledBackups(store.engine, BackupSettings(str(tmp_path / "backups")))
    backups.run(NOON + 300 * DAY)
    backups.run(NOON)
    assert (tmp_path / "backups" / backup_name(NOON)).exists()


def test_a_directory_that_cannot_be_one_is_said(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    backups = ScheduledBackups(store.engine, BackupSettings(str(tmp_path / "file")))
    with pytest.raises(StoreError, match=r"backups' directory .*file cannot be used: File exists"):
        backups.run(NOON)
