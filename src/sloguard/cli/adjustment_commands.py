"""What `sloguard exclude` and `sloguard correct` have in common: the list of what was made, and taking one back."""

import typer

from sloguard.cli.adjusting import AllOption, AuthorOption, NumberArgument, ReasonOption
from sloguard.cli.options import DEFAULT_STORE, FormatOption, OutputFormat, QuietOption, StoreOption
from sloguard.model.adjustment import Adjustment


def add_list_and_remove(commands: typer.Typer, kind: type[Adjustment], done: str) -> None:
    """The commands of a kind of adjustment.

    Args:
        commands: of which they become part.
        kind: of what they list and take back.
        done: what was done to the time or the SLO: `excluded`.
    """

    @commands.command("list", help=f"Who {done} what and why, and with --all who took it back.")
    def list_(
        *,
        store: StoreOption = DEFAULT_STORE,
        removed: AllOption = False,
        output: FormatOption = OutputFormat.TABLE,
        quiet: QuietOption = False,
    ) -> None:
        from sloguard.cli.adjustment_records import show
        from sloguard.cli.output import words

        if not show(kind, store, output, removed=removed) and not quiet:
            words(f"Nothing is {done}.")

    @commands.command()
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
        from sloguard.model.adjustment import Removal

        unmake(number, kind, Removal(author_or_login(author), reason_given(reason), utc_now()), store, output)
