"""Terms that differ in the value of one label, bundled into one selector: it has exactly their series. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

from sloguard.promql.text import quote, with_matchers

_NAME = re.compile(r"(?:[a-zA-Z_:][\w:]*)?\{", re.ASCII)
_MATCHER = re.compile(r'([a-zA-Z_]\w*)(=~|!~|!=|=)("(?:[^"\\]|\\.)*")[,}]', re.ASCII)
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))")
_ESCAPED = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_PATTERN_SIGNS = re.compile(r"[\\.+*?()|\[\]{}^$]")
_MOST_NARROWING_VALUES = 500


@dataclass(frozen=True, slots=True)
class Term:
    """A counter selector whose increase is counted."""

    selector: str
    totals: tuple[str, ...]
    """The selectors of all events: while none of these was known before, a first value is where counting
    starts (Prometheus' history begins here), not that many events."""
    by: tuple[str, ...] = ()
    """Labels whose values are told apart."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What terms have in common that differ in the value of one label."""

    label: str
    selector: tuple[str, str]
    """The text before and after the label's matcher."""
    totals: tuple[tuple[str, str], ...]
    """Of each total, likewise: the same label has the same value there."""
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Terms that are asked for by one selector; or a term on its own."""

    selector: str
    totals: tuple[str, ...]
    by: tuple[str, ...]
    """Labels whose values are told apart: the terms' own, and the one that tells the terms apart."""
    label: str
    """The label that tells the terms apart; empty for a term on its own."""
    terms: Mapping[str, Term]
    """By that label's value; a term on its own by the empty text."""
    shape: Shape | None

    def term_of(self, labels: Mapping[str, str]) -> Term | None:
        """Whose series or group it is; None if nobody asked for it."""
        return self.terms.get(labels.get(self.label, ""))

    def parts(self, most_terms: int, most_characters: float = inf) -> Iterator["Bundle"]:
        """The same terms in bundles that hold no more terms and characters, but at least one term."""
        if self.shape is None:
            yield self
            return
        chosen: dict[str, Term] = {}
        characters = 0
        for value, term in self.terms.items():
            characters += len(value)
            if chosen and (len(chosen) == most_terms or characters > most_characters):
                yield _of_shape(self.shape, chosen)
                chosen, characters = {}, len(value)
            chosen[value] = term
        yield self if len(chosen) == len(self.terms) else _of_shape(self.shape, chosen)


def bundles(terms: Iterable[Term]) -> Sequence[Bundle]:
    """All terms, in as few bundles as can be found by taking for each the label in which most others differ."""
    found = {term: dict(_shapes(term)) for term in terms}
    sizes = Counter(shape for shapes in found.values() for shape in shapes)
    grouped: dict[Shape | Term, dict[str, Term]] = {}
    for term, shapes in found.items():
        shape = max(shapes, key=lambda each: (sizes[each], each.label), default=None)
        if shape is None or sizes[shape] == 1:
            grouped[term] = {"": term}
        else:
            grouped.setdefault(shape, {})[shapes[shape]] = term
    return [
        _of_shape(common, members) if isinstance(common, Shape) else alone(common)
        for common, members in grouped.items()
    ]


def narrowed(bundle: Bundle, series: Iterable[Mapping[str, str]]) -> Bundle:
    """The bundle with at least these of its series, and few others: those whose every label has a value of theirs."""
    found = [dict(labels) for labels in series]
    matchers = []
    for name in sorted({name for labels in found for name in labels}):
        values = {labels.get(name, "") for labels in found}
        if len(values) <= _MOST_NARROWING_VALUES:
            matchers.append(f"{name}=~{_pattern(sorted(values))}")
    return replace(bundle, selector=with_matchers(bundle.selector, ",".join(matchers)))


def alone(term: Term) -> Bundle:
    return Bundle(term.selector, term.totals, term.by, "", {"": term}, None)


def _of_shape(shape: Shape, terms: Mapping[str, Term]) -> Bundle:
    if len(terms) == 1:
        return alone(next(iter(terms.values())))
    matcher = f"{shape.label}=~{_pattern(terms)}"
    selector, *totals = (f"{before}{matcher}{after}" for before, after in (shape.selector, *shape.totals))
    by = tuple(dict.fromkeys((shape.label, *shape.by)))
    return Bundle(selector, tuple(totals), by, shape.label, terms, shape)


def _pattern(values: Iterable[str]) -> str:
    """A literal of the regular expression that matches these values only."""
    return quote("|".join(_PATTERN_SIGNS.sub(r"\\\g<0>", value) for value in values))


def _shapes(term: Term) -> Iterator[tuple[Shape, str]]:
    """The shapes that a term has, and its value in each.

    An empty value also means that the label is missing, and Prometheus drops the names of metrics when it computes:
    by these no terms are told apart.
    """
    totals = [list(_matchers(total)) for total in term.totals]
    for matcher in _matchers(term.selector):
        if matcher.value and matcher.label != "__name__":
            same = [next((each for each in total if each.is_like(matcher)), None) for total in totals]
            around = tuple(each.around(text) for each, text in zip(same, term.totals, strict=True) if each is not None)
            if len(around) == len(totals):
                yield Shape(matcher.label, matcher.around(term.selector), around, term.by), matcher.value


@dataclass(frozen=True, slots=True)
class _Matcher:
    """An equality matcher within a selector's text."""

    label: str
    value: str
    start: int
    end: int

    def is_like(self, other: "_Matcher") -> bool:
        return (self.label, self.value) == (other.label, other.value)

    def around(self, text: str) -> tuple[str, str]:
        return text[: self.start], text[self.end :]


def _matchers(selector: str) -> Iterator[_Matcher]:
    """The equality matchers of a canonical selector. Of any other text, none: it is asked for on its own."""
    name = _NAME.match(selector)
    found: list[_Matcher] = []
    at = name.end() if name else len(selector)
    while match := _MATCHER.match(selector, at):
        label, operator, literal = match.groups()
        at = match.end()
        value = _unquoted(literal)
        if operator == "=" and value is not None:
            found.append(_Matcher(label, value, match.start(), at - 1))
    if at == len(selector) and selector.endswith("}"):
        yield from found


def _unquoted(literal: str) -> str | None:
    """The text that `quote` made a literal of; None if it was written by somebody else."""
    text = literal[1:-1]
    if "\\" not in text:
        return text
    value = _ESCAPE.sub(_character, text)
    return value if quote(value) == literal else None


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(escape[3], "")
