"""Which files a path stands for: a file, all YAML files in a directory, or those that a pattern matches."""

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

MOST_FILES = 10_000
_SUFFIXES = frozenset({".yaml", ".yml"})
_MAGIC = frozenset("*?[")


def is_pattern(path: Path) -> bool:
    return not os.path.lexists(path) and not _MAGIC.isdisjoint(str(path))


def files_at(path: Path) -> Sequence[Path]:
    """Sorted, at most one more than `MOST_FILES`; none if a directory or pattern has none. Others stand for themselves.

    Hidden files (`.name`) are passed over unless the path itself names them: editors and mounts leave copies there.

    Raises:
        OSError: a directory cannot be read.
    """
    if is_pattern(path):
        return _matching(path)
    if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for some impossible paths
        return [path]
    inside = [each for each in path.iterdir() if each.suffix in _SUFFIXES and not each.name.startswith(".")]
    return sorted(each for each in islice(inside, MOST_FILES + 1) if each.is_file())


def _matching(pattern: Path) -> Sequence[Path]:
    # pathlib's `**` follows no links, so that a loop of links ends nowhere else.
    start = Path(pattern.anchor)
    hidden = sum(part.startswith(".") for part in pattern.parts)
    try:
        matches = start.glob(str(pattern.relative_to(pattern.anchor)))
        return sorted(
            islice((each for each in matches if _hidden_parts(each) <= hidden and each.is_file()), MOST_FILES + 1)
        )
    except (ValueError, NotImplementedError, IndexError):  # not a possible pattern
        return []


def _hidden_parts(path: Path) -> int:
    return sum(part.startswith(".") for part in path.parts)
