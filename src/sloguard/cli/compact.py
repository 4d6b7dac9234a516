"""`sloguard compact`: keep the store small, as the daemon does each hour."""

from typing import Annotated

import typer

from sloguard.cli.logs import warnings_alone
from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    OutputFormat,
    StoreOption,
)


@warnings_alone()
def compact(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    shrink: Annotated[
        bool,
        typer.Option("--shrink", help="Give free space back to the disk, too. Nobody can write meanwhile."),
    ] = False,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Roll up old counts and delete what is past its retention. The daemon does so each hour; it may go on."""
    from sloguard.app.upkeep import keep_small
    from sloguard.cli.interruption import interruption
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import print_json, words
    from sloguard.clock import utc_now

    configuration = load_or_exit(config)
    with interruption() as interrupted:
        report = keep_small(configuration, store, utc_now(), interrupted.wait, shrink=shrink)
    if output is OutputFormat.JSON:
        print_json(
            {
                "schema": "sloguard/compact/v1",
                "complete": report.complete,
                "slices_rolled_up": report.rolled_up,
                "slices_expired": report.expired,
                "notifications_expired": report.notifications,
            }
        )
    else:
        typer.echo(
            f"{report.rolled_up:,} slices fewer by rolling up; {report.expired:,} slices and"
            f" {report.notifications:,} notifications deleted."
        )
    if not report.complete:
        words("Interrupted. What was done is kept: run the same command to go on.")
        raise typer.Exit(130)
