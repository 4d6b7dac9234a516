"""`sloguard recounts`: what late data have changed in the ledger."""

from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.numbers import whole_number
from sloguard.cli.options import DEFAULT_STORE, FormatOption, OutputFormat, StoreOption

if TYPE_CHECKING:
    from sloguard.model.recount import Known, RecountRecord


def recounts(
    *,
    store: StoreOption = DEFAULT_STORE,
    limit: Annotated[
        int,
        typer.Option(metavar="NUMBER", parser=whole_number("--limit", 1, 10_000), help="So many entries at most."),
    ] = 100,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show what the daemon's recounts have changed, newest first. Entries are kept for 90 days."""
    from sloguard.cli.output import print_json
    from sloguard.store import open_store

    opened = open_store(store, create=False)
    try:
        entries = opened.recounts.recounts(limit)
    finally:
        opened.close()
    if output is OutputFormat.JSON:
        print_json({"schema": "sloguard/recounts/v1", "recounts": [_document(each) for each in entries]})
        return
    for entry in entries:
        typer.echo(_line(entry))
    if not entries:
        typer.echo("No recount has changed anything.")


def _document(entry: "RecountRecord") -> dict[str, object]:
    from datetime import UTC, datetime

    from sloguard.presentation.words import rfc3339

    change = entry.change
    return {
        "at": rfc3339(entry.at),
        "slo": change.slo_id,
        "start": rfc3339(datetime.fromtimestamp(change.start, UTC)),
        "end": rfc3339(datetime.fromtimestamp(change.end, UTC)),
        "before": _known(change.before),
        "after": _known(change.after),
    }


def _known(known: "Known") -> dict[str, float]:
    return {"bad": known.bad, "total": known.total, "seen_seconds": known.seen_seconds}


def _line(entry: "RecountRecord") -> str:
    from datetime import UTC, datetime, timedelta

    from sloguard.presentation.words import count, duration, instant

    before, after = entry.change.before, entry.change.after
    start, end = (instant(datetime.fromtimestamp(unix, UTC)) for unix in (entry.change.start, entry.change.end))
    seen = timedelta(seconds=after.seen_seconds - before.seen_seconds)
    more_seen = f", {duration(seen)} more seen" if seen else ""
    return (
        f"{instant(entry.at)}  {entry.change.slo_id}, {start} to {end}: {count(before.bad)} → {count(after.bad)} bad"
        f" of {count(before.total)} → {count(after.total)}{more_seen}"
    )
