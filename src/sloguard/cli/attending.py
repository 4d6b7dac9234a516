"""`sloguard ack` and `sloguard held-back`: who has taken an alert on, and what was not said."""

from contextlib import closing
from typing import Annotated

import typer

from sloguard.cli.adjusting import AuthorOption
from sloguard.cli.options import DEFAULT_STORE, FormatOption, OutputFormat, QuietOption, StoreOption

_MOST_ENTRIES = 10_000


def ack(
    slo: Annotated[str, typer.Argument(metavar="SLO", help="Whose alert: shop/checkout, one of its groups, sloguard.")],
    *,
    note: Annotated[str, typer.Option(help="What others should know.")] = "",
    author: AuthorOption = None,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Take a firing alert on, with all that is told in the same incident: nobody is reminded of it any more.

    The running daemon takes it up with its next evaluation, and tells the receivers. It lapses if the alert becomes
    more severe.
    """
    from sloguard.cli.adjusting import author_or_login
    from sloguard.cli.output import print_json
    from sloguard.clock import utc_now
    from sloguard.errors import UsageError
    from sloguard.model.quiet import LONGEST_NOTE
    from sloguard.model.response import acknowledged, checked_line
    from sloguard.store import open_store

    author = author_or_login(author)
    try:
        told = checked_line(note, "note", LONGEST_NOTE) if note else ""
    except ValueError as error:
        raise UsageError(str(error)) from error
    with closing(open_store(store, create=False)) as opened:
        firing = {key: record.alert for key, record in opened.alerts.alerts().items()}
        found = acknowledged(slo, firing, opened.alerts.incidents(), (author, told, utc_now()))
        if not found:
            names = ", ".join(sorted({key.slo_id for key in firing})[:10]) or "none"
            raise UsageError(f"No alert of {slo!r} fires. Firing: {names}.")
        opened.quiet.acknowledge(found)
    if output is OutputFormat.JSON:
        alerts = [{"slo": key.slo_id, "kind": key.kind.value} for key in found]
        print_json({"schema": "sloguard/acknowledged/v1", "author": author, "note": told, "alerts": alerts})
        return
    for key in found:
        typer.echo(f"{key.slo_id} ({key.kind.value}) is acknowledged by {author}.")


def held_back(
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="A duration, RFC 3339 or Unix seconds.")] = "1d",
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Show what was not said, to whom and why, newest first. Entries are kept for 30 days, at most 10,000."""
    from sloguard.cli.output import print_json, print_tables, words
    from sloguard.cli.tables import text_table
    from sloguard.cli.times import parse_since
    from sloguard.clock import utc_now
    from sloguard.presentation.quiet_words import held_back_document, quiet_words
    from sloguard.presentation.words import instant
    from sloguard.store import open_store

    begin = parse_since(since, utc_now())
    with closing(open_store(store, create=False)) as opened:
        entries = opened.quiet.held_back(begin, _MOST_ENTRIES)
    if output is OutputFormat.JSON:
        print_json(held_back_document(entries))
    elif entries:
        rows = [
            (
                instant(each.at),
                f"{each.alert.slo_id} ({each.alert.kind.value})",
                each.severity.value,
                quiet_words(each.quiet),
                ", ".join(each.receivers),
            )
            for each in entries
        ]
        header = ("At", "Alert", "Severity", "Why", "Who would have heard")
        print_tables([text_table(header, rows)])
    elif not quiet:
        words("Nothing was held back.")
