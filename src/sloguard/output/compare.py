"""How the files on disk differ from those that should be there."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sloguard.errors import OutputError


class FileState(StrEnum):
    MISSING = "missing"
    STALE = "stale"
    """It is there, with another content."""
    CURRENT = "current"
    ORPHANED = "orphaned"
    """It was generated once, from something that is no longer declared."""


@dataclass(frozen=True, slots=True)
class ComparedFile:
    path: str
    """Relative to the output directory, with `/`."""
    state: FileState
    before: str
    """Empty where there is no file."""
    after: str
    """Empty where there should be no file."""


def compare(
    directory: Path, wanted: Mapping[str, str], searched: Mapping[str, Callable[[str], bool]]
) -> tuple[ComparedFile, ...]:
    """Compare each wanted file with the one on disk, and find orphaned ones, sorted by path.

    Args:
        directory: what paths are relative to; need not exist.
        wanted: text by path.
        searched: glob patterns of where orphaned files may be, each with the test that recognises a generated text.

    Raises:
        OutputError: a file cannot be read.
    """
    found = [_compared(directory, path, text) for path, text in wanted.items()]
    for pattern, is_generated in searched.items():
        found.extend(_orphans(directory, pattern, is_generated, wanted))
    return tuple(sorted(found, key=lambda comparison: comparison.path))


def _compared(directory: Path, path: str, text: str) -> ComparedFile:
    before = _read(directory / path)
    if before is None:
        return ComparedFile(path, FileState.MISSING, "", text)
    return ComparedFile(path, FileState.CURRENT if before == text else FileState.STALE, before, text)


def _orphans(
    directory: Path, pattern: str, is_generated: Callable[[str], bool], wanted: Mapping[str, str]
) -> Iterator[ComparedFile]:
    for file in directory.glob(pattern):
        path = file.relative_to(directory).as_posix()
        if path in wanted or not file.is_file():
            continue
        text = _read(file)
        if text is not None and is_generated(text):
            yield ComparedFile(path, FileState.ORPHANED, text, "")


def _read(file: Path) -> str | None:
    """The text, byte for byte but for what is not UTF-8; None if there is no such file."""
    try:
        return file.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{file} cannot be read: {error.strerror}. Check that it is a file you may read.") from error


def unified_diff(comparisons: Sequence[ComparedFile]) -> str:
    """The differences as a patch; empty if there are none."""
    return "".join(_file_diff(comparison) for comparison in comparisons)


def _file_diff(comparison: ComparedFile) -> str:
    lines = difflib.unified_diff(
        comparison.before.splitlines(keepends=True),
        comparison.after.splitlines(keepends=True),
        "/dev/null" if comparison.state is FileState.MISSING else f"a/{comparison.path}",
        "/dev/null" if comparison.state is FileState.ORPHANED else f"b/{comparison.path}",
    )
    ended = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return "".join(ended)
