"""How often the store is backed up, and how long backups are kept."""

from datetime import timedelta

from sloguard.config.codes import settings
from sloguard.config.named_files import NamedFiles
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import BackupEntry
from sloguard.model.duration import format_duration
from sloguard.model.settings import BackupSettings

_MOST_OFTEN = timedelta(minutes=10)


def backup_settings(entry: BackupEntry | None, files: NamedFiles, report: Report) -> BackupSettings | None:
    """None if nobody wants backups."""
    if entry is None:
        return None
    default = BackupSettings("")
    every, keep = entry.every or default.every, entry.keep or default.keep
    if every < _MOST_OFTEN:
        least = format_duration(_MOST_OFTEN)
        report.at(settings.BACKUP, ("backup", "every"), f"backup.every must be at least {least}", f"Use {least}.")
    if keep < every:
        path = ("backup", "keep" if report.has(("backup", "keep")) else "every")
        what = "backup.keep is shorter than backup.every, so that no backup would last until the next"
        report.at(settings.BACKUP, path, what, f"Keep them for at least {format_duration(every)}.")
    return BackupSettings(files.place(entry.directory, ("backup", "directory")), every, keep)
