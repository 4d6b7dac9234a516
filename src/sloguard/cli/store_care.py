"""`sloguard backup`, `sloguard restore`, `sloguard verify`: care for the store."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from sloguard.cli.options import DEFAULT_STORE, FormatOption, OutputFormat, StoreOption


def backup(
    *,
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A new file, or a directory; by default sloguard-TIME.backup here."),
    ] = None,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Back up everything in the store into one file, while the daemon may go on."""
    from sloguard.app.store_care import make_backup
    from sloguard.cli.output import print_json
    from sloguard.clock import utc_now
    from sloguard.presentation.words import rfc3339

    report = make_backup(store, out, utc_now())
    if output is OutputFormat.JSON:
        print_json(
            {
                "schema": "sloguard/backup/v1",
                "file": str(report.path),
                "revision": report.revision,
                "created_at": rfc3339(report.created_at),
                "rows": dict(report.rows),
            }
        )
    else:
        typer.echo(f"{report.path}: {_counts(report.rows)}.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `sloguard backup` has written.")],
    *,
    store: StoreOption = DEFAULT_STORE,
    replace: Annotated[bool, typer.Option("--replace", help="Give up the store that is there.")] = False,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Make a store of a backup: SQLite or PostgreSQL, whichever it came from."""
    from sloguard.cli.output import print_json
    from sloguard.presentation.words import instant, rfc3339
    from sloguard.store.backup import restore as restored

    report = restored(file, store, replace=replace)
    if output is OutputFormat.JSON:
        created_at, rows = rfc3339(report.created_at), dict(report.rows)
        print_json({"schema": "sloguard/restore/v1", "file": str(file), "created_at": created_at, "rows": rows})
    else:
        typer.echo(f"Restored as of {instant(report.created_at)}: {_counts(report.rows)}.")


def verify(
    file: Annotated[
        Path | None, typer.Argument(metavar="BACKUP", help="A backup to look through; without it the store.")
    ] = None,
    *,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Look through a backup, or the store, for what cannot be right. Exits 1 if there is something."""
    from sloguard.app.store_care import verify as verified
    from sloguard.cli.output import print_json

    verdict = verified(store, file)
    if output is OutputFormat.JSON:
        findings = [{"check": each.check, "detail": each.detail} for each in verdict.findings]
        document = {"schema": "sloguard/verify/v1", "ok": verdict.ok, "rows": dict(verdict.rows), "findings": findings}
        print_json(document)
    else:
        for each in verdict.findings:
            typer.echo(f"{each.check}: {each.detail}")
        if verdict.ok:
            typer.echo(f"In order: {_counts(verdict.rows)}.")
    if not verdict.ok:
        raise typer.Exit(1)


def _counts(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {table}" for table, count in sorted(rows.items())) or "no rows"
