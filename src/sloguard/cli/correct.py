"""`sloguard correct`: numbers of events that were counted wrongly."""

from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from sloguard.model.slo import Slo

_ROUNDING = 0.5
"""Of an event: numbers are typed as they are shown."""

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
    corrected = corrected_slo(configuration, slo)
    correction = Correction(corrected.id, start_at, end_at, *events, who, why, now)
    make(correction, store, output)
    for told in (told_of_composites(configuration, corrected.id), _told_of_too_much(corrected, correction, store)):
        if told and not quiet:
            words(told)


def _told_of_too_much(slo: "Slo", correction: Correction, store: str) -> str:
    """What has to be said of one that takes away more than there is. Empty if there is nothing to say."""
    from contextlib import closing

    from sloguard.ledger.reporting import counted_between
    from sloguard.presentation.words import count
    from sloguard.store import open_store

    with closing(open_store(store, create=False)) as opened:
        had = counted_between(opened.ledger, slo, correction.start_at, correction.end_at)
    if -correction.bad <= had.bad + _ROUNDING and -correction.total <= had.total + _ROUNDING:
        return ""
    return (
        f"This takes away more than was counted then: {count(had.bad)} bad of {count(had.total)} events. "
        "Sums never fall below zero; `sloguard correct remove` takes it back."
    )


add_list_and_remove(correct, Correction, "corrected")
