"""`sloguard correct`: numbers of events that were counted wrongly."""

from typing import Annotated

import typer

from sloguard.cli.adjusting import AuthorOption, ForOption, FromOption, ReasonOption, UntilOption
from sloguard.cli.adjustment_commands import add_list_and_remove
from sloguard.cli.numbers import any_number
from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    OutputFormat,
    QuietOption,
    StoreOption,
)
from sloguard.model.adjustment import Correction

correct = typer.Typer(help="Put right how many events an SLO had, and take it back. The ledger stays as it is.")


@correct.command()
def add(
    slo: Annotated[str, typer.Argument(metavar="SLO", help="The id of an SLO, or of one of its groups.")],
    *,
    bad: Annotated[
        float,
        typer.Option(metavar="NUMBER", parser=any_number("--bad"), help="Bad events to add; negative takes some away."),
    ] = 0,
    total: Annotated[
        float,
        typer.Option(
            metavar="NUMBER",
            parser=any_number("--total"),
            help="Events to add, the bad ones included; negative takes some away.",
        ),
    ] = 0,
    begin: FromOption,
    until: UntilOption = None,
    length: ForOption = None,
    reason: ReasonOption,
    author: AuthorOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Add events to those that were counted in this time: 1,200 that never were are --bad -1200 --total -1200."""
    from sloguard.cli.adjusting import (
        author_or_login,
        corrected_slo,
        counted_events,
        past_interval,
        reason_given,
        told_of_composites,
    )
    from sloguard.cli.adjustment_records import make
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.times import parse_interval
    from sloguard.clock import utc_now

    now = utc_now()
    start_at, end_at = past_interval(parse_interval(begin, until, length, now), now)
    events = counted_events(bad, total)
    who, why = author_or_login(author), reason_given(reason)
    configuration = load_or_exit(config)
    slo_id = corrected_slo(configuration, slo).id
    make(Correction(slo_id, start_at, end_at, *events, who, why, now), store, output)
    if (told := told_of_composites(configuration, slo_id)) and not quiet:
        words(told)


add_list_and_remove(correct, Correction, "corrected")
