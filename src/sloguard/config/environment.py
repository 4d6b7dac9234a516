"""References to environment variables in texts: `${NAME}`, `${NAME:-default}`; `$${` is a literal `${`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REFERENCE = re.compile(r"\$(?P<escaped>\$\{)|\$\{(?P<inside>[^}]*)(?P<closed>\}?)")
_INSIDE = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Expanded:
    text: str
    missing: tuple[str, ...] = ()
    """Variables that are not set and have no default."""
    malformed: tuple[str, ...] = ()
    """What starts like a reference and is none."""


def expand(text: str, environ: Mapping[str, str]) -> Expanded:
    """Replace the references in a text. A default stands in for a variable that is not set, or empty."""
    missing: list[str] = []
    malformed: list[str] = []

    def replaced(match: re.Match[str]) -> str:
        if match["escaped"]:
            return match["escaped"]
        inside = _INSIDE.fullmatch(match["inside"])
        if inside is None or not match["closed"] or "${" in (inside["default"] or ""):
            malformed.append(match.group())
            return ""
        value = environ.get(inside["name"])
        if inside["default"] is not None:
            return value or inside["default"]
        if value is None:
            missing.append(inside["name"])
        return value or ""

    return Expanded(_REFERENCE.sub(replaced, text), tuple(missing), tuple(malformed))
