"""A status report as rows of text, for a terminal's table or in Markdown."""

from dataclasses import dataclass

from sloguard.model.status import SloState, SloStatus, StatusReport
from sloguard.presentation.adjustments import applied, sentence
from sloguard.presentation.markdown import markdown_table, plain
from sloguard.presentation.status_words import (
    budget_left_words,
    burn_1h_words,
    end_at_words,
    end_words,
    period_words,
    state_words,
    success_words,
)
from sloguard.presentation.words import instant, percent, window

WORDS = frozenset({"SLO", "Window", "State", "Budget ends"})
"""The columns that are no numbers."""
HEADER = ("SLO", "Objective", "Window", "Success", "Budget left", "Burn 1 h", "State", "Budget ends")


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One SLO. `cells` go with the table's header; `state` is for colour, which says nothing the cells don't."""

    state: SloState
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusTable:
    header: tuple[str, ...]
    rows: tuple[StatusRow, ...]


def status_table(report: StatusReport) -> StatusTable:
    """One row per SLO, in the report's order."""
    return StatusTable(HEADER, tuple(_row(slo, report) for slo in report.slos))


def status_markdown(report: StatusReport) -> str:
    """The same as a Markdown table, with what was excluded or corrected in a list below."""
    table = status_table(report)
    written = markdown_table(table.header, (row.cells for row in table.rows), WORDS)
    notes = "".join(f"- \\* {plain(sentence(each))}\n" for each in applied(report))
    return f"As of {instant(report.as_of)}\n\n{written}" + (f"\n{notes}" if notes else "")


def _row(slo: SloStatus, report: StatusReport) -> StatusRow:
    cells = (
        slo.id,
        percent(slo.objective_ratio),
        window(slo.window),
        success_words(slo),
        budget_left_words(slo),
        burn_1h_words(slo),
        state_words(slo),
        _end(slo, report),
    )
    return StatusRow(slo.state, cells)


def _end(slo: SloStatus, report: StatusReport) -> str:
    """When the budget ends, and how it goes in a calendar period."""
    end = ", at ".join(filter(None, (end_words(slo), end_at_words(slo, report.as_of))))
    period = period_words(slo)
    if slo.budget is None:
        return period or end
    return "; ".join(filter(None, (end, period)))
