"""What is wrong with a file, where, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """How bad a problem is: only an error makes a file unusable."""

    ERROR = "error"
    WARNING = "warning"
    """It works, but probably not as meant."""
    NOTE = "note"
    """Something that sloguard decided by itself."""


class Place(NamedTuple):
    """Where something starts in a file, both numbers from 1."""

    line: int
    column: int
    file: str = ""
    """As messages show it; empty where there is only one."""
    user: str = ""
    """Of a place within a template: the service that it is looked at for."""


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    """`SG012`."""
    level: Level
    file: str
    line: int
    column: int
    message: str
    """What is wrong, what was found, what to do: one line."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.code} {self.message}"


_SHOWN_LENGTH = 80


def one_line(text: str, limit: int = _SHOWN_LENGTH) -> str:
    """Text from a file as it may be printed: no line breaks or control characters, and not too long."""
    short = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return "".join(character if character.isprintable() else _escaped(character) for character in short)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
