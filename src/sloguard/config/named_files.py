"""Files that a configuration names: found relative to the file in which they are named, small, and readable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from sloguard.config.codes import Code
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.shape import name_of

_MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """Attributes:
    directory: where relative paths start: the configuration's own.
    directories: of the configuration's files, by what messages call them.
    """

    directory: FilePath
    report: Report
    directories: Mapping[str, FilePath] = field(default_factory=dict)

    def place(self, file: str, path: Path) -> str:
        """Where a file or directory is, or will be."""
        return str(self._location(file, path))

    def location(self, file: str, path: Path, code: Code) -> str | None:
        """Where a file is that something else reads later; None, with a problem, if it cannot be read."""
        return str(self._location(file, path)) if self._bytes(file, path, code) is not None else None

    def text(self, file: str, path: Path, code: Code) -> str | None:
        """A file's text; None, with a problem, if it cannot be read, is no UTF-8 or too large."""
        content = self._bytes(file, path, code)
        if content is None:
            return None
        if len(content) > _MAX_BYTES:
            self._refuse(path, code, "names a file larger than 64 KB", "Name a smaller one.")
            return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            self._refuse(path, code, "names a file that is not UTF-8 text", "Name a text file.")
            return None

    def _location(self, file: str, path: Path) -> FilePath:
        return self.directories.get(self.report.place(path).file, self.directory) / file

    def _bytes(self, file: str, path: Path, code: Code) -> bytes | None:
        """The file's content, at most one byte more than it may have."""
        location = self._location(file, path)
        do = "Check the path and the permissions; it is relative to the configuration's directory."
        try:
            if not location.is_file():
                self._refuse(path, code, "names no regular file", do)
                return None
            with location.open("rb") as opened:
                return opened.read(_MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: the path itself is impossible
            reason = getattr(error, "strerror", None) or "not a possible path"
            self._refuse(path, code, f"names a file that cannot be read ({reason})", do)
            return None

    def _refuse(self, path: Path, code: Code, what: str, do: str) -> None:
        self.report.at(code, path, f"{name_of(path)} {what}", do)
