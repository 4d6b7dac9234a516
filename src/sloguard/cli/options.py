"""Options that several commands share, with one wording and one default each."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class OutputFormat(StrEnum):
    TABLE = "table"
    JSON = "json"


class TableFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


ConfigOption = Annotated[
    Path,
    typer.Option(
        "-c",
        "--config",
        envvar="SLOGUARD_CONFIG",
        readable=False,  # the loader says what is wrong, in the words of all its problems
        help="What declares services and SLOs: a file, a directory of them, or a pattern in quotes.",
    ),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store", envvar="SLOGUARD_STORE", help="Where counts and alerts are kept: sqlite:///FILE or postgresql://…"
    ),
]
PrometheusOption = Annotated[
    str | None, typer.Option("--prometheus", metavar="URL", help="Ask this Prometheus instead of the file's.")
]
FormatOption = Annotated[OutputFormat, typer.Option("--format", help="How to print the result.")]
TableFormatOption = Annotated[TableFormat, typer.Option("--format", help="How to print the result.")]
MigrateOption = Annotated[bool, typer.Option("--migrate", help="Bring a store of an older sloguard up to date.")]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="No words on stderr but problems.")]

DEFAULT_CONFIG = Path("slo.yaml")
DEFAULT_STORE = "sqlite:///sloguard.db"
