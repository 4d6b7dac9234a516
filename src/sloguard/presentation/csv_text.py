"""Rows as comma-separated values (RFC 4180) that a spreadsheet only reads, and never runs."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | float | int | bool | None

_FORMULA = ("=", "+", "-", "@")
"""A spreadsheet takes a text that begins so for something to compute (OWASP, CSV injection)."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Numbers in full, absent ones empty, truth as `true` and `false`; a text that looks like a formula gets a `'`."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return written.getvalue()


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case str():
            line = "".join(character if character.isprintable() else " " for character in cell)
            return f"'{line}" if line.lstrip().startswith(_FORMULA) else line
        case number:
            return str(number)
