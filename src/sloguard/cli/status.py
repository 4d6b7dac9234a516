"""`sloguard status`: the budgets as the ledger has them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    QuietOption,
    StoreOption,
    TableFormat,
    TableFormatOption,
)

if TYPE_CHECKING:
    from sloguard.model.status import StatusReport

_OLD = timedelta(minutes=5)


def status(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="RFC 3339 or Unix seconds; by default the end of the ledger.")
    ] = None,
    output: TableFormatOption = TableFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Show each SLO's success ratio, error budget, burn rate and state."""
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.times import parse_instant
    from sloguard.clock import utc_now
    from sloguard.ledger.reporting import stored_status
    from sloguard.presentation.words import duration, instant
    from sloguard.store import open_store

    configuration = load_or_exit(config)
    as_of = parse_instant(at) if at else None
    opened = open_store(store, create=False)
    try:
        report = stored_status(configuration, opened, as_of)
    finally:
        opened.close()
    age = utc_now() - report.as_of
    if not quiet and as_of is None and age > _OLD:
        words(
            f"The ledger ends at {instant(report.as_of)}, {duration(age)} ago. "
            "Run `sloguard replay`, or the daemon, to go on."
        )
    if not quiet:
        _tell_uncounted(report)
    _print(report, output)


def _tell_uncounted(report: "StatusReport") -> None:
    from sloguard.cli.output import words
    from sloguard.presentation.covered_words import uncovered_words

    for text in uncovered_words(report):
        words(text)
    if all(slo.watermark_at is None and not (slo.no_data and slo.no_data.covered) for slo in report.slos):
        words("Nothing is counted yet. Run `sloguard replay` first, and check --store.")


def _print(report: "StatusReport", output: TableFormat) -> None:
    match output:
        case TableFormat.JSON:
            from sloguard.cli.output import print_json
            from sloguard.presentation.status_json import status_document

            print_json(status_document(report))
        case TableFormat.CSV:
            from sloguard.presentation.status_csv import status_csv

            typer.echo(status_csv(report), nl=False)
        case TableFormat.MARKDOWN:
            from sloguard.presentation.status_table import status_markdown

            typer.echo(status_markdown(report), nl=False)
        case TableFormat.TABLE:
            _print_table(report)


def _print_table(report: "StatusReport") -> None:
    from sloguard.cli.output import print_tables, table_console
    from sloguard.cli.tables import status_renderable

    console = table_console()
    print_tables([status_renderable(report, console.width)], console)
