"""The nearest existing name to one that does not exist."""

import difflib
from collections.abc import Iterable

_MOST = 3


def nearest(wanted: str, existing: Iterable[str]) -> tuple[str, ...]:
    """At most three similar names, the most similar first."""
    return tuple(difflib.get_close_matches(wanted, existing, n=_MOST, cutoff=0.6))


def listed(names: Iterable[str]) -> str:
    return " or ".join(names)
