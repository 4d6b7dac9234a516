"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, but not as it should."""
    PROBLEM = "problem"
    """It will not work."""
    SKIPPED = "skipped"
    """It could not be looked at; another check says why."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    state: State
    detail: str
    """What was found: a plain clause, free of secrets."""
    remedy: str = ""
    """What to do about it; empty if there is nothing to do."""


def ok(name: str, detail: str) -> Check:
    return Check(name, State.OK, detail)


def warning(name: str, detail: str, remedy: str) -> Check:
    return Check(name, State.WARNING, detail, remedy)


def problem(name: str, detail: str, remedy: str) -> Check:
    return Check(name, State.PROBLEM, detail, remedy)


def skipped(name: str, detail: str) -> Check:
    return Check(name, State.SKIPPED, detail)
