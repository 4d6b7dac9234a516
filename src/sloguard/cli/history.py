"""`sloguard history`: each SLO's error budget day by day."""

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
    from collections.abc import Sequence
    from datetime import datetime

    from sloguard.model.daily import BudgetHistory


def history(
    scopes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SCOPE]…", help="Services, ids of SLOs, patterns such as '*/latency'; by default all."),
    ] = None,
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    since: Annotated[str, typer.Option(help="How far back: a duration, or a time.")] = "30d",
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Where to end; by default the end of the ledger.")
    ] = None,
    output: TableFormatOption = TableFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Show what each day spent of the error budget, and what was left at its end."""
    from sloguard.cli.adjusting import checked_scope
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.times import parse_instant, parse_since
    from sloguard.clock import utc_now
    from sloguard.ledger.budget_days import stored_histories
    from sloguard.ledger.reporting import counted_until
    from sloguard.model.adjustment import EVERYTHING
    from sloguard.store import open_store

    configuration = load_or_exit(config)
    chosen = [checked_scope(configuration, scope) for scope in scopes or [EVERYTHING]]
    opened = open_store(store, create=False)
    try:
        end = parse_instant(until) if until else counted_until(configuration, opened.ledger) or utc_now()
        start = parse_since(since, end)
        histories = stored_histories(configuration, opened.ledger, chosen, start, end)
    finally:
        opened.close()
    if not quiet and not any(day.counts for each in histories for day in each.days):
        words("Nothing is counted of that time. Run `sloguard replay` first, and check --store.")
    _print(histories, end, output)


def _print(histories: "Sequence[BudgetHistory]", as_of: "datetime", output: TableFormat) -> None:
    from sloguard.cli.output import print_json
    from sloguard.presentation.history_text import history_csv, history_document, history_markdown

    match output:
        case TableFormat.JSON:
            print_json(history_document(histories, as_of))
        case TableFormat.CSV:
            typer.echo(history_csv(histories), nl=False)
        case TableFormat.MARKDOWN:
            typer.echo(history_markdown(histories), nl=False)
        case TableFormat.TABLE:
            _print_tables(histories)


def _print_tables(histories: "Sequence[BudgetHistory]") -> None:
    from sloguard.cli.output import print_tables
    from sloguard.cli.tables import text_table
    from sloguard.presentation.history_text import HEADER, WORDS, history_rows, history_title

    numbers = frozenset(HEADER) - WORDS
    print_tables(
        text_table(HEADER, history_rows(each), title=history_title(each), numbers=numbers) for each in histories
    )
