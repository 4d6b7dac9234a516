"""`sloguard demo`: everything at work on one machine, for the first look."""

from pathlib import Path
from typing import Annotated

import typer

from sloguard.cli.numbers import whole_number
from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption

OnceOption = Annotated[
    bool, typer.Option("--once", help="End after the resolve: exit 0 only if one page and its resolve arrived.")
]
DaysOption = Annotated[
    int,
    typer.Option(
        "--days", metavar="NUMBER", parser=whole_number("--days", 7, 30), help="Days of past Prometheus gets, 7 to 30."
    ),
]
DirectoryOption = Annotated[
    Path | None, typer.Option("--dir", help="Keep everything in this new directory instead of a temporary one.")
]


def _port(name: str, help_text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        name, metavar="NUMBER", parser=whole_number(name, 0, 65_535), help=help_text
    )
    return option


WorkloadPortOption = Annotated[int, _port("--workload-port", "0 is any free port.")]
PrometheusPortOption = Annotated[int, _port("--prometheus-port", "0 is any free port.")]
PortOption = Annotated[int, _port("--port", "The daemon's; 0 is any free port.")]


def demo(
    *,
    once: OnceOption = False,
    days: DaysOption = 7,
    directory: DirectoryOption = None,
    port: PortOption = 0,
    prometheus_port: PrometheusPortOption = 0,
    workload_port: WorkloadPortOption = 0,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Start a workload, Prometheus, the daemon and two receivers; break the service, and see one page and its resolve.

    About ten minutes; nothing leaves this machine. The configuration must be the reference workload's slo.yaml.
    """
    from sloguard.demo.run import run_demo
    from sloguard.demo.stage import DemoOptions

    options = DemoOptions(
        config=config,
        once=once,
        days=days,
        directory=directory,
        workload_port=workload_port,
        prometheus_port=prometheus_port,
        daemon_port=port,
    )
    raise typer.Exit(run_demo(options))
