"""Tables of text for a terminal or a file, by rich."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from sloguard.model.status import SloState, StatusReport
from sloguard.presentation.adjustments import applied, sentence
from sloguard.presentation.status_table import WORDS, status_table
from sloguard.presentation.words import instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sloguard.presentation.status_table import StatusTable

_STYLES = {SloState.OK: "", SloState.BURNING: "yellow", SloState.EXHAUSTED: "red", SloState.NO_DATA: "dim"}
_WINDOW = "Window"
_WIDE_ONLY = frozenset({_WINDOW, "Budget ends"})
"""What a narrow terminal does without: a number that is cut off would be a wrong number."""
_BETWEEN = 2
"""Columns are this far apart."""


def status_renderable(report: StatusReport, width: int) -> Table:
    """The table for a terminal of so many columns. A window that all SLOs have is said once."""
    content = status_table(report)
    windows = {row.cells[content.header.index(_WINDOW)] for row in content.rows}
    over = f", over {windows.pop()}" if len(windows) == 1 else ""
    shown = _shown(content, width, without={_WINDOW} if over else set())
    table = text_table(
        [content.header[index] for index in shown],
        (),
        title=f"As of {instant(report.as_of)}{over}",
        numbers=frozenset(content.header) - WORDS,
    )
    notes = [f"* {sentence(each)}" for each in applied(report)]
    if notes:
        table.caption, table.caption_justify, table.caption_style = Text("\n".join(notes)), "left", ""
    for row in content.rows:
        cells = (row.cells[index] if content.header[index] in WORDS else _whole(row.cells[index]) for index in shown)
        table.add_row(*(Text(cell) for cell in cells), style=_STYLES[row.state])
    return table


def _shown(content: "StatusTable", width: int, without: "Collection[str]") -> list[int]:
    """The columns that there is room for."""
    wanted = [index for index, name in enumerate(content.header) if name not in without]
    widths = [max(cell_len(cells[index]) for cells in (content.header, *_cells(content))) for index in wanted]
    if sum(widths) + _BETWEEN * len(wanted) <= width:
        return wanted
    return [index for index in wanted if content.header[index] not in _WIDE_ONLY]


def _cells(content: "StatusTable") -> "Iterable[tuple[str, ...]]":
    return (row.cells for row in content.rows)


def text_table(
    header: "Sequence[str]",
    rows: "Iterable[Sequence[str]]",
    *,
    title: str = "",
    title_style: str = "",
    numbers: "Collection[str]" = (),
) -> Table:
    """A table of text alone. Its first column stays on one line; `numbers` are the headings of those to the right."""
    table = Table(
        title=Text(title) if title else None,
        title_justify="left",
        title_style=title_style,
        box=SIMPLE_HEAD,
        show_header=any(header),
        pad_edge=False,
        collapse_padding=True,
    )
    for index, heading in enumerate(header):
        table.add_column(heading, justify="right" if heading in numbers else "left", no_wrap=index == 0)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _whole(number: str) -> str:
    """A number and its unit stay on one line."""
    return number.replace(" ", "\N{NO-BREAK SPACE}")
