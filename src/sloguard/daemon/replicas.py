"""What is said of the Prometheus servers: which one is asked, and whether the others could be."""

from collections.abc import Sequence

from sloguard.ports import ReplicaState

_ANSWERS = "Prometheus answers in full."


def replicas_words(states: Sequence[ReplicaState]) -> str:
    """While Prometheus answers: one sentence for each server."""
    if len(states) <= 1:
        return _ANSWERS
    in_use = " ".join(f"Prometheus at {each.url} answers in full." for each in states if each.in_use)
    others = (_spare(each) for each in states if not each.in_use)
    return " ".join((in_use or _ANSWERS, *others))


def _spare(state: ReplicaState) -> str:
    if state.problem is None:
        return f"{state.url} has not been needed."
    return f"{state.url} could not be used: {state.problem}" if state.problem else f"{state.url} could be asked, too."
