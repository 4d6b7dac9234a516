"""A few short strings that a regular expression accepts, for the forms that people write in label matchers."""

import itertools
import re
import warnings
from collections.abc import Iterator, Sequence
from typing import NoReturn

_MOST = 8
"""Strings a pattern. They are tried against the other matchers, so that a few are enough."""
_ESCAPED = {"d": "01", "w": "ab0", "s": " ", "D": "a", "W": "-", "S": "a0", "n": "\n", "t": "\t"}
_REPETITION = re.compile(r"[*+?]|\{(\d+)(?:,\d*)?\}")
_GROUP_FLAG = re.compile(r"\?(?::|P?<\w+>|[ims]+:|[ims]+(?=\)))")


class _NotUnderstoodError(ValueError):
    """A form that this reader does not know."""


def matching_strings(pattern: str) -> tuple[str, ...]:
    """Strings that the whole pattern matches, the plainest first; none if it is not understood.

    >>> matching_strings("5..|429")
    ('500', '429')
    """
    try:
        reader = _Reader(pattern)
        found = reader.alternatives()
        reader.end()
    except (_NotUnderstoodError, RecursionError):
        return ()
    expression = compiled(pattern)
    return tuple(dict.fromkeys(each for each in found if expression and expression.fullmatch(each)))


def compiled(pattern: str) -> re.Pattern[str] | None:
    """None for a pattern that Python reads otherwise than RE2, or not at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        try:
            return re.compile(pattern, re.DOTALL)
        except (re.error, FutureWarning, RecursionError, OverflowError):
            return None


class _Reader:
    """Reads a pattern from left to right. Each method returns strings for the part that it has read."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def alternatives(self) -> list[str]:
        branches = [self._sequence()]
        while self._take("|"):
            branches.append(self._sequence())
        # The plainest of each branch before the second of any.
        mixed = itertools.chain.from_iterable(itertools.zip_longest(*branches))
        return [each for each in mixed if each is not None][: _MOST * 2]

    def end(self) -> None:
        if self._at < len(self._pattern):
            self._give_up()

    def _sequence(self) -> list[str]:
        found = [""]
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            item = self._repeated(self._item())
            found = [a + b for b, a in itertools.islice(itertools.product(item, found), _MOST)]
        return found

    def _item(self) -> Sequence[str]:
        character = self._next()
        special = {"[": self._character_class, "(": self._group, "\\": self._escape}
        if character in special:
            return special[character]()
        if character in "*+?{":
            self._give_up()
        return {"^": [""], "$": [""], ".": ["0", "a"]}.get(character, [character])

    def _repeated(self, item: Sequence[str]) -> Sequence[str]:
        found = _REPETITION.match(self._pattern, self._at)
        if found is None:
            return item
        self._at = found.end()
        self._take("?")
        least = int(found.group(1)) if found.group(1) else 0
        if found.group() == "+" or least == 1:
            return item
        if least:
            return [each * least for each in item] if least <= _MOST else self._give_up()
        return [*item, ""]

    def _group(self) -> Sequence[str]:
        if self._pattern.startswith("?", self._at):
            flag = _GROUP_FLAG.match(self._pattern, self._at)
            if flag is None:
                self._give_up()
            self._at = flag.end()
        inner = self.alternatives()
        if not self._take(")"):
            self._give_up()
        return inner

    def _escape(self) -> Sequence[str]:
        character = self._next()
        if character in _ESCAPED:
            return list(_ESCAPED[character])
        if character.isalnum():
            # Boundaries, Unicode classes and back references.
            self._give_up()
        return [character]

    def _character_class(self) -> Sequence[str]:
        negated = self._take("^")
        start, members = self._at, ""
        while not self._take("]") or self._at == start + 1:
            if self._pattern.startswith("[:", self._at):
                self._give_up()
            character = self._next() if self._at != start + 1 or members else "]"
            members += "".join(self._escape()) if character == "\\" else character
        expression = compiled(self._pattern[start - 1 - negated : self._at])
        if expression is None:
            self._give_up()
        candidates = (*(members if not negated else ""), *"0aA-_ .x1")
        return list(dict.fromkeys(each for each in candidates if expression.fullmatch(each)))[:_MOST]

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            self._give_up()
        self._at += 1
        return self._pattern[self._at - 1]

    def _take(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._at)
        self._at += len(text) if found else 0
        return found

    def _give_up(self) -> NoReturn:
        raise _NotUnderstoodError(self._pattern)


def plainest(strings: Sequence[str]) -> Iterator[str]:
    """Strings without empty ones first: an empty label value is a missing label."""
    yield from (each for each in strings if each)
    yield from (each for each in strings if not each)
