"""`sloguard check`: whether objectives are kept, as an exit code for a pipeline."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.options import DEFAULT_CONFIG, DEFAULT_STORE, ConfigOption, QuietOption, StoreOption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sloguard.model.status import StatusReport
    from sloguard.presentation.verdict import Judged

EXIT_BREACHED = 1


class CheckFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    GITHUB = "github"


def check(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="RFC 3339 or Unix seconds; by default the end of the ledger.")
    ] = None,
    max_age: Annotated[
        str, typer.Option(metavar="DURATION", help="Without --at: how old the end of the ledger may be.")
    ] = "1h",
    service: Annotated[str | None, typer.Option(help="Look at this service alone.")] = None,
    without_data: Annotated[bool, typer.Option("--fail-without-data", help="An SLO without data fails too.")] = False,
    output: Annotated[CheckFormat, typer.Option("--format", help="How to print the result.")] = CheckFormat.TEXT,
    quiet: QuietOption = False,
) -> None:
    """Exit 1 if an objective is breached or an error budget is spent."""
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.times import parse_age, parse_instant
    from sloguard.errors import UsageError
    from sloguard.ledger.members import of_service
    from sloguard.ledger.reporting import stored_status
    from sloguard.presentation.covered_words import uncovered_words
    from sloguard.presentation.verdict import Verdict, fails, judged
    from sloguard.store import open_store

    configuration = load_or_exit(config)
    if service is not None:
        if service not in {each.name for each in configuration.services}:
            known = ", ".join(each.name for each in configuration.services)
            raise UsageError(f"{config} declares no service {service!r}. Choose one of: {known}.")
        configuration = of_service(configuration, service)
    opened = open_store(store, create=False)
    try:
        report = stored_status(configuration, opened, parse_instant(at) if at else None)
    finally:
        opened.close()
    if service is not None:
        report = replace(report, services=tuple(each for each in report.services if each.name == service))
    _refuse_old(report, parse_age(max_age, "--max-age") if at is None else None)
    results = judged(report)
    _print(report, results, output, without_data=without_data)
    failed = sum(fails(each, without_data=without_data) for each in results)
    unknown = sum(each.verdict is Verdict.UNKNOWN for each in results)
    if not quiet:
        for text in uncovered_words(report):
            words(text)
        words(f"{failed} of {len(results)} SLOs fail" + (f"; {unknown} have no data." if unknown else "."))
    if failed:
        raise typer.Exit(EXIT_BREACHED)


def _refuse_old(report: "StatusReport", limit: "timedelta | None") -> None:
    """A release must not pass because nobody has counted since the last one."""
    from sloguard.clock import utc_now
    from sloguard.errors import StoreError
    from sloguard.presentation.words import duration, instant

    age = utc_now() - report.as_of
    if limit is not None and age > limit:
        raise StoreError(
            f"The ledger ends at {instant(report.as_of)}, {duration(age)} ago: too old to judge by "
            f"(the limit is {duration(limit)}). Run `sloguard replay` or the daemon, or give --max-age."
        )


def _print(report: "StatusReport", results: "Sequence[Judged]", output: CheckFormat, *, without_data: bool) -> None:
    from sloguard.cli.output import print_json
    from sloguard.presentation.annotations import Annotation, github_command
    from sloguard.presentation.verdict import fails, junit, markdown, verdict_document

    match output:
        case CheckFormat.TEXT:
            for each in results:
                typer.echo(f"{each.verdict.value:8}  {each.slo.id}: {each.words}")
        case CheckFormat.JSON:
            print_json(verdict_document(report, without_data=without_data))
        case CheckFormat.JUNIT:
            typer.echo(junit(results, without_data=without_data), nl=False)
        case CheckFormat.MARKDOWN:
            typer.echo(markdown(results), nl=False)
        case CheckFormat.GITHUB:
            for each in results:
                if fails(each, without_data=without_data):
                    title = f"{each.slo.id} {each.verdict.value}"
                    typer.echo(github_command(Annotation("error", title, each.words)))
