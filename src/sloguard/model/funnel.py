"""Steps that people take one after the other, and the events that show who took them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunnelStep:
    name: str
    """Unique within its funnel; any text."""
    events: tuple[str, ...]
    """Selectors of counters, which are summed; the loader has parsed them."""


@dataclass(frozen=True, slots=True)
class Funnel:
    name: str
    steps: tuple[FunnelStep, ...]
    """At least two, in their order."""
    description: str = ""
