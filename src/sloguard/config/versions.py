"""Which languages of slo.yaml this program reads, and how older ones are brought up to date."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sloguard.config import nodes
from sloguard.config.codes import shape
from sloguard.config.nodes import Scalar
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report

Upgrade = Callable[[nodes.Mapping], nodes.Mapping]
"""From a file's content in one version to the same content in the next. Nodes keep the places they came from."""

VERSION = "version"


@dataclass(frozen=True, slots=True)
class Languages:
    """What can be read. A new version is one more upgrade: from the version that was current until then.

    Attributes:
        current: the version that the rest of the program understands.
        upgrades: by the version that they start from; each earlier version that can still be read has one.
    """

    current: int = 1
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)

    def in_current(self, root: nodes.Mapping, report: Report) -> nodes.Mapping | None:
        """The content in the current language; None, with a problem, if it cannot be understood.

        A missing version is a problem, too, but no obstacle.
        """
        entry = root.entries.get(VERSION)
        if entry is None:
            place = Place(1, 1, report.file)
            report.add(shape.VERSION, place, "the file has no version", f"Add `version: {self.current}` at its top.")
            return root
        written = entry.value
        if isinstance(written, Scalar) and written.plain and written.text in {"", "~", "null"}:
            return root  # a key without a value is reported as such
        version = _number(written)
        if version == self.current and isinstance(written, Scalar) and not written.plain:
            do = f"Write version: {self.current}, without quotes."
            report.add(shape.VERSION, written.place, "version must be a number", do, got=written.text)
            return root
        if version is None or not (version == self.current or version in self.upgrades):
            self._refuse(written, version, report)
            return None
        while version < self.current:
            root = self.upgrades[version](root)
            version += 1
        return root

    def _refuse(self, written: nodes.Node, version: int | None, report: Report) -> None:
        what = "version is not one that this program knows"
        readable = " or ".join(str(each) for each in sorted({*self.upgrades, self.current}))
        do = f"Write version: {self.current}."
        if version is not None and version > self.current:
            do = f"Update sloguard, or write the file in version {readable}."
        got = "a list" if isinstance(written, nodes.Sequence) else "a mapping"
        got = one_line(written.text, 20) if isinstance(written, Scalar) else got
        report.add(shape.VERSION, written.place, what, do, got=got)


LANGUAGES = Languages()


def _number(node: nodes.Node) -> int | None:
    text = node.text if isinstance(node, Scalar) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004 - no bomb
