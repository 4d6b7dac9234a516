"""`sloguard replay`: fill the ledger from Prometheus' own past."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.logs import warnings_alone
from sloguard.cli.numbers import whole_number
from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    MigrateOption,
    OutputFormat,
    PrometheusOption,
    QuietOption,
    StoreOption,
)

if TYPE_CHECKING:
    from sloguard.ledger.replay import ReplayOutcome
DEFAULT_CONCURRENCY = 2
MOST_AT_ONCE = 16
"""Prometheus works on 20 queries at once, and has others to serve."""

StepOption = Annotated[
    str | None,
    typer.Option(
        metavar="DURATION",
        help="Count old time as finely as this, too, for a backtest: 1m. By default by 5m, after 3 days by 1h.",
    ),
]
ConcurrencyOption = Annotated[
    int,
    typer.Option(
        metavar="NUMBER",
        parser=whole_number("--concurrency", 1, MOST_AT_ONCE),
        help=f"Range queries that Prometheus works on at once, at most {MOST_AT_ONCE}.",
    ),
]


@warnings_alone()
def replay(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    prometheus: PrometheusOption = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="How far back: a duration such as 30d, or a time; by default the longest window, at least 30d."
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Where to end; by default now.")] = None,
    step: StepOption = None,
    concurrency: ConcurrencyOption = DEFAULT_CONCURRENCY,
    pause: Annotated[
        str, typer.Option(metavar="DURATION", help="Rest after each of them, such as 500ms, to spare Prometheus.")
    ] = "0s",
    output: FormatOption = OutputFormat.TABLE,
    migrate: MigrateOption = False,
    quiet: QuietOption = False,
) -> None:
    """Fill the ledger from Prometheus' past. What is counted already is kept; an interrupted replay goes on."""
    from sloguard.app.replay import ReplayRequest, default_reach
    from sloguard.app.replay import replay as run_replay
    from sloguard.cli.interruption import interruption
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import print_json, words
    from sloguard.cli.progress import progress
    from sloguard.cli.times import parse_age, parse_instant, parse_since
    from sloguard.clock import utc_now
    from sloguard.ledger.asking_ahead import Load
    from sloguard.presentation.words import instant

    load = Load(concurrency, timedelta(0) if pause in {"0", "0s"} else parse_age(pause, "--pause"))
    configuration = load_or_exit(config).asking(prometheus)
    end = parse_instant(until) if until else utc_now() - configuration.evaluation.settle
    start = parse_since(since, end) if since else end - default_reach(configuration)
    longest_step = _longest_step(step, configuration.evaluation.slice) if step else None
    with progress("Replaying", quiet=quiet) as on_progress, interruption() as interrupted:
        request = ReplayRequest(store, migrate, start, end, on_progress, interrupted.is_set, load, longest_step)
        outcome = run_replay(configuration, request)
    _warn(outcome)
    counted = len(configuration.slos) - len(outcome.refused) - len(outcome.unseen)
    if output is OutputFormat.JSON:
        print_json(_document(outcome, counted))
    elif outcome.complete:
        typer.echo(f"{counted} of {len(configuration.slos)} SLOs are counted since {instant(start)}.")
    if not outcome.complete:
        words("Interrupted. What was done is kept: run the same command to go on.")
        raise typer.Exit(130)
    if outcome.refused:
        raise typer.Exit(1)


def _document(outcome: "ReplayOutcome", counted: int) -> dict[str, object]:
    return {
        "schema": "sloguard/replay/v1",
        "complete": outcome.complete,
        "counted": counted,
        "unseen": sorted(key.slo_id for key in outcome.unseen),
        "refused": {key.slo_id: why for key, why in outcome.refused.items()},
        "groups_left_out": {key.slo_id: count for key, count in sorted(outcome.left_out.items()) if count},
    }


def _warn(outcome: "ReplayOutcome") -> None:
    """Say what could not be counted, and what to do about it."""
    from sloguard.cli.output import words

    for key, why in outcome.refused.items():
        words(f"{key.slo_id} cannot be counted: {why}")
    for key in sorted(outcome.unseen, key=lambda key: key.slo_id):
        words(f"{key.slo_id} has no samples: nothing matches the selector of its total. Check it in Prometheus.")
    for key, count in sorted(outcome.left_out.items(), key=lambda found: found[0].slo_id):
        if count:
            do = "Raise its group_limit, or group it by labels with fewer values."
            words(f"{key.slo_id} leaves out {count} of its groups. {do}")


def _longest_step(text: str, slice_length: "timedelta") -> "timedelta":
    from datetime import timedelta

    from sloguard.cli.times import parse_age
    from sloguard.errors import UsageError
    from sloguard.model.duration import format_duration

    step = parse_age(text, "--step")
    if timedelta(hours=1) % step or step % slice_length:
        slices = format_duration(slice_length)
        raise UsageError(f"--step {text} does not divide an hour into whole slices of {slices}. Give {slices}.")
    return step
