"""Series that selectors match, or do not: label values as examples of what people wrote as matchers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sloguard.promql.selectors import Matcher, SelectorParts, selector_parts
from sloguard.promql.text import selector
from sloguard.rules.trials.pattern import compiled, matching_strings, plainest

_METRIC = "__name__"
_OTHERS = ("", "other", "0", "another")
"""Values for a label that is to be none of those named; empty is a missing label."""


class NoExampleError(ValueError):
    """No series can be made up; says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Example:
    metric: str
    labels: Mapping[str, str]

    def __str__(self) -> str:
        return selector(self.metric, self.labels) if self.labels else self.metric

    def matches(self, parts: SelectorParts) -> bool:
        if parts.metric and parts.metric != self.metric:
            return False
        return all(matcher.accepts(self._value(matcher.label)) for matcher in parts.matchers)

    def _value(self, label: str) -> str:
        return self.metric if label == _METRIC else self.labels.get(label, "")


def example_of(text: str, without: Sequence[str] = ()) -> Example:
    """A series that a selector matches and none of the others do.

    Raises:
        NoExampleError: none was found.
    """
    parts, avoided = selector_parts(text), [selector_parts(each) for each in without]
    for each in (parts, *avoided):
        _understood(each)
    for matchers in _ways_to_avoid(parts.matchers, avoided):
        found = _solved(parts.metric, matchers)
        if found is not None and found.matches(parts) and not any(found.matches(each) for each in avoided):
            return found
    if without:
        raise NoExampleError(f"no series matches {text} and not {' or '.join(without)}")
    raise NoExampleError(f"no label values match {text}")


def _understood(parts: SelectorParts) -> None:
    for matcher in parts.matchers:
        if "~" in matcher.operator and compiled(matcher.value) is None:
            raise NoExampleError(f"no value is found for {matcher}")
        if matcher.operator == "=~" and not matching_strings(matcher.value):
            raise NoExampleError(f"no value is found for {matcher}")


def _ways_to_avoid(matchers: tuple[Matcher, ...], avoided: Sequence[SelectorParts]) -> Iterator[tuple[Matcher, ...]]:
    """The matchers as they are; then with one matcher of each avoided selector turned into its opposite."""
    yield matchers
    opposites = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
    for index in range(max((len(each.matchers) for each in avoided), default=0)):
        turned = tuple(
            Matcher(matcher.label, opposites[matcher.operator], matcher.value)
            for each in avoided
            for matcher in each.matchers[index : index + 1]
        )
        yield (*matchers, *turned)


def _solved(metric: str, matchers: Sequence[Matcher]) -> Example | None:
    """A value for each label that all its matchers accept."""
    labels: dict[str, str] = {}
    for label in sorted({matcher.label for matcher in matchers}):
        own = [matcher for matcher in matchers if matcher.label == label]
        value = next((each for each in _candidates(own) if all(matcher.accepts(each) for matcher in own)), None)
        if value is None:
            return None
        if value:
            labels[label] = value
    name = labels.pop(_METRIC, metric)
    return Example(name, labels) if re.fullmatch(r"[a-zA-Z_:][a-zA-Z0-9_:]*", name) else None


def _candidates(matchers: Sequence[Matcher]) -> Iterator[str]:
    for matcher in matchers:
        if matcher.operator == "=":
            yield matcher.value
        elif matcher.operator == "=~":
            yield from plainest(matching_strings(matcher.value))
    yield from _OTHERS
