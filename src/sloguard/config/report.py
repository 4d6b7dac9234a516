"""Collects problems while a file is being read; knows where each value stands and how it may be shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from sloguard.config.codes.code import Code
from sloguard.config.codes.reading import TOO_MANY
from sloguard.config.nodes import Mapping, Node, Path, Scalar, find, key_place
from sloguard.config.parameters import shown_text
from sloguard.config.problem import Level, Place, Problem, one_line
from sloguard.config.secrecy import is_secret

_LONGEST_MESSAGE = 2000
_MOST_PER_LEVEL = 1000
_HIDDEN = "a value that is not shown"


@dataclass(slots=True)
class _Findings:
    found: dict[Level, dict[Problem, dict[str, None]]] = field(default_factory=lambda: {level: {} for level in Level})
    """With the services for which a problem of a template was found."""
    cut_off: Place | None = None
    rejected: set[Place] = field(default_factory=set)


@dataclass(slots=True)
class Report:
    """The problems of a file, and of those that it includes.

    Attributes:
        file: its name, as messages show it.
        root: its content; None until it is parsed.
        slo_paths: where each SLO stands, by its id.
    """

    file: str
    root: Node | None = None
    slo_paths: dict[str, Path] = field(default_factory=dict)
    _findings: _Findings = field(default_factory=_Findings)

    def of_file(self, file: str) -> "Report":
        """A report about another file, whose problems are found here too."""
        return Report(file, _findings=self._findings)

    def add(self, code: Code, place: Place, what: str, do: str, *, why: str = "", got: str = "") -> None:
        """Note a problem. `what`, `why` and `do` are plain words: a clause, a clause, a sentence."""
        message = f"{what}{f' (got {got})' if got else ''}{f': {why}' if why else ''}. {do}"
        shown = one_line(message, _LONGEST_MESSAGE)
        problem = Problem(code.id, code.level, place.file or self.file, place.line, place.column, shown)
        found = self._findings.found[code.level]
        if len(found) < _MOST_PER_LEVEL or problem in found:
            users = found.setdefault(problem, {})
            if place.user:
                users[place.user] = None
        elif code.level is Level.ERROR:
            self._findings.cut_off = self._findings.cut_off or place

    def reject(self, code: Code, place: Place, what: str, do: str, *, got: str = "") -> None:
        """Note that a value cannot be read at all. What follows from that is not reported on top of it."""
        self.add(code, place, what, do, got=got)
        self.mute(place)

    def mute(self, place: Place) -> None:
        """Let nothing be said by `at` about a value: what is wrong with it follows from a problem elsewhere."""
        self._findings.rejected.add(place)

    def is_muted(self, place: Place) -> bool:
        return place in self._findings.rejected

    def at(self, code: Code, path: Path, what: str, do: str, *, why: str = "", got: str | None = None) -> None:
        """Note a problem with the value at a path; what was found there is shown unless `got` replaces it."""
        place = self.place(path)
        if not self.is_muted(place):
            self.add(code, place, what, do, why=why, got=self.shown(path) if got is None else got)

    def at_key(self, code: Code, path: Path, what: str, do: str, *, why: str = "") -> None:
        """Note a problem with the key at the end of a path."""
        place = key_place(self.root, path) if self.root is not None else None
        self.add(code, place or self.place(path), what, do, why=why)

    def place(self, path: Path) -> Place:
        """Where the value stands, or the innermost one around it that is there."""
        if self.root is None:
            return Place(1, 1)
        return find(self.root, path).place

    def shown(self, path: Path) -> str:
        """The value as it may be printed: never a secret, never what an environment variable holds."""
        if self.root is None:
            return ""
        node = find(self.root, path)
        if not isinstance(node, Scalar):
            return "a mapping" if isinstance(node, Mapping) else "a list"
        if is_secret(path):
            return _HIDDEN
        return one_line(shown_text(node)) or "nothing"

    def has(self, path: Path) -> bool:
        """Whether there is something at a path."""
        return self.root is not None and key_place(self.root, path) is not None

    def has_other_keys(self, path: Path, known: Collection[str]) -> bool:
        """Whether the mapping at a path has keys beside these: what seems to be missing may be meant by them."""
        node = find(self.root, path) if self.root is not None else None
        return isinstance(node, Mapping) and not node.entries.keys() <= set(known)

    def is_scalar(self, path: Path) -> bool:
        """Whether there is a single value at a path, or around it."""
        return self.root is not None and isinstance(find(self.root, path), Scalar)

    def is_literal(self, path: Path) -> bool:
        """Whether the value is the file's own text, so that messages may quote what is derived from it."""
        node = find(self.root, path) if self.root is not None else None
        return isinstance(node, Scalar) and "${" not in node.text and not node.values and not is_secret(path)

    @property
    def has_errors(self) -> bool:
        return bool(self._findings.found[Level.ERROR])

    @property
    def is_full(self) -> bool:
        """Whether looking for more errors is in vain."""
        return self._findings.cut_off is not None

    def problems(self) -> Sequence[Problem]:
        """By file and place."""
        found = [
            _with_users(problem, list(users))
            for problems in self._findings.found.values()
            for problem, users in problems.items()
        ]
        cut_off = self._findings.cut_off
        if cut_off is not None:
            message = (
                f"there are more than {_MOST_PER_LEVEL:,} errors, and the others are not listed. Mend these first."
            )
            file = cut_off.file or self.file
            found.append(Problem(TOO_MANY.id, TOO_MANY.level, file, cut_off.line, cut_off.column, message))
        return sorted(found, key=lambda each: (each.file, each.line, each.column, each.code, each.message))


def _with_users(problem: Problem, users: Sequence[str]) -> Problem:
    if not users:
        return problem
    others = f" and {len(users) - 1:,} other{'s' if len(users) > 2 else ''}" if len(users) > 1 else ""  # noqa: PLR2004
    return replace(problem, message=f"{problem.message} (This template is used by {users[0]}{others}.)")
