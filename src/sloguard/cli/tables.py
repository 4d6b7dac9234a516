"""The status as a table on a terminal, by rich."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sloguard.model.status import SloState, StatusReport
from sloguard.presentation.status_table import status_table
from sloguard.presentation.words import instant

_STYLES = {SloState.OK: "", SloState.BURNING: "yellow", SloState.EXHAUSTED: "red", SloState.NO_DATA: "dim"}

_LEFT = {0, 5}


def status_renderable(report: StatusReport) -> Table:
    content = status_table(report)
    table = Table(title=f"As of {instant(report.as_of)}", title_justify="left", title_style="", box=SIMPLE_HEAD)
    for index, heading in enumerate(content.header):
        table.add_column(heading, justify="left" if index in _LEFT else "right", no_wrap=True)
    for row in content.rows:
        table.add_row(*(Text(cell) for cell in row.cells), style=_STYLES[row.state])
    return table
