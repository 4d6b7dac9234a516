"""The groups of an SLO: label values of which each combination is an SLO of its own. They come from outside."""

import hashlib
import json
import re
from collections.abc import Mapping

Group = tuple[tuple[str, str], ...]
"""Label names with their values, sorted by name; empty for an SLO that is not grouped."""

MOST_GROUP_LABELS = 4
LONGEST_GROUP_LABEL = 100
"""Characters. With these bounds and that of a value, an id stays below what a database indexes (2,704 bytes)."""
DEFAULT_GROUP_LIMIT = 100

_LONGEST_VALUE_BYTES = 200
_SURELY_SHORT = 16
"""Characters, of which each takes at most 12 bytes."""
_LABEL = re.compile(r'([a-zA-Z_]\w*)=(?=")', re.ASCII)
_DECODER = json.JSONDecoder()


def group_of(names: tuple[str, ...], labels: Mapping[str, str]) -> Group:
    """The group that a series belongs to. A label that it does not have counts as empty, as in PromQL."""
    return tuple((name, shortened(labels.get(name, ""))) for name in names)


def group_text(group: Group) -> str:
    """`{tenant="acme"}`; on one line and printable, whatever the values hold. Empty for no group."""
    if not group:
        return ""
    return "{" + ",".join(f"{name}={_quoted(value)}" for name, value in group) + "}"


def parse_group(text: str) -> Group | None:
    """The group that `group_text` wrote; None for any other text."""
    labels: list[tuple[str, str]] = []
    at = 0
    while match := _LABEL.match(text, at + 1):
        try:
            value, at = _DECODER.raw_decode(text, match.end())
        except ValueError:
            return None
        labels.append((match[1], value))
        if text[at:] == "}":
            return tuple(labels) if group_text(tuple(labels)) == text else None
    return None


def shortened(value: str) -> str:
    """The value, or its beginning and a digest: a client may have sent anything as a label's value."""
    if len(value) <= _SURELY_SHORT or len(_quoted(value).encode()) <= _LONGEST_VALUE_BYTES:
        return value
    digest = hashlib.sha256(value.encode()).hexdigest()[:16]
    beginning = value[:_LONGEST_VALUE_BYTES]
    while len(_quoted(f"{beginning}~{digest}").encode()) > _LONGEST_VALUE_BYTES:
        beginning = beginning[:-1]
    return f"{beginning}~{digest}"


def _quoted(value: str) -> str:
    """A JSON string without anything that a terminal or a page would act upon."""
    return "".join(
        each if each.isprintable() else json.dumps(each)[1:-1] for each in json.dumps(value, ensure_ascii=False)
    )
