"""From the file's budgeting entries to timeslices."""

from datetime import timedelta

from sloguard.config.codes import values
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.budgeting import BudgetingEntry
from sloguard.model.duration import format_duration
from sloguard.model.timeslices import EmptySlices, Timeslices


def timeslices(entry: BudgetingEntry | None, path: Path, slice_length: timedelta, report: Report) -> Timeslices | None:
    """The timeslices of the SLO at a path; None if events are counted.

    Args:
        entry: the SLO's own, or the one that it inherits.
        path: where the SLO stands.
        slice_length: of the evaluation.
        report: takes the problem.
    """
    if entry is None or entry.slice is None or entry.objective is None:
        return None
    if entry.slice % slice_length:
        own = (*path, "budgeting", "slice")
        what = f"a timeslice of {format_duration(entry.slice)} is no whole number of slices of "
        do = f"Use a multiple of {format_duration(slice_length)}, or another evaluation.slice."
        place = own if report.has(own) else path
        report.at(values.BUDGETING, place, what + format_duration(slice_length), do, got="")
        return None
    return Timeslices(entry.slice, entry.objective, EmptySlices(entry.empty or "ignore"))
