"""`sloguard exclude`: time whose events do not count."""

from typing import Annotated

import typer

from sloguard.cli.adjusting import AuthorOption, ForOption, FromOption, ReasonOption, UntilOption
from sloguard.cli.adjustment_commands import add_list_and_remove
from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    OutputFormat,
    QuietOption,
    StoreOption,
)
from sloguard.model.adjustment import Exclusion

exclude = typer.Typer(help="Take time, past or planned, out of the sums of SLOs, and back. The ledger stays as it is.")


@exclude.command()
def add(
    scope: Annotated[
        str, typer.Argument(metavar="SCOPE", help="A service, an SLO's id, a pattern such as '*/latency', or '*'.")
    ],
    *,
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
    """Events of this time do not count, and it is not expected to be covered."""
    from sloguard.cli.adjusting import author_or_login, checked_scope, reason_given, told_of_composites
    from sloguard.cli.adjustment_records import make
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.times import parse_interval
    from sloguard.clock import utc_now

    now = utc_now()
    start_at, end_at = parse_interval(begin, until, length, now)
    who, why = author_or_login(author), reason_given(reason)
    configuration = load_or_exit(config)
    checked_scope(configuration, scope)
    make(Exclusion(scope, start_at, end_at, who, why, now), store, output)
    if (told := told_of_composites(configuration, scope)) and not quiet:
        words(told)


add_list_and_remove(exclude, Exclusion, "excluded")
