"""One kind of problem: its number, what it means, how it looks and how it is mended."""

import re
from dataclasses import dataclass
from enum import Enum

from sloguard.config.problem import Level


class Scope(Enum):
    """What an example shows; `example_file` puts the rest around it."""

    FILE = "file"
    TOP = "top"
    """Keys at the top of a file."""
    SLO = "slo"
    """Keys of an SLO."""


class Kind(Enum):
    """What it takes to find a problem."""

    OFFLINE = "offline"
    """The file alone."""
    LIVE = "live"
    """A running Prometheus."""


@dataclass(frozen=True, slots=True)
class Code:
    id: str
    title: str
    explanation: str
    mend: str
    """What to do about it."""
    example: str = ""
    """YAML that has the problem; empty where no text can show it."""
    scope: Scope = Scope.SLO
    level: Level = Level.ERROR
    kind: Kind = Kind.OFFLINE


_TOP = (("version", "version: 1"),)
_SERVICES = """services:
  - name: shop
    runbook_url: https://runbooks.example.com/shop
    slos:
"""
_SLO = (
    ("name", "name: availability"),
    ("objective", "objective: 99.9"),
    ("indicator", """indicator: {events: {bad: 'http_errors_total', total: 'http_requests_total'}}"""),
)


def example_file(code: Code) -> str:
    """A whole file that has this problem, and no other error."""
    match code.scope:
        case Scope.FILE:
            return code.example
        case Scope.TOP:
            return _with_defaults(code.example, _TOP) + _SERVICES + _as_item(_with_defaults("", _SLO))
        case Scope.SLO:
            return _with_defaults("", _TOP) + _SERVICES + _as_item(_with_defaults(code.example, _SLO))


def _with_defaults(text: str, defaults: tuple[tuple[str, str], ...]) -> str:
    missing = [line for key, line in defaults if not re.search(rf"^{key}:", text, re.MULTILINE)]
    return "".join(f"{line}\n" for line in missing) + text


def _as_item(text: str) -> str:
    first, *rest = text.rstrip("\n").split("\n")
    return "\n".join([f"      - {first}", *(f"        {line}" for line in rest)]) + "\n"
