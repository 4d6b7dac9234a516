"""`sloguard silence`: for a time, nobody wants to hear of some alerts."""

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.adjusting import AuthorOption, NumberArgument
from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    OutputFormat,
    QuietOption,
    StoreOption,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sloguard.model.matcher import Matcher
    from sloguard.model.quiet import Silence

silence = typer.Typer(help="Keep alerts quiet for a time. They are still decided, shown and written down.")


@silence.command()
def add(
    slo: Annotated[
        str | None, typer.Argument(metavar="SLO", help="An SLO's id: shop/checkout, or one of its groups.")
    ] = None,
    *,
    service: Annotated[str | None, typer.Option(help="All SLOs of this service.")] = None,
    match: Annotated[
        list[str] | None,
        typer.Option(metavar="MATCHER", help="tenant=acme, tenant!=…, tenant=~'a.*', severity=ticket. Repeatable."),
    ] = None,
    begin: Annotated[str, typer.Option("--from", metavar="TIME", help="RFC 3339, Unix seconds, now, +2h.")] = "now",
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Where it ends.")] = None,
    length: Annotated[str | None, typer.Option("--for", metavar="DURATION", help="How long, instead.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why: it is shown beside what is silenced.")],
    author: AuthorOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Silence what all of the given match, at most for 90 days. Who was told that it fires is told when it is over."""
    from sloguard.cli.adjusting import author_or_login
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.times import parse_interval
    from sloguard.clock import utc_now
    from sloguard.errors import UsageError
    from sloguard.model.quiet import Silence
    from sloguard.model.response import checked_silence
    from sloguard.store import open_store

    now = utc_now()
    starts_at, ends_at = parse_interval(begin, until, length, now)
    configuration = load_or_exit(config)
    matchers = tuple(_matchers(slo, service, match or ()))
    asked = Silence(matchers, starts_at, ends_at, author_or_login(author), reason.strip())
    try:
        checked = checked_silence(asked, configuration.slos, now)
    except ValueError as error:
        raise UsageError(str(error)) from error
    with closing(open_store(store)) as opened:
        _show([opened.quiet.add_silence(checked)], output)


@silence.command("list")
def list_(
    *,
    ended: Annotated[bool, typer.Option("--all", help="Those that are over, too: they are kept for 90 days.")] = False,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """What is silenced, and what will be."""
    from sloguard.cli.output import words
    from sloguard.clock import utc_now
    from sloguard.model.quiet import LONGEST_SILENCE
    from sloguard.store import open_store

    now = utc_now()
    with closing(open_store(store, create=False)) as opened:
        found = opened.quiet.silences(now - 2 * LONGEST_SILENCE if ended else now)
    if not found and not quiet:
        words("Nothing is silenced.")
    _show(found, output)


@silence.command()
def expire(
    number: NumberArgument,
    *,
    store: StoreOption = DEFAULT_STORE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """End a silence now: what still fires is told."""
    from sloguard.clock import utc_now
    from sloguard.errors import UsageError
    from sloguard.store import open_store

    with closing(open_store(store, create=False)) as opened:
        ended = opened.quiet.expire_silence(number, utc_now())
    if ended is None:
        do = "`sloguard silence list` shows which there are."
        raise UsageError(f"There is no silence {number} that is not over. {do}")
    _show([ended], output)


def _matchers(slo: str | None, service: str | None, match: "Sequence[str]") -> "Iterator[Matcher]":
    from sloguard.errors import UsageError
    from sloguard.model.group import parse_group
    from sloguard.model.matcher import Matcher, MatchKind, parse_matcher
    from sloguard.model.quiet import LABEL_SERVICE, LABEL_SLO

    declared, brace, labels = (slo or "").partition("{")
    group = parse_group(brace + labels) if brace else ()
    if group is None:
        raise UsageError(f'{slo!r} is no SLO\'s id. Those of groups are written shop/checkout{{tenant="acme"}}.')
    given = {LABEL_SLO: declared, LABEL_SERVICE: service or "", **dict(group)}
    yield from (Matcher(label, MatchKind.EQUAL, value) for label, value in given.items() if value)
    for text in match:
        try:
            yield parse_matcher(text)
        except ValueError as error:
            raise UsageError(f"--match {text!r} {error}.") from error


def _show(silences: "Sequence[Silence]", output: OutputFormat) -> None:
    from sloguard.cli.output import print_json, print_tables
    from sloguard.cli.tables import text_table
    from sloguard.presentation.quiet_words import silences_document
    from sloguard.presentation.words import instant

    if output is OutputFormat.JSON:
        print_json(silences_document(silences))
    elif silences:
        header = ("Number", "What", "From", "Until", "By", "Why")
        rows = [
            (
                str(each.id),
                ", ".join(map(str, each.matchers)),
                instant(each.starts_at),
                instant(each.ends_at),
                each.author,
                each.reason,
            )
            for each in silences
        ]
        print_tables([text_table(header, rows)])
