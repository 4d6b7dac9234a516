"""What is about to be replaced, written down first: whoever is killed in the middle, the next run ends it.

Without a journal there are the old files; with one there will be the new ones.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sloguard.errors import OutputError

TEMPORARY_PREFIX = ".sloguard-"
_NAME = f"{TEMPORARY_PREFIX}journal.json"
_SCHEMA = "sloguard/journal/v1"


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths are relative to the output directory, with `/`."""

    new: Mapping[str, str]
    """Name of the file with the new content, beside the target, by path."""
    removed: Mapping[str, str]
    """SHA-256 of the content that is to go, by path."""


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Keeps other runs that write here waiting. The directory itself is the lock, so that nothing is left behind."""
    directory.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def target_of(directory: Path, path: str) -> Path:
    """The file itself, where the path may be a link to it.

    Raises:
        OutputError: the path leads out of the directory.
    """
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts:
        raise OutputError(f"{path} would be written outside of {directory}. Give the service a simpler name.")
    return (directory / relative).resolve()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_journal(directory: Path, plan: Plan) -> None:
    """From here on the plan will be carried out, by this run or by the next."""
    document = {"schema": _SCHEMA, "new": dict(plan.new), "removed": dict(plan.removed)}
    temporary = directory / f"{_NAME}.tmp"
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(document, file, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(directory / _NAME)
    _flush_directory(directory)


def end_journal(directory: Path) -> None:
    (directory / _NAME).unlink(missing_ok=True)


def finish(directory: Path) -> tuple[str, ...]:
    """Carry out what an interrupted run left behind; returns the paths concerned, none if there was nothing to do.

    Raises:
        OutputError: the journal cannot be read, or a file cannot be written.
    """
    plan = _read(directory)
    if plan is None:
        return ()
    try:
        for path, name in plan.new.items():
            target = target_of(directory, path)
            new = target.with_name(name)
            if new.exists():
                new.replace(target)
        for path, content in plan.removed.items():
            target = target_of(directory, path)
            if target.is_file() and digest(target.read_bytes()) == content:
                target.unlink()
        end_journal(directory)
    except OSError as error:
        raise OutputError(
            f"{error.filename or directory} cannot be written: {error.strerror}. "
            f"An interrupted run is not finished yet: mend that, and run it again."
        ) from error
    return tuple(sorted((*plan.new, *plan.removed)))


def sweep(folders: Sequence[Path]) -> None:
    """Remove what a killed run left of its preparations."""
    for folder in folders:
        for file in folder.glob(f"{TEMPORARY_PREFIX}*.tmp"):
            file.unlink(missing_ok=True)


def _read(directory: Path) -> Plan | None:
    file = directory / _NAME
    try:
        document = json.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        document = None
    if not _is_plan(document):
        raise OutputError(f"{file} is no journal of an interrupted run. Delete it.")
    return Plan(document["new"], document["removed"])


def _is_plan(document: object) -> bool:
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        return False
    new, removed = document.get("new"), document.get("removed")
    if not isinstance(new, dict) or not isinstance(removed, dict):
        return False
    # A journal that somebody else wrote must not move files about.
    return all(isinstance(name, str) and name.startswith(TEMPORARY_PREFIX) and "/" not in name for name in new.values())


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
