"""All files of a configuration: those that were named, and those that they include, each read once."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sloguard.config import nodes
from sloguard.config.codes import Code, files, reading, shape
from sloguard.config.compose import Budget, compose
from sloguard.config.finding import MOST_FILES, files_at, is_pattern
from sloguard.config.nodes import Node, Scalar
from sloguard.config.plain import PlainData
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report
from sloguard.config.source import MAX_BYTES, decode, read_bytes
from sloguard.config.versions import Languages

INCLUDE = "include"
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Document:
    path: Path
    file: str
    """What messages call it."""
    root: nodes.Mapping
    """In the current language, without its includes."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    path: Path
    place: Place | None = None
    """Of the include that names it."""
    includer: Path | None = None
    """Its identity."""


@dataclass(slots=True)
class Assembly:
    """Reads files in order: each before those that it includes.

    Attributes:
        complete: whether every file could be read. Otherwise the others mean little: what they refer to may be missing.
    """

    report: Report
    environ: Mapping[str, str]
    languages: Languages
    documents: list[Document] = field(default_factory=list)
    complete: bool = True
    _budget: Budget = field(default_factory=Budget)
    _bytes: int = MAX_BYTES
    _wanted: list[_Wanted] = field(default_factory=list)
    """The next one last."""
    _seen: dict[Path, _Wanted] = field(default_factory=dict)

    def read(self, path: Path) -> None:
        """Read what a path stands for."""
        place = Place(1, 1)
        found = self._files(path, place)
        if found is not None and not found:
            what = (
                "no file matches this pattern" if is_pattern(path) else "there is no *.yaml or *.yml in this directory"
            )
            self._miss(reading.UNREADABLE, place, what, "Check the path, or name another with --config.")
        self._want([_Wanted(each) for each in found or ()])
        self._read_wanted()

    def read_text(self, content: bytes, path: Path) -> None:
        """Read a file whose content is at hand."""
        self._seen[_identity(path)] = _Wanted(path)
        self._take(content, path, self.report)
        self._read_wanted()

    def _read_wanted(self) -> None:
        while self._wanted:
            self._open(self._wanted.pop())

    def _want(self, wanted: Sequence[_Wanted]) -> None:
        self._wanted.extend(reversed(wanted))

    def _files(self, path: Path, place: Place) -> Sequence[Path] | None:
        """The files that a path stands for; None, with a problem, if they cannot be told."""
        try:
            found = files_at(path)
        except OSError as error:
            what = f"the directory cannot be read: {error.strerror}"
            self._miss(reading.UNREADABLE, place, what, "Check the path and its permissions.")
            return None
        if len(found) <= MOST_FILES:
            return found
        self._miss(reading.TOO_LARGE, place, f"this stands for more than {MOST_FILES:,} files", "Name fewer.")
        return None

    def _miss(self, code: Code, place: Place, what: str, do: str, got: str = "") -> None:
        self.report.add(code, place, what, do, got=got)
        self.complete = False

    def _open(self, wanted: _Wanted) -> None:
        identity = _identity(wanted.path)
        earlier = self._seen.get(identity)
        if earlier is not None:
            self._refuse_second(wanted, earlier, identity)
            return
        self._seen[identity] = wanted
        report = self.report.of_file(one_line(str(wanted.path), _LONGEST_PATH))
        content = read_bytes(wanted.path, report)
        if content is None:
            self.complete = False
            return
        self._take(content, wanted.path, report)

    def _take(self, content: bytes, path: Path, report: Report) -> None:
        if self._bytes < len(content) <= MAX_BYTES:
            do = "Use templates, or several configurations."
            self._miss(reading.TOO_LARGE, Place(1, 1, report.file), "with this, the files have more than 10 MB", do)
            self._wanted.clear()
            return
        self._bytes -= len(content)
        text = decode(content, report)
        composed = compose(text, report, self._budget) if text is not None else None
        root = self.languages.in_current(composed, report) if composed is not None else None
        if root is None:
            self.complete = False
            return
        include = root.entries.get(INCLUDE)
        entries = {key: entry for key, entry in root.entries.items() if key != INCLUDE}
        self.documents.append(Document(path, report.file, nodes.Mapping(entries, root.place)))
        if include is not None:
            self._include(include, path)

    def _include(self, include: nodes.Entry, path: Path) -> None:
        items = include.value.items if isinstance(include.value, nodes.Sequence) else (include.value,)
        plain = PlainData(self.environ, self.report)
        wanted: list[_Wanted] = []
        for item in items:
            name = plain.scalar(item) if isinstance(item, Scalar) else None
            if not isinstance(name, str) or not name:
                self._miss(shape.WRONG_TYPE, item.place, "include names files", "Write a path, or a list of paths.")
                continue
            wanted += [_Wanted(each, item.place, _identity(path)) for each in self._included(path.parent / name, item)]
        self._want(wanted)

    def _included(self, path: Path, item: Node) -> Sequence[Path]:
        found = self._files(path, item.place)
        if found is None or (found and os.path.lexists(found[0])):
            return found or ()
        shown = one_line(item.text) if isinstance(item, Scalar) else ""
        do = "Correct the path: it is relative to this file's directory."
        self._miss(files.NOTHING_INCLUDED, item.place, "no such file is there to include", do, got=shown)
        return ()

    def _refuse_second(self, wanted: _Wanted, earlier: _Wanted, identity: Path) -> None:
        place = wanted.place or earlier.place
        shown = one_line(str(wanted.path), _LONGEST_PATH)
        if place is None:  # two links to the same file, side by side
            place, earlier = Place(1, 1, shown), wanted
            what = "this is a link to a file that is read already"
        elif self._includes(identity, wanted.includer):
            what = f"{shown} includes this file, directly or by way of others"
        else:
            other = wanted.place and earlier.place
            where = f"included in {other.file}:{other.line}" if other else "named itself, or with its directory"
            what = f"{shown} is read already: it is {where}"
        self._miss(files.INCLUDED_TWICE, place, what, "Keep one of them.")

    def _includes(self, identity: Path, includer: Path | None) -> bool:
        while includer is not None and includer != identity:
            includer = self._seen[includer].includer
        return includer == identity


def _identity(path: Path) -> Path:
    """The same for all paths and links to a file."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # a NUL in the path
        return path
