"""The funnels that a service declares."""

from collections.abc import Sequence

from sloguard.config.codes import funnels as codes
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.funnel import FunnelEntry, StepEntry
from sloguard.model.funnel import Funnel, FunnelStep

_FEWEST_STEPS, _MOST_STEPS = 2, 20


def funnels(entries: Sequence[FunnelEntry], path: Path, report: Report) -> tuple[Funnel, ...]:
    """The funnels as declared; what is wrong with their steps is reported."""
    for index, entry in enumerate(entries):
        _check(entry.steps, (*path, index, "steps"), report)
    return tuple(
        Funnel(
            entry.name,
            tuple(FunnelStep(step.name.strip(), tuple(dict.fromkeys(step.events))) for step in entry.steps),
            entry.description.strip(),
        )
        for entry in entries
    )


def _check(steps: Sequence[StepEntry], path: Path, report: Report) -> None:
    if not _FEWEST_STEPS <= len(steps) <= _MOST_STEPS:
        what, do = f"must have {_FEWEST_STEPS} to {_MOST_STEPS} steps", "Name each step that people take."
        report.at(codes.FUNNEL_STEPS, path, what, do, got=str(len(steps)))
    seen: set[str] = set()
    for index, step in enumerate(steps):
        name = step.name.strip()
        if not name or name in seen:
            what = "is the name of an earlier step" if name else "is no name"
            report.at(codes.FUNNEL_STEPS, (*path, index, "name"), what, "Give each step a name of its own.")
        seen.add(name)
