"""Tables of text for a terminal or a file, by rich."""

from typing import TYPE_CHECKING, Literal

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
_DISPENSABLE = ("Budget ends", _WINDOW, "Objective")
"""What a narrow terminal does without, one after the other: a number that is cut off would be a wrong number."""
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
    # Where all else does not fit, better a broken id than a broken number.
    table.columns[0].no_wrap = _width(content, shown) <= width
    notes = [f"* {sentence(each)}" for each in applied(report)]
    if notes:
        table.caption, table.caption_justify, table.caption_style = Text("\n".join(notes)), "left", ""
    for row in content.rows:
        cells = (row.cells[index] if content.header[index] in WORDS else _whole(row.cells[index]) for index in shown)
        table.add_row(*(Text(cell) for cell in cells), style=_STYLES[row.state])
    return table


def _shown(content: "StatusTable", width: int, without: "Collection[str]") -> list[int]:
    """The columns that there is room for. Words may be on several lines, ids and numbers are not."""
    for missing in range(len(_DISPENSABLE) + 1):
        left_out = {*without, *_DISPENSABLE[:missing]}
        wanted = [index for index, name in enumerate(content.header) if name not in left_out]
        if _width(content, wanted) <= width:
            break
    return wanted


def _width(content: "StatusTable", shown: "Iterable[int]") -> int:
    return sum(_needed(content, index) + _BETWEEN for index in shown)


def _needed(content: "StatusTable", index: int) -> int:
    """The columns on the terminal that a column of the table takes at least."""
    heading, cells = content.header[index], [row.cells[index] for row in content.rows]
    if heading in WORDS and heading != content.header[0]:
        cells = [word for cell in cells for word in cell.split()]
    return max(map(cell_len, (*heading.split(), *cells)))


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
        justify: Literal["left", "right"] = "right" if heading in numbers else "left"
        table.add_column(heading, justify=justify, no_wrap=index == 0, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _whole(number: str) -> str:
    """A number and its unit stay on one line."""
    return number.replace(" ", "\N{NO-BREAK SPACE}")
