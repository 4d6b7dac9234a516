"""`sloguard correct`: numbers of events that were counted wrongly."""

from typing import Annotated

import typer

from sloguard.cli.adjusting import (
    AllOption,
    AuthorOption,
    ForOption,
    FromOption,
    NumberArgument,
    ReasonOption,
    UntilOption,
)
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
    from sloguard.model.adjustment import Correction

    now = utc_now()
    start_at, end_at = past_interval(parse_interval(begin, until, length, now), now)
    events = counted_events(bad, total)
    who, why = author_or_login(author), reason_given(reason)
    configuration = load_or_exit(config)
    slo_id = corrected_slo(configuration, slo).id
    make(Correction(slo_id, start_at, end_at, *events, who, why, now), store, output)
    if (told := told_of_composites(configuration, slo_id)) and not quiet:
        words(told)


@correct.command("list")
def list_(
    *,
    store: StoreOption = DEFAULT_STORE,
    removed: AllOption = False,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Who corrected what and why, and with --all who took it back."""
    from sloguard.cli.adjustment_records import show
    from sloguard.cli.output import words
    from sloguard.model.adjustment import Correction

    if not show(Correction, store, output, removed=removed) and not quiet:
        words("Nothing is corrected.")


@correct.command()
def remove(
    number: NumberArgument,
    *,
    reason: ReasonOption,
    author: AuthorOption = None,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Take it back: every number is then exactly what it was before."""
    from sloguard.cli.adjusting import author_or_login, reason_given
    from sloguard.cli.adjustment_records import unmake
    from sloguard.clock import utc_now
    from sloguard.model.adjustment import Correction, Removal

    unmake(number, Correction, Removal(author_or_login(author), reason_given(reason), utc_now()), store, output)
