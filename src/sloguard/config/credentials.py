"""Credentials: given directly, or in a file of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from sloguard.config.codes import settings
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.shape import name_of
from sloguard.model.secret import Secret

_MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Credentials:
    """Reads credentials for one configuration file.

    Attributes:
        directory: where relative paths start: the configuration's own.
        directories: of the configuration's files, by what messages call them.
    """

    directory: FilePath
    report: Report
    directories: Mapping[str, FilePath] = field(default_factory=dict)

    def chosen(self, value: Secret | None, file: str | None, path: Path) -> Secret | None:
        """The credential that is given by `path` or by `path` + `_file`; None if neither is, or with a problem."""
        if file is None:
            return value
        file_path: Path = (*path[:-1], f"{path[-1]}_file")
        if value is not None:
            what = f"{name_of(path)} and {file_path[-1]} are both given"
            self.report.at(settings.SECRET_SOURCE, file_path, what, "Keep one of them.", got="")
            return None
        content = self._read(file, file_path)
        return Secret(content.strip()) if content is not None else None

    def file(self, file: str, path: Path) -> str | None:
        """Where a file is that something else reads later; None, with a problem, if it cannot be read."""
        return str(self._location(file, path)) if self._bytes(file, path) is not None else None

    def _location(self, file: str, path: Path) -> FilePath:
        """Relative to the file in which it is named."""
        return self.directories.get(self.report.place(path).file, self.directory) / file

    def _read(self, file: str, path: Path) -> str | None:
        content = self._bytes(file, path)
        if content is None:
            return None
        if len(content) > _MAX_BYTES:
            self._refuse(path, "names a file larger than 64 KB", "Name the file that holds just the credential.")
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            self._refuse(path, "names a file that is not UTF-8 text", "Name the file that holds the credential.")
            return None

    def _bytes(self, file: str, path: Path) -> bytes | None:
        """The file's content, at most one byte more than a credential may have."""
        location = self._location(file, path)
        do = "Check the path and the permissions; it is relative to the configuration's directory."
        try:
            if not location.is_file():
                self._refuse(path, "names no regular file", do)
                return None
            with location.open("rb") as opened:
                return opened.read(_MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: the path itself is impossible
            reason = getattr(error, "strerror", None) or "not a possible path"
            self._refuse(path, f"names a file that cannot be read ({reason})", do)
            return None

    def _refuse(self, path: Path, what: str, do: str) -> None:
        self.report.at(settings.SECRET_FILE, path, f"{name_of(path)} {what}", do)
