"""Which daemon evaluates, in words."""

from sloguard.ports import Leadership


def evaluator_words(holder: str) -> str:
    """`HOST:PID:NAME` as people say it: `HOST (process PID)`."""
    host, _, rest = holder.rpartition(":")[0].rpartition(":")
    return f"{host} (process {rest})"


def leadership_words(leadership: Leadership) -> str:
    """One sentence."""
    if leadership.leads:
        return "This daemon evaluates."
    if leadership.holder is None:
        return "Standing by: no daemon evaluates at the moment."
    return f"Standing by: {evaluator_words(leadership.holder)} evaluates."
