"""Replacing files: all of them or none."""

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sloguard.errors import OutputError

_TEMPORARY_PREFIX = ".sloguard-"


@dataclass(frozen=True, slots=True)
class _Replacement:
    target: Path
    new: Path
    """The new content, in the target's own directory, so that a rename is all that is left to do."""
    old: Path | None
    """A copy of the old content; None where there was none."""


def write_files(directory: Path, texts: Mapping[str, str]) -> None:
    """Write the files, by path relative to the directory. If one cannot be written, all stay as they were.

    Raises:
        OutputError: a file cannot be written.
    """
    prepared: list[_Replacement] = []
    try:
        for path, text in texts.items():
            prepared.append(_prepare(_inside(directory, path), text))
        _replace_all(prepared)
    except OSError as error:
        where = error.filename2 or error.filename or directory
        raise OutputError(f"{where} cannot be written: {error.strerror}. No file was changed.") from error
    finally:
        for replacement in prepared:
            _remove(replacement.new, replacement.old)


def _inside(directory: Path, path: str) -> Path:
    """The file itself, where the path may be a link to it."""
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts:
        raise OutputError(f"{path} would be written outside of {directory}. Give the service a simpler name.")
    return (directory / relative).resolve()


def _prepare(target: Path, text: str) -> _Replacement:
    """Put the new content, and a copy of the old one, beside the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    new = _temporary_name(target)
    old = _temporary_name(target) if target.exists() else None
    try:
        with new.open("xb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            shutil.copy2(target, old)
            shutil.copymode(target, new)
    except OSError:
        _remove(new, old)
        raise
    return _Replacement(target, new, old)


def _temporary_name(target: Path) -> Path:
    return target.with_name(f"{_TEMPORARY_PREFIX}{secrets.token_hex(8)}.tmp")


def _remove(*files: Path | None) -> None:
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)


def _replace_all(replacements: list[_Replacement]) -> None:
    done: list[_Replacement] = []
    try:
        for replacement in replacements:
            replacement.new.replace(replacement.target)
            done.append(replacement)
    except OSError as error:
        _put_back(done, error)
        raise


def _put_back(replacements: list[_Replacement], cause: OSError) -> None:
    """Undo the replacements.

    Raises:
        OutputError: some could not be undone.
    """
    stuck = []
    for replacement in reversed(replacements):
        try:
            if replacement.old is None:
                replacement.target.unlink()
            else:
                shutil.copy2(replacement.old, replacement.target)
        except OSError:
            stuck.append(str(replacement.target))
    if stuck:
        where = cause.filename2 or cause.filename
        raise OutputError(
            f"{where} cannot be written: {cause.strerror}. These were changed and could not be put back: "
            f"{', '.join(stuck)}. Restore them from version control."
        ) from cause
