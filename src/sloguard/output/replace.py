"""Replacing files: all of them or none."""

import errno
import os
import secrets
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sloguard.errors import OutputError
from sloguard.output.journal import (
    TEMPORARY_PREFIX,
    Plan,
    alone,
    digest,
    end_journal,
    finish,
    sweep,
    target_of,
    write_journal,
)


@dataclass(frozen=True, slots=True)
class _Replacement:
    path: str
    target: Path
    new: Path | None
    """The new content, in the target's own directory, so that a rename is all that is left to do; None to remove."""
    old: Path | None
    """A copy of the old content; None where there was none."""


def finish_interrupted(directory: Path) -> tuple[str, ...]:
    """Carry out what a run that was killed had begun to write; returns the paths concerned.

    Raises:
        OutputError: that cannot be done.
    """
    if not directory.is_dir():
        return ()
    with alone(directory):
        return finish(directory)


def write_files(directory: Path, texts: Mapping[str, str], removed: Collection[str] = ()) -> None:
    """Write files and remove others, by path relative to the directory. If one cannot be, all stay as they were.

    Raises:
        OutputError: a file cannot be written or removed.
    """
    targets = {path: target_of(directory, path) for path in (*texts, *removed)}
    if not targets:
        return
    try:
        with alone(directory):
            finish(directory)
            sweep([folder for folder in {target.parent for target in targets.values()} if folder.is_dir()])
            _write(directory, texts, {path: targets[path] for path in removed}, targets)
    except OSError as error:
        where = error.filename2 or error.filename or directory
        raise OutputError(f"{where} cannot be written: {error.strerror}. No file was changed.") from error


def _write(directory: Path, texts: Mapping[str, str], removed: Mapping[str, Path], targets: Mapping[str, Path]) -> None:
    prepared: list[_Replacement] = []
    try:
        for path, text in texts.items():
            prepared.append(_prepare(path, targets[path], text))
        for path, target in removed.items():
            prepared.append(_prepare_removal(path, target))
        write_journal(directory, _plan(prepared))
        _replace_all(prepared)
    finally:
        end_journal(directory)
        for replacement in prepared:
            _remove(replacement.new, replacement.old)


def _plan(replacements: Sequence[_Replacement]) -> Plan:
    return Plan(
        new={each.path: each.new.name for each in replacements if each.new is not None},
        removed={each.path: digest(each.target.read_bytes()) for each in replacements if each.new is None},
    )


def _prepare(path: str, target: Path, text: str) -> _Replacement:
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
    return _Replacement(path, target, new, old)


def _prepare_removal(path: str, target: Path) -> _Replacement:
    old = _temporary_name(target)
    try:
        shutil.copy2(target, old)
    except OSError:
        _remove(old)
        raise
    return _Replacement(path, target, None, old)


def _temporary_name(target: Path) -> Path:
    return target.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}.tmp")


def _remove(*files: Path | None) -> None:
    for file in files:
        if file is not None:
            file.unlink(missing_ok=True)


def _replace_all(replacements: list[_Replacement]) -> None:
    done: list[_Replacement] = []
    try:
        for replacement in replacements:
            if replacement.new is None:
                replacement.target.unlink()
            else:
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
