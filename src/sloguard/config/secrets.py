"""Credentials: given directly, or in a file of their own."""

from dataclasses import dataclass
from pathlib import Path as FilePath

from sloguard.config.codes import settings
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.shape import name_of
from sloguard.model.secret import Secret

_MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads credentials for one configuration file.

    Attributes:
        directory: where relative paths start: the configuration's own.
    """

    directory: FilePath
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
        content = self._read(file, file_path)
        return Secret(content.strip()) if content is not None else None

    def existing_file(self, file: str, path: Path) -> str | None:
        """The absolute path of a readable file, or None with a problem."""
        content = self._read(file, path, None)
        return str(self.directory / file) if content is not None else None

    def _read(self, file: str, path: Path, limit: int | None = _MAX_BYTES) -> str | None:
        location = self.directory / file
        do = f"Check the path and the permissions; it is relative to {self.directory}."
        try:
            if not location.is_file():
                self._refuse(path, "names no regular file", do)
                return None
            with location.open("rb") as opened:
                content = opened.read(None if limit is None else limit + 1)
            if limit is not None and len(content) > limit:
                self._refuse(path, "names a file larger than 64 KB", "Name the file that holds just the credential.")
                return None
            return content.decode("utf-8")
        except UnicodeDecodeError:
            self._refuse(path, "names a file that is not UTF-8 text", "Name the file that holds the credential.")
        except (OSError, ValueError) as error:  # ValueError: the path itself is impossible
            reason = getattr(error, "strerror", None) or "not a possible path"
            self._refuse(path, f"names a file that cannot be read ({reason})", do)
        return None

    def _refuse(self, path: Path, what: str, do: str) -> None:
        self.report.at(settings.SECRET_FILE, path, f"{name_of(path)} {what}", do)
