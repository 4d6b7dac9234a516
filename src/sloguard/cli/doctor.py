"""`sloguard doctor`: a pre-flight of everything around."""

import os
from typing import TYPE_CHECKING

import typer

from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    FormatOption,
    OutputFormat,
    PrometheusOption,
    QuietOption,
    StoreOption,
)
from sloguard.cli.output import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sloguard.doctor.check import Check

EXIT_PROBLEM = 1
_MARKS = {"ok": "✓", "warning": "!", "problem": "✗", "skipped": "-"}
_COLOURS = {
    "ok": typer.colors.GREEN,
    "warning": typer.colors.YELLOW,
    "problem": typer.colors.RED,
    "skipped": typer.colors.BRIGHT_BLACK,
}


def doctor(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    prometheus: PrometheusOption = None,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Check the surroundings: file, environment, store, receivers, Prometheus, rules. Exits 1 if there is a problem.

    Nothing is changed, and nobody is sent anything. With --quiet only warnings and problems are shown.
    """
    from sloguard.clock import utc_now
    from sloguard.config import load
    from sloguard.doctor.check import State
    from sloguard.doctor.examine import Surroundings, examine

    loaded = load(config, os.environ)
    done: list[Check] = []
    for check in examine(Surroundings(loaded, os.environ, store, prometheus, utc_now)):
        done.append(check)
        if output is OutputFormat.TABLE and not (quiet and check.state in {State.OK, State.SKIPPED}):
            _print(check)
    failed = any(check.state is State.PROBLEM for check in done)
    if output is OutputFormat.JSON:
        print_json(_document(done, healthy=not failed))
    if failed:
        raise typer.Exit(EXIT_PROBLEM)


def _print(check: "Check") -> None:
    state = check.state.value
    colour = False if "NO_COLOR" in os.environ else None
    mark = typer.style(f"{_MARKS[state]} {state:<8}", fg=_COLOURS[state])
    typer.echo(f"{mark} {check.name}: {check.detail}", color=colour)
    if check.remedy:
        typer.echo(f"{'':<11}{check.remedy}", color=colour)


def _document(checks: "Sequence[Check]", *, healthy: bool) -> dict[str, object]:
    return {
        "schema": "sloguard/doctor/v1",
        "healthy": healthy,
        "checks": [
            {"name": each.name, "state": each.state.value, "detail": each.detail, "remedy": each.remedy or None}
            for each in checks
        ],
    }
