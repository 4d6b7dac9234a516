"""Results go to stdout, words to stderr."""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console
    from rich.table import Table

    from sloguard.presentation.annotations import Annotation

_PIPED_WIDTH = 200


def print_json(document: object) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def words(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def table_console() -> "Console":
    """Where tables are printed: as wide as the terminal, or wide enough for a row to stay on its line."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=_PIPED_WIDTH)


def print_tables(tables: "Iterable[Table]", console: "Console | None" = None) -> None:
    """Tables on stdout. Lines that go to a file or a program have no spaces at their end."""
    console = console or table_console()
    for table in tables:
        if console.is_terminal:
            console.print(table)
            continue
        with console.capture() as captured:
            console.print(table)
        sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def print_annotations(annotations: "Sequence[Annotation]", *, gitlab: bool) -> None:
    """Where a reviewer sees them: on GitHub, or on GitLab."""
    from sloguard.presentation.annotations import github_command, gitlab_report

    if gitlab:
        print_json(gitlab_report(annotations))
        return
    for annotation in annotations:
        sys.stdout.write(f"{github_command(annotation)}\n")
