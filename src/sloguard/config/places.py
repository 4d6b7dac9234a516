"""Where the parts of a valid file stand, for what is found out about it later."""

from collections.abc import Mapping
from dataclasses import dataclass

from sloguard.config.nodes import Node, Path
from sloguard.config.report import Report


@dataclass(frozen=True, slots=True)
class Places:
    file: str
    root: Node | None
    slos: Mapping[str, Path]
    """Where each SLO stands, by its id."""

    @classmethod
    def of(cls, report: Report) -> "Places":
        return cls(report.file, report.root, dict(report.slo_paths))

    def report(self) -> Report:
        """A report without problems, about the same file."""
        return Report(self.file, self.root)
