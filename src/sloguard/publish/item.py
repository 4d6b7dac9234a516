"""What is pushed, what is found there, and what has to change. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

Content = Mapping[str, Any]
"""A rule group or a dashboard, as plain data."""


@dataclass(frozen=True, slots=True)
class Item:
    """A rule group or a dashboard as it should be."""

    name: str
    """What the server knows it by: a group's name, a dashboard's uid."""
    content: Content
    text: str
    """As a person reads it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the server has under a name."""

    name: str
    content: Content
    """As it is put back."""
    text: str
    """As a person reads it, without our mark."""
    applied: str | None
    """Fingerprint of what sloguard has put there last; None if nothing says that it was sloguard."""
    present: str
    """Fingerprint of what is there now."""
    version: int = 0
    """Where the server counts changes."""

    @property
    def is_intact(self) -> bool:
        """Nobody has changed it since sloguard has put it there."""
        return self.applied is not None and self.applied == self.present


class Target(Protocol):
    """A server that keeps items. Every method raises PublishError."""

    @property
    def title(self) -> str:
        """What the server is, for people."""
        ...

    @property
    def noun(self) -> str:
        """What one item is called."""
        ...

    def found(self, names: frozenset[str]) -> Mapping[str, Found]:
        """These items, and all others that sloguard has put there, by name."""
        ...

    def look(self, name: str) -> Found | None: ...

    def fingerprint(self, content: Content) -> str:
        """The same for contents that mean the same there."""
        ...

    def write(self, content: Content, before: Found | None) -> None:
        """Put an item there with our mark.

        Raises:
            PublishConflictError: it is not what it was before.
        """
        ...

    def put_back(self, before: Found) -> None:
        """Have it as it was, whatever is there now."""
        ...

    def remove(self, name: str) -> None: ...

    def clear_up(self) -> None:
        """Remove what was made on the way, when all items are as they were."""
        ...


class ChangeKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    target: Target
    kind: ChangeKind
    name: str
    before: Found | None
    after: Item | None


class Conflict(StrEnum):
    """Why an item is not touched unless that is wanted by --force."""

    CHANGED = "has been changed since the last apply"
    FOREIGN = "was not put there by sloguard"


def fingerprint_of(value: object) -> str:
    """A short hash of plain data, whatever the order of its keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
