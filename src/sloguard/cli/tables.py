"""The status as a table on a terminal, by rich."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sloguard.model.status import SloState, StatusReport
from sloguard.presentation.adjustments import applied, sentence
from sloguard.presentation.status_table import WORDS, status_table
from sloguard.presentation.words import instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sloguard.backtest.table import Table as PlainTable

_STYLES = {SloState.OK: "", SloState.BURNING: "yellow", SloState.EXHAUSTED: "red", SloState.NO_DATA: "dim"}
_WIDE_ONLY = frozenset({"Window", "Budget ends"})
"""What a narrow terminal does without: a number that is cut off would be a wrong number."""
WIDE = 120
_PIPED_WIDTH = 200


def status_renderable(report: StatusReport, width: int) -> Table:
    """The table for a terminal of so many columns."""
    content = status_table(report)
    shown = [index for index, name in enumerate(content.header) if width >= WIDE or name not in _WIDE_ONLY]
    table = Table(
        title=f"As of {instant(report.as_of)}",
        title_justify="left",
        title_style="",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    notes = [f"* {sentence(each)}" for each in applied(report)]
    if notes:
        table.caption, table.caption_justify, table.caption_style = Text("\n".join(notes)), "left", ""
    for index in shown:
        heading = content.header[index]
        justify = "left" if heading in WORDS else "right"
        table.add_column(heading, justify=justify, no_wrap=heading == "SLO")  # type: ignore[arg-type]
    for row in content.rows:
        cells = (row.cells[index] if content.header[index] in WORDS else _whole(row.cells[index]) for index in shown)
        table.add_row(*(Text(cell) for cell in cells), style=_STYLES[row.state])
    return table


def plain_renderable(content: "PlainTable") -> Table:
    """A table of text alone; the first column stays on one line."""
    table = Table(title=content.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(content.header):
        table.add_column(heading, no_wrap=index == 0)
    for row in content.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def print_plain(header: "Sequence[str]", rows: "Sequence[Sequence[str]]") -> None:
    """A table of text on stdout; wide where no terminal sets a width."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPED_WIDTH)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for index, heading in enumerate(header):
        table.add_column(heading, no_wrap=index == 0)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def _whole(number: str) -> str:
    """A number and its unit stay on one line."""
    return number.replace(" ", "\N{NO-BREAK SPACE}")
