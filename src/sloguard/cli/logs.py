"""How the daemon's log reads: for people on a terminal, JSON elsewhere. Always on stderr."""

import logging
import sys

import structlog


def configure_logs(*, human: bool, quiet: bool) -> None:
    level = logging.WARNING if quiet else logging.INFO
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
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries speak up only when something is wrong; a busy scheduler skips a run, which is what it should do.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
