"""`sloguard demo`: everything at work on one machine, for the first look."""

from pathlib import Path
from typing import Annotated

import typer

from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption

OnceOption = Annotated[
    bool, typer.Option("--once", help="End after the resolve: exit 0 only if one page and its resolve arrived.")
]
DaysOption = Annotated[int, typer.Option("--days", min=7, max=30, help="How many days of past Prometheus gets.")]
DirectoryOption = Annotated[
    Path | None, typer.Option("--dir", help="Keep everything in this new directory instead of a temporary one.")
]
WorkloadPortOption = Annotated[int, typer.Option("--workload-port", min=0, max=65535, help="0 is any free port.")]
PrometheusPortOption = Annotated[int, typer.Option("--prometheus-port", min=0, max=65535, help="0 is any free port.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="The daemon's; 0 is any free port.")]


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
