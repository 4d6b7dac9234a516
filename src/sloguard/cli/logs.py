"""How the log reads: for people on a terminal, JSON elsewhere. Always on stderr, for stdout is the result's."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def configure_logs(*, human: bool, quiet: bool) -> None:
    """For the daemon: from now on, and for all of the process."""
    import structlog

    renderer = structlog.dev.ConsoleRenderer() if human else structlog.processors.JSONRenderer()
    processors = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([] if human else [structlog.processors.format_exc_info]),
        renderer,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries speak up only when something is wrong; a busy scheduler skips a run, which is what it should do.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


@contextmanager
def warnings_alone() -> Iterator[None]:
    """For a command that uses parts of the daemon: what they would log, the command says itself."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)
