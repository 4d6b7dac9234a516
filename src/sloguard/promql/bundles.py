"""Terms that differ in the values of a few labels, bundled into one selector; sums by these labels tell them apart.

Where they differ in one label, the selector has exactly their series. Where they differ in several, it has every
combination of their values, of which some may be nobody's: a row of an answer that belongs to no term is left alone.
"""

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
_ENOUGH = 20
"""Terms that differ in one label alone. Fewer gain more in a bundle by several labels, if that has more."""

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A counter selector whose increase is counted."""

    selector: str
    totals: tuple[str, ...]
    """The selectors of all events: while none of these was known before, a first value is where counting
    starts (Prometheus' history begins here), not that many events."""
    by: tuple[str, ...] = ()
    """Labels whose values are told apart."""


_Template = tuple[str | int, ...]
"""A selector's text; in place of some matchers the number of their label."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What terms have in common that differ in the values of some labels."""

    labels: tuple[str, ...]
    selector: _Template
    totals: tuple[_Template, ...]
    """The labels have the same values in each total."""
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """Terms that are asked for by one selector; or a term on its own."""

    selector: str
    totals: tuple[str, ...]
    by: tuple[str, ...]
    """Labels whose values are told apart: the terms' own, and those that tell the terms apart."""
    labels: tuple[str, ...]
    """The labels that tell the terms apart; empty for a term on its own."""
    terms: Mapping[Values, Term]
    """By those labels' values."""
    shape: Shape | None

    def term_of(self, labels: Mapping[str, str]) -> Term | None:
        """Whose series or group it is; None if nobody asked for it."""
        return self.terms.get(tuple([labels.get(label, "") for label in self.labels]))

    def parts(self, most_terms: int, most_characters: float = inf) -> Iterator["Bundle"]:
        """The same terms in bundles that hold no more terms and characters, but at least one term."""
        if self.shape is None:
            yield self
            return
        chosen: dict[Values, Term] = {}
        characters = 0
        for values, term in self.terms.items():
            length = sum(map(len, values))
            characters += length
            if chosen and (len(chosen) == most_terms or characters > most_characters):
                yield _of_shape(self.shape, chosen)
                chosen, characters = {}, length
            chosen[values] = term
        yield self if len(chosen) == len(self.terms) else _of_shape(self.shape, chosen)


def bundles(terms: Iterable[Term]) -> Sequence[Bundle]:
    """All terms, in few bundles: by one label where enough others differ in it alone, else by all of their labels."""
    found = {term: dict(_shapes(term)) for term in terms}
    sizes = Counter(shape for shapes in found.values() for shape in shapes)
    grouped: dict[Shape | Term, dict[Values, Term]] = {}
    for term, shapes in found.items():
        shape = max(shapes, key=lambda each: _worth(each, sizes[each]), default=None)
        if shape is None or sizes[shape] == 1:
            grouped[term] = {(): term}
        else:
            grouped.setdefault(shape, {})[shapes[shape]] = term
    return [
        _of_shape(common, members) if isinstance(common, Shape) else alone(common)
        for common, members in grouped.items()
    ]


def _worth(shape: Shape, size: int) -> tuple[object, ...]:
    exact = len(shape.labels) == 1
    return exact and size >= _ENOUGH, size, exact, shape.labels


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
    return Bundle(term.selector, term.totals, term.by, (), {(): term}, None)


def _of_shape(shape: Shape, terms: Mapping[Values, Term]) -> Bundle:
    if len(terms) == 1:
        return alone(next(iter(terms.values())))
    matchers = [
        f"{label}=~{_pattern(dict.fromkeys(values))}"
        for label, values in zip(shape.labels, zip(*terms, strict=True), strict=True)
    ]
    selector, *totals = (
        "".join([matchers[part] if isinstance(part, int) else part for part in template])
        for template in (shape.selector, *shape.totals)
    )
    by = tuple(dict.fromkeys((*shape.labels, *shape.by)))
    return Bundle(selector, tuple(totals), by, shape.labels, terms, shape)


def _pattern(values: Iterable[str]) -> str:
    """A literal of the regular expression that matches these values only."""
    return quote("|".join(_PATTERN_SIGNS.sub(r"\\\g<0>", value) for value in values))


def _shapes(term: Term) -> Iterator[tuple[Shape, Values]]:
    """The shapes that a term has, and its values in each.

    An empty value also means that the label is missing, and Prometheus drops the names of metrics when it computes:
    by these no terms are told apart.
    """
    texts = (term.selector, *term.totals)
    own, *others = (list(_matchers(text)) for text in texts)
    places = [
        (matcher, *same)
        for matcher in own
        if matcher.value and matcher.label != "__name__"
        for same in [_likes(matcher, others)]
        if len(same) == len(others)
    ]
    labels = Counter(place[0].label for place in places)
    # A label that has to have two values at once matches nothing, whatever one of the two is.
    together = [place for place in places if labels[place[0].label] == 1]
    for chosen in [*([place] for place in places), *([together] if len(together) > 1 else [])]:
        blanks = zip(*chosen, strict=True)
        selector, *totals = (_template(text, matchers) for text, matchers in zip(texts, blanks, strict=True))
        shape = Shape(tuple(place[0].label for place in chosen), selector, tuple(totals), term.by)
        yield shape, tuple(place[0].value for place in chosen)


def _likes(matcher: "_Matcher", others: Iterable[Sequence["_Matcher"]]) -> Sequence["_Matcher"]:
    """The same matcher in each of the others that has it."""
    found = (next((each for each in other if each.is_like(matcher)), None) for other in others)
    return [each for each in found if each is not None]


def _template(text: str, blanks: Sequence["_Matcher"]) -> _Template:
    parts: list[str | int] = []
    at = 0
    for blank, number in sorted((blank.start, number) for number, blank in enumerate(blanks)):
        parts += [text[at:blank], number]
        at = blanks[number].end
    return (*parts, text[at:])


@dataclass(frozen=True, slots=True)
class _Matcher:
    """An equality matcher within a selector's text."""

    label: str
    value: str
    start: int
    end: int

    def is_like(self, other: "_Matcher") -> bool:
        return (self.label, self.value) == (other.label, other.value)


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
