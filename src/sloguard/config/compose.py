"""From YAML text to a tree with places. No recursion, and every size is bounded before memory is spent on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml import events

from sloguard.config.codes import reading
from sloguard.config.codes.code import Code
from sloguard.config.nodes import Entry, Mapping, Node, Scalar, Sequence
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report
from sloguard.config.syntax import describe

MAX_DEPTH = 50
_TOO_DEEP = f"values are nested more than {MAX_DEPTH} levels deep"
_LESS_DEEP = "Remove the surplus brackets or indentation."
_PARSERS_OWN_DEPTH = "nesting depth"
MAX_VALUES = 500_000
"""Of all files together, after aliases are followed: 25,000 SLOs, and some 250 MB of memory."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "<<"
_TEXT_TAG = "tag:yaml.org,2002:str"
_PLAIN_TAGS = frozenset({"!", _TEXT_TAG, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read."""

    place: Place
    anchor: str | None
    is_mapping: bool
    children: list[Node] = field(default_factory=list)
    """Of a mapping: keys and values by turns."""
    size: int = 1


@dataclass(slots=True)
class Budget:
    """How many values the files that are still to be read may hold."""

    values: int = MAX_VALUES


class _UnusableError(Exception):
    """The rest of the file means nothing; the problem is reported."""


def compose(text: str, report: Report, budget: Budget | None = None) -> Mapping | None:
    """The file's top mapping; None, with a problem, if there is none."""
    try:
        root = _composed(text, report, budget or Budget())
    except _UnusableError:
        return None
    if isinstance(root, Mapping):
        return root
    empty = root is None or (isinstance(root, Scalar) and not root.text)
    what = "the file is empty" if empty else "the file's top is not a mapping"
    place = Place(1, 1) if root is None else root.place
    report.add(reading.NOT_A_MAPPING, place, what, "Start with `version: 1` and put `services:` below.")
    return None


def compose_any(text: str, report: Report) -> Node | None:
    """Whatever the file holds; None if it is empty, or, with a problem, if it cannot be read."""
    try:
        return _composed(text, report, Budget())
    except _UnusableError:
        return None


def _composed(text: str, report: Report, budget: Budget) -> Node | None:
    composer = _Composer(report, budget)
    for event in _events(text, report):
        composer.take(event)
    return composer.root


def _events(text: str, report: Report) -> Iterator[events.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        place, what, do = describe(error)
        if _PARSERS_OWN_DEPTH in what:  # it reads ahead, and may give up before it tells of the first levels
            report.add(reading.TOO_DEEP, place, _TOO_DEEP, _LESS_DEEP)
        else:
            report.add(reading.SYNTAX, place, what, do)
        raise _UnusableError from error


class _Composer:
    def __init__(self, report: Report, budget: Budget) -> None:
        self._report = report
        self._file = report.file
        self._budget = budget
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None

    def take(self, event: events.Event) -> None:
        match event:
            case events.ScalarEvent():
                self._check_tag(event)
                plain = bool(event.implicit[0]) and event.tag is None
                self._add(Scalar(event.value, plain, self._place(event)), 1, event.anchor)
            case events.MappingStartEvent() | events.SequenceStartEvent():
                self._start(event)
            case events.MappingEndEvent() | events.SequenceEndEvent():
                self._end()
            case events.AliasEvent():
                self._follow(event)
            case events.DocumentStartEvent() if self.root is not None:
                do = "Keep one document; put the others into files of their own."
                self._fail(reading.NOT_A_MAPPING, self._place(event), "a second YAML document starts here", do)
            case _:
                pass

    def _place(self, event: events.Event) -> Place:
        mark = event.start_mark
        assert mark is not None  # every event that is read, rather than built, has one
        return Place(mark.line + 1, mark.column + 1, self._file)

    def _fail(self, code: Code, place: Place, what: str, do: str) -> None:
        self._report.add(code, place, what, do)
        raise _UnusableError

    def _check_tag(self, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            shown = one_line(event.tag.replace("tag:yaml.org,2002:", "!!"))
            do = "Remove it; write the value itself."
            self._report.reject(reading.TAG, self._place(event), "tags have no meaning here", do, got=shown)

    def _start(self, event: events.MappingStartEvent | events.SequenceStartEvent) -> None:
        self._check_tag(event)
        if len(self._open) >= MAX_DEPTH:
            self._fail(reading.TOO_DEEP, self._place(event), _TOO_DEEP, _LESS_DEEP)
        self._open.append(_Open(self._place(event), event.anchor, isinstance(event, events.MappingStartEvent)))

    def _end(self) -> None:
        done = self._open.pop()
        children = done.children
        node = self._mapping(done) if done.is_mapping else Sequence(tuple(children), done.place)
        self._add(node, done.size, done.anchor)

    def _follow(self, event: events.AliasEvent) -> None:
        anchor = event.anchor or ""
        known = self._anchors.get(anchor)
        if known is not None:
            self._add(*known, None, self._place(event))
            return
        itself = any(each.anchor == anchor for each in self._open)
        name = one_line(anchor)
        what = f"*{name} stands within what it repeats" if itself else f"nothing before is marked &{name}"
        self._fail(reading.ALIAS, self._place(event), what, f"Mark the value with &{name} before this, outside of it.")

    def _add(self, node: Node, size: int, anchor: str | None, place: Place | None = None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node, size
        if not self._open:
            self.root = node
            self._budget.values -= size
            return
        parent = self._open[-1]
        parent.children.append(node)
        parent.size += size
        if parent.size > self._budget.values:
            what = f"there are more than {MAX_VALUES:,} values once aliases are followed"
            do = "Use fewer aliases, a template, or several configurations."
            self._fail(reading.TOO_LARGE, place or node.place, what, do)

    def _mapping(self, done: _Open) -> Mapping:
        entries: dict[str, Entry] = {}
        merged: list[Node] = []
        pairs = iter(done.children)
        for key, value in zip(pairs, pairs, strict=True):
            if not isinstance(key, Scalar):
                self._report.add(reading.TAG, key.place, "a key is text, not a list or mapping", "Write plain text.")
            elif key.plain and key.text == _MERGE:
                merged.append(value)
            elif key.text in entries:
                first = entries[key.text].key_place.line
                what = f"the key {one_line(key.text)} stands twice (first in line {first})"
                self._report.add(reading.DUPLICATE_KEY, key.place, what, "Remove one of them.")
            else:
                entries[key.text] = Entry(key.place, value)
        for node in merged:
            self._merge(entries, node)
        return Mapping(entries, done.place)

    def _merge(self, entries: dict[str, Entry], source: Node) -> None:
        """Own keys win over merged ones, earlier sources over later ones."""
        for node in source.items if isinstance(source, Sequence) else (source,):
            if isinstance(node, Mapping):
                for key, entry in node.entries.items():
                    entries.setdefault(key, entry)
            else:
                self._report.add(reading.ALIAS, node.place, "<< merges mappings only", "Name a mapping after it.")
