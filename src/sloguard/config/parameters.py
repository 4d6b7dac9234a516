"""References to a template's parameters in texts: `$(name)`; `$$(` is a literal `$(`.

Within PromQL a value stays what it is: text within quotes, one word outside of them. It cannot end the string that it
stands in, add a matcher, or turn a selector into an expression.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sloguard.config.nodes import Node, Scalar, Sequence

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# References to the environment come first, so that `$(` within their defaults is left alone.
_PART = re.compile(r"\$\$\{|\$\{[^}]*\}?|\$(?P<escaped>\$\()|\$\((?P<inside>[^)]*)(?P<closed>\)?)")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*")
_WORD = re.compile(r"[A-Za-z0-9_:.]+")
_ESCAPES = {ord("\\"): "\\\\", ord('"'): "\\x22", ord("'"): "\\x27", ord("\n"): "\\n"}


@dataclass(frozen=True, slots=True)
class Filled:
    text: str
    unfit: tuple[str, ...] = ()
    """Parameters whose values would change what the PromQL around them means."""


def references(text: str) -> Iterator[str]:
    """What stands within each `$(…)`: names, and what is none. `$(` without an end yields the empty text."""
    for match in _PART.finditer(text):
        if match["inside"] is not None:
            yield match["inside"] if match["closed"] else ""


def lone_reference(text: str) -> str | None:
    """The parameter that is all there is in a text."""
    match = _PART.fullmatch(text)
    return match["inside"] if match is not None and match["closed"] else None


def fill(text: str, values: Mapping[str, str], *, promql: bool, rest: Callable[[str], str] = str) -> Filled:
    """The text with its parameters replaced; unknown ones stay.

    Args:
        text: of a template.
        values: by parameter.
        promql: whether the text is PromQL.
        rest: reads the texts between the parameters.
    """
    quoted = [(match.start(), match.end(), match.group()[0]) for match in _QUOTED.finditer(text)] if promql else []
    unfit: list[str] = []
    parts: list[str] = []
    end = 0
    for match in _PART.finditer(text):
        name = match["inside"]
        if match["escaped"] is None and name not in values:
            continue
        parts.append(rest(text[end : match.start()]))
        end = match.end()
        if name is None:
            parts.append("$(")
            continue
        around = next((mark for start, stop, mark in quoted if start < match.start() < stop), "")
        fitting = _fitting(values[name], around) if promql else values[name]
        if fitting is None:
            unfit.append(name)
        parts.append(fitting or "")
    parts.append(rest(text[end:]))
    return Filled("".join(parts), tuple(dict.fromkeys(unfit)))


def _fitting(value: str, around: str) -> str | None:
    """The value as it may stand in PromQL after a quote of this kind, or outside of quotes."""
    if around in {'"', "'"}:
        return value.translate(_ESCAPES)
    if around == "`":
        return value if "`" not in value else None
    return value if _WORD.fullmatch(value) else None


def shown_text(node: Scalar) -> str:
    """A text as messages may show it: parameters replaced, references to the environment as they are."""
    if not node.values:
        return node.text
    return fill(node.text, {name: value.text for name, value in node.values.items()}, promql=False).text


def scalars(node: Node) -> Iterator[Scalar]:
    """All single values within a node, in order."""
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, Sequence):
            waiting.extend(reversed(each.items))
        else:
            waiting.extend(entry.value for entry in reversed(each.entries.values()))
