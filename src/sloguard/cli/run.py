"""`sloguard run`: the daemon."""

import signal
import sys
import time
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

_LOOK_SECONDS = 0.1


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
    # No Event: a second signal while the first one sets it would wait for itself, and for ever.
    asked_to_stop: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: asked_to_stop.append(received))
    with running_daemon(configuration, StoreAddress(store, migrate), host, port) as server:
        if not quiet:
            count = len(configuration.slos)
            words(f"sloguard watches {count} SLO{'' if count == 1 else 's'} and serves {server.url}")
        while not asked_to_stop:
            time.sleep(_LOOK_SECONDS)
