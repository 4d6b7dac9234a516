"""`sloguard replay`: fill the ledger from Prometheus' own past."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

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
    output: FormatOption = OutputFormat.TABLE,
    migrate: MigrateOption = False,
    quiet: QuietOption = False,
) -> None:
    """Fill the ledger from Prometheus' past. What is counted already is kept; an interrupted replay goes on."""
    from sloguard.app.replay import ReplayRequest, default_reach
    from sloguard.app.replay import replay as run_replay
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.output import print_json, words
    from sloguard.cli.progress import progress
    from sloguard.cli.times import parse_instant, parse_since
    from sloguard.clock import utc_now
    from sloguard.presentation.words import instant

    configuration = load_or_exit(config).asking(prometheus)
    end = parse_instant(until) if until else utc_now() - configuration.evaluation.settle
    start = parse_since(since, end) if since else end - default_reach(configuration)
    with progress("Replaying", quiet=quiet) as on_progress, _interruption() as interrupted:
        request = ReplayRequest(store, migrate, start, end, on_progress, interrupted.is_set)
        outcome = run_replay(configuration, request)
    for key, why in outcome.refused.items():
        words(f"{key.slo_id} cannot be counted: {why}")
    for key in sorted(outcome.unseen, key=lambda key: key.slo_id):
        words(f"{key.slo_id} has no samples: nothing matches the selector of its total. Check it in Prometheus.")
    left_out = {key.slo_id: count for key, count in outcome.left_out.items() if count}
    for slo_id, count in sorted(left_out.items()):
        do = "Raise its group_limit, or group it by labels with fewer values."
        words(f"{slo_id} leaves out {count} of its groups. {do}")
    counted = len(configuration.slos) - len(outcome.refused) - len(outcome.unseen)
    if output is OutputFormat.JSON:
        print_json(
            {
                "schema": "sloguard/replay/v1",
                "complete": outcome.complete,
                "counted": counted,
                "unseen": sorted(key.slo_id for key in outcome.unseen),
                "refused": {key.slo_id: why for key, why in outcome.refused.items()},
                "groups_left_out": left_out,
            }
        )
    elif outcome.complete:
        typer.echo(f"{counted} of {len(configuration.slos)} SLOs are counted since {instant(start)}.")
    if not outcome.complete:
        words("Interrupted. What was done is kept: run the same command to go on.")
        raise typer.Exit(130)
    if outcome.refused:
        raise typer.Exit(1)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Ctrl-C ends the replay after the chunk that is under way; a second one at once."""
    interrupted = threading.Event()

    def on_signal(*_: object) -> None:
        interrupted.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
