"""`sloguard run`: the daemon."""

import signal
import sys
import threading
from typing import Annotated

import typer

from sloguard.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_STORE,
    ConfigOption,
    MigrateOption,
    PrometheusOption,
    QuietOption,
    StoreOption,
)


def run(
    *,
    config: ConfigOption = DEFAULT_CONFIG,
    store: StoreOption = DEFAULT_STORE,
    prometheus: PrometheusOption = None,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where pages, API and metrics are served.")
    ] = "127.0.0.1:9900",
    migrate: MigrateOption = False,
    quiet: QuietOption = False,
) -> None:
    """Evaluate, alert and serve until stopped."""
    from sloguard.app.daemon import StoreAddress, running_daemon
    from sloguard.cli.loading import load_or_exit
    from sloguard.cli.logs import configure_logs
    from sloguard.cli.output import words
    from sloguard.web import listen_address

    host, port = listen_address(listen)
    configuration = load_or_exit(config, warnings=not quiet).asking(prometheus)
    configure_logs(human=sys.stderr.isatty(), quiet=quiet)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with running_daemon(configuration, StoreAddress(store, migrate), host, port) as server:
        if not quiet:
            words(f"sloguard watches {len(configuration.slos)} SLOs and serves {server.url}")
        stop.wait()
