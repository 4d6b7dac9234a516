"""Credentials: given directly, or in a file of their own."""

from dataclasses import dataclass

from sloguard.config.codes import settings
from sloguard.config.named_files import NamedFiles
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.shape import name_of
from sloguard.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """Reads credentials for one configuration."""

    files: NamedFiles
    report: Report

    def chosen(self, value: Secret | None, file: str | None, path: Path) -> Secret | None:
        """The credential that is given by `path` or by `path` + `_file`; None if neither is, or with a problem."""
        if file is None:
            return value
        file_path: Path = (*path[:-1], f"{path[-1]}_file")
        if value is not None:
            what = f"{name_of(path)} and {file_path[-1]} are both given"
            self.report.at(settings.SECRET_SOURCE, file_path, what, "Keep one of them.", got="")
            return None
        content = self.files.text(file, file_path, settings.SECRET_FILE)
        return Secret(content.strip()) if content is not None else None

    def file(self, file: str, path: Path) -> str | None:
        """Where a file is that something else reads later; None, with a problem, if it cannot be read."""
        return self.files.location(file, path, settings.SECRET_FILE)
