"""Tables in Markdown, for a merge request's comment or a wiki: whatever a cell says stays text."""

import re
from collections.abc import Iterable, Sequence

_ACTIVE = re.compile(r"([\\`*_\[\]<>|~&#])")


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]], words: Iterable[str]) -> str:
    """A table (as GitHub and GitLab know it) whose columns are numbers, to the right, but for those named `words`."""
    left = frozenset(words)
    rules = ("---" if heading in left else "---:" for heading in header)
    lines = (_line(header), _line(rules), *(_line(map(plain, row)) for row in rows))
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text that no renderer takes for a link, a tag, emphasis or the end of a cell."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return _ACTIVE.sub(r"\\\1", printable)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
