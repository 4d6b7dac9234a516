"""PromQL as text: literals that cannot be broken out of, selectors, and sums of rates."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from sloguard.model.duration import format_duration

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_INDENT = "  "


def quote(text: str) -> str:
    """A double-quoted string literal of PromQL, and of Go: any text, on one line."""
    if text.isprintable():
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - four hexadecimal digits


def selector(metric: str, matchers: Mapping[str, str]) -> str:
    """Series of a metric whose labels have exactly these values."""
    return f"{metric}{{{','.join(f'{label}={quote(value)}' for label, value in matchers.items())}}}"


def with_matchers(selector: str, matchers: str) -> str:
    """A canonical selector, which has braces at its end or none, with more matchers."""
    return f"{selector[:-1]},{matchers}}}" if selector.endswith("}") else f"{selector}{{{matchers}}}"


def decimal_text(number: Decimal) -> str:
    """A number with all its digits, no exponent and no trailing zeros: `0.0144`."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def indented(text: str, depth: int = 1) -> str:
    """The text with each of its lines moved right; as it is if a literal in backquotes may span its lines."""
    if "`" in text:
        return text
    prefix = _INDENT * depth
    return "\n".join(prefix + line for line in text.split("\n"))


def summed_rate(selectors: Sequence[str], window: timedelta, *, by: str = "", weights: Sequence[Decimal] = ()) -> str:
    """Events per second of all selectors together, over a window."""
    return summed(selectors, "rate", format_duration(window), by=by, weights=weights)


def summed(selectors: Sequence[str], function: str, span: str, *, by: str = "", weights: Sequence[Decimal] = ()) -> str:
    """All selectors together. A selector without series counts as 0; nothing if all are.

    Args:
        selectors: counters.
        function: `rate` or `increase`.
        span: over which it is taken, as PromQL writes it.
        by: a label whose values are told apart; empty for one sum.
        weights: what an event of each selector counts; empty if all count whole.
    """
    total = f"sum by ({by}) " if by else "sum"
    terms = [f"{total}({function}({each}[{span}]))" for each in selectors]
    if weights:
        terms = [f"{decimal_text(weight)} * {term}" for weight, term in zip(weights, terms, strict=True)]
    if len(terms) == 1:
        return terms[0]
    # Without a label that tells them apart, `or` would drop all but the first.
    tagged = [f'label_replace({term}, "selector", "{number}", "", "")' for number, term in enumerate(terms, 1)]
    return f"{total}(\n" + indented("\nor\n".join(tagged)) + "\n)"
