"""`sloguard backtest`: what a policy would have sent, by the ledger's past."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

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
    from collections.abc import Callable, Sequence

    from sloguard.backtest.incidents import KnownIncident
    from sloguard.backtest.run import Period
    from sloguard.backtest.summary import Backtest
    from sloguard.model.settings import Configuration
    from sloguard.model.slo import Slo
    from sloguard.ports import LedgerReader


SinceOption = Annotated[str, typer.Option(help="How far back: a duration such as 30d, or a time.")]
UntilOption = Annotated[
    str | None, typer.Option(metavar="TIME", help="Where to end; by default the end of the ledger.")
]
PolicyOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="A proposed policy, compared with the current one: another slo.yaml, or a file with `alerting:` alone, "
        "which then holds for every SLO.",
    ),
]
IncidentsOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What really happened, as YAML, JSON or CSV: from, to, service, slo, name."),
]
SloOption = Annotated[
    list[str] | None, typer.Option(metavar="ID", help="Look at this SLO or service alone; may be repeated.")
]
SvgOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw a timeline.")]


def backtest(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    since: SinceOption = "30d",
    until: UntilOption = None,
    policy: PolicyOption = None,
    incidents: IncidentsOption = None,
    slo: SloOption = None,
    svg: SvgOption = None,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Show which pages and tickets a policy would have sent, by the daemon's own decisions over the ledger's past."""
    from sloguard.app.backtesting import BacktestRequest, backtests
    from sloguard.backtest.limits import limits
    from sloguard.backtest.run import Period
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import words
    from sloguard.cli.progress import progress
    from sloguard.cli.times import parse_instant, parse_since
    from sloguard.clock import utc_now
    from sloguard.ledger.reporting import counted_until
    from sloguard.store import open_store

    configuration = load_or_exit(config)
    proposed = _proposed(policy, configuration)
    known = _incidents(incidents, configuration)
    wanted = _wanted(slo or [], configuration)
    opened = open_store(store, create=False)
    try:
        end = parse_instant(until) if until else counted_until(configuration, opened.ledger) or utc_now()
        period = Period(parse_since(since, end), end)
        _refuse_uncounted(period, configuration, opened.ledger)
        with progress("Backtesting", quiet=quiet) as on_progress:
            request = BacktestRequest(period, wanted, known, on_progress)
            found = backtests([configuration, *([proposed] if proposed else [])], opened.ledger, request)
    finally:
        opened.close()
    judged, current = found[-1], found[0] if proposed else None
    evaluation = (proposed or configuration).evaluation
    if not quiet:
        for limit in limits(judged, evaluation):
            words(limit)
    if svg is not None:
        _draw(svg, judged, current)
    if output is OutputFormat.JSON:
        from sloguard.backtest.document import backtest_document
        from sloguard.cli.output import print_json

        print_json(backtest_document(judged, evaluation, current, str(policy) if policy else "current"))
    else:
        _print_tables(judged, current)


def _refuse_uncounted(period: "Period", configuration: "Configuration", ledger: "LedgerReader") -> None:
    """Of a time that nobody has counted, no alert could be told from none."""
    from datetime import UTC, datetime

    from sloguard.errors import StoreError
    from sloguard.ledger.covered import known
    from sloguard.presentation.words import instant, rfc3339

    spans = known(configuration.slos, ledger).values()
    begin, end = period.since.timestamp(), period.until.timestamp()
    if any(span.asked < end and begin < span.last for span in spans):
        return
    bounds = (min((span.asked for span in spans), default=None), max((span.last for span in spans), default=None))
    first, last = (instant(datetime.fromtimestamp(bound, UTC)) if bound is not None else "" for bound in bounds)
    raise StoreError(
        f"Nothing is counted between {instant(period.since)} and {instant(period.until)}: the ledger "
        + (f"covers {first} to {last}. " if first else "is empty. ")
        + f"Run `sloguard replay --since {rfc3339(period.since)}`, or give another --since and --until."
    )


def _proposed(path: Path | None, configuration: "Configuration") -> "Configuration | None":
    if path is None:
        return None
    from sloguard.cli.loading import EXIT_INVALID, print_problems
    from sloguard.config import Level
    from sloguard.config.proposed import load_proposed

    loaded = load_proposed(path, os.environ, configuration)
    print_problems(each for each in loaded.problems if each.level is Level.ERROR)
    if loaded.configuration is None:
        raise typer.Exit(EXIT_INVALID)
    return loaded.configuration


def _incidents(path: Path | None, configuration: "Configuration") -> "Sequence[KnownIncident] | None":
    if path is None:
        return None
    from sloguard.cli.loading import EXIT_INVALID, print_problems
    from sloguard.config.incidents import load_incidents

    loaded = load_incidents(path, configuration.services)
    print_problems(loaded.problems)
    if loaded.problems:
        raise typer.Exit(EXIT_INVALID)
    return loaded.incidents


def _wanted(names: list[str], configuration: "Configuration") -> "Callable[[Slo], bool]":
    from sloguard.errors import UsageError

    known = {slo.declared_id for slo in configuration.slos} | {service.name for service in configuration.services}
    for name in names:
        if name not in known:
            some = ", ".join(sorted(known)[:10])
            raise UsageError(f"There is no SLO or service {name!r}. Choose one of: {some}.")
    return lambda slo: not names or slo.declared_id in names or slo.service in names


def _draw(path: Path, judged: "Backtest", current: "Backtest | None") -> None:
    from sloguard.backtest.timeline import timeline
    from sloguard.errors import OutputError

    try:
        path.write_text(timeline(judged, current), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}. Give another --svg.") from error


def _print_tables(judged: "Backtest", current: "Backtest | None") -> None:
    from sloguard.backtest.table import alerts_table, incidents_table, numbers_table
    from sloguard.cli.output import print_tables
    from sloguard.cli.tables import text_table

    tables = [alerts_table(current, "Current policy")] if current is not None else []
    tables.append(alerts_table(judged, "Proposed policy" if current is not None else "Pages and tickets"))
    if judged.incidents:
        tables.append(incidents_table(judged, current))
    tables.append(numbers_table(judged, current))
    print_tables(text_table(each.header, each.rows, title=each.title, title_style="bold") for each in tables)
