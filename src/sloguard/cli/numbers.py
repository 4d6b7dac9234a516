"""Numbers as they are typed on a command line: what is none is told as every other problem is."""

from collections.abc import Callable

from sloguard.errors import UsageError


def whole_number(name: str, low: int, high: int | None = None, *, do: str = "") -> Callable[[str | int], int]:
    """A parser of whole numbers within bounds.

    Args:
        name: of the option or argument.
        low: the least that is taken.
        high: the greatest; by default there is none.
        do: a sentence on where to find a right one.
    """

    def parse(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < low or (high is not None and value > high):
            bounds = f"of {low} or more" if high is None else f"from {low} to {high}"
            raise UsageError(f"{name} must be a whole number {bounds} (got {str(text)!r}). {do}".rstrip())
        return value

    return parse


def any_number(name: str) -> Callable[[str | float], float]:
    """A parser of numbers; whether one makes sense is for others to say."""

    def parse(text: str | float) -> float:
        try:
            return float(text)
        except ValueError as error:
            raise UsageError(f"{name} must be a number such as 1200 or -1200 (got {str(text)!r}).") from error

    return parse
