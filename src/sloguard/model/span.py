"""Spans of time, `start <= time < end` in Unix seconds, and sets of them: ascending, apart from each other."""

from collections.abc import Iterable

Span = tuple[int, int]


def joined(spans: Iterable[Span], added: Span) -> tuple[Span, ...]:
    """The spans and one more; those that overlap or touch become one."""
    start, end = added
    apart: list[Span] = []
    for span in spans:
        if span[1] < start or end < span[0]:
            apart.append(span)
        else:
            start, end = min(start, span[0]), max(end, span[1])
    return tuple(sorted([*apart, (start, end)])) if start < end else tuple(apart)


def without(spans: Iterable[Span], cut: Span) -> tuple[Span, ...]:
    """What is left of the spans outside of another."""
    start, end = cut
    if start >= end:
        return tuple(spans)
    parts = (part for span in spans for part in ((span[0], min(span[1], start)), (max(span[0], end), span[1])))
    return tuple(part for part in parts if part[0] < part[1])


def hull(*spans: Span | None) -> Span | None:
    """From the earliest start to the latest end."""
    known = [span for span in spans if span is not None]
    return (min(start for start, _ in known), max(end for _, end in known)) if known else None


def between(one: Span, other: Span) -> Span | None:
    """The time between two spans that are apart."""
    start, end = min(one[1], other[1]), max(one[0], other[0])
    return (start, end) if start < end else None
