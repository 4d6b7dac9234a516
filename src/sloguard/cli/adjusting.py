"""What `sloguard exclude` and `sloguard correct` are told: when, by whom, why, and of which SLOs."""

import math
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.numbers import whole_number
from sloguard.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from sloguard.model.settings import Configuration
    from sloguard.model.slo import Slo

LONGEST_AUTHOR = 100
LONGEST_REASON = 1_000

FromOption = Annotated[
    str,
    typer.Option("--from", metavar="TIME", help="Where it begins: RFC 3339, Unix seconds, now, 2h (ago), +2h (ahead)."),
]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="TIME", help="Where it ends.")]
ForOption = Annotated[str | None, typer.Option("--for", metavar="DURATION", help="How long it lasts, instead.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why: it is shown beside every number that it changes.")]
AuthorOption = Annotated[
    str | None,
    typer.Option("--author", envvar="SLOGUARD_AUTHOR", help="Who does it; by default who is logged in."),
]
AllOption = Annotated[bool, typer.Option("--all", help="Those that were removed, too.")]
NumberArgument = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER",
        parser=whole_number("NUMBER", 1, do="`list` shows which there are."),
        help="As the list has it.",
    ),
]


def author_or_login(author: str | None) -> str:
    """Raises UsageError if nobody can be named."""
    import getpass

    if author is None:
        try:
            author = getpass.getuser()
        except (OSError, KeyError) as error:
            raise UsageError("Nobody is logged in. Say who does it: --author NAME, or SLOGUARD_AUTHOR.") from error
    return _told(author, "--author", LONGEST_AUTHOR)


def reason_given(reason: str) -> str:
    """Raises UsageError if it says nothing, or cannot be shown on a line."""
    return _told(reason, "--reason", LONGEST_REASON)


def _told(text: str, option: str, longest: int) -> str:
    told = text.strip()
    if not told:
        raise UsageError(f"{option} is empty. Say it in a few words: others will have to understand the number.")
    if len(told) > longest:
        raise UsageError(f"{option} has {len(told)} characters. Use at most {longest}.")
    if not told.isprintable():
        raise UsageError(f"{option} must be one line of printable text (got {told!r}).")
    return told


def declared_slo(configuration: "Configuration", slo_id: str) -> "Slo":
    """The SLO of this id, or the group of one.

    Raises:
        UsageError: no such SLO is declared.
    """
    from sloguard.model.group import parse_group
    from sloguard.model.slo import grouped

    declared, brace, labels = slo_id.partition("{")
    slo = next((each for each in configuration.slos if each.declared_id == declared), None)
    if slo is None:
        raise UsageError(f"No SLO {declared!r} is declared{_hint(declared, configuration)}")
    if not brace:
        return slo
    group = parse_group(brace + labels)
    if group is None or not slo.is_template or tuple(name for name, _ in group) != slo.group_by:
        names = ",".join(f'{name}="…"' for name in slo.group_by)
        groups = f"Its groups are written {declared}{{{names}}}." if names else "It has no groups."
        raise UsageError(f"{declared} has no group {brace + labels}. {groups}")
    return grouped(slo, group)


def _hint(declared: str, configuration: "Configuration") -> str:
    from difflib import get_close_matches

    close = get_close_matches(declared, [slo.declared_id for slo in configuration.slos], n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ". `sloguard status` lists them all."


def checked_scope(configuration: "Configuration", scope: str) -> str:
    """Raises UsageError if no declared SLO is in the scope."""
    from sloguard.model.adjustment import covers

    if "{" in scope:
        declared_slo(configuration, scope)
    elif not any(covers(scope, slo) for slo in configuration.slos):
        services = ", ".join(service.name for service in configuration.services)
        raise UsageError(
            f"No declared SLO is in {scope!r}{_hint(scope, configuration) if '/' in scope else '.'}"
            f" Give a service ({services}), an SLO's id, a pattern of either such as 'shop-*' or '*/latency', or '*'."
        )
    return scope


def told_of_composites(configuration: "Configuration", scope: str) -> str:
    """What has to be said of one group: composites count its template as a whole. Empty if there is nothing to say."""
    from sloguard.model.composite import CompositeIndicator

    template, brace, _ = scope.partition("{")
    composites = [
        slo.id
        for slo in configuration.slos
        if brace and isinstance(slo.indicator, CompositeIndicator)
        if any(member.slo_id == template for member in slo.indicator.members)
    ]
    if not composites:
        return ""
    return f"This changes the group alone: {', '.join(composites)} counts {template} as a whole, and stays as it is."


def corrected_slo(configuration: "Configuration", slo_id: str) -> "Slo":
    """Raises UsageError if it is not declared, or counts no events of its own."""
    from sloguard.model.composite import CompositeIndicator

    slo = declared_slo(configuration, slo_id)
    if isinstance(slo.indicator, CompositeIndicator):
        members = ", ".join(member.slo_id for member in slo.indicator.members)
        raise UsageError(f"{slo_id} is made of other SLOs and counts nothing itself. Correct one of these: {members}.")
    if slo.is_template:
        names = ",".join(f'{name}="…"' for name in slo.group_by)
        raise UsageError(f"{slo_id} stands for its groups. Correct one of these, such as {slo_id}{{{names}}}.")
    return slo


def past_interval(interval: "tuple[datetime, datetime]", now: "datetime") -> "tuple[datetime, datetime]":
    """Raises UsageError if it is not over yet: nobody knows what will be counted wrongly."""
    if interval[1] > now:
        raise UsageError("A correction is about events that were counted: its end must not lie in the future.")
    return interval


def counted_events(bad: float, total: float) -> tuple[float, float]:
    """Raises UsageError if they are no numbers, or change nothing."""
    if not (math.isfinite(bad) and math.isfinite(total)):
        raise UsageError(f"--bad and --total must be plain numbers (got {bad} and {total}).")
    if not bad and not total:
        raise UsageError("Say what to add or to take away: --bad NUMBER, --total NUMBER, or both.")
    return bad, total
