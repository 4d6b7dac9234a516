"""What the daemon does now and then beside evaluating: one entry each, put together in the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from sloguard.clock import utc_now
from sloguard.errors import SloguardError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """A job of the daemon. Two runs of one chore never overlap; different chores may run side by side."""

    name: str
    interval: timedelta
    run: Callable[[datetime], None]
    """Is given the present instant. Raises SloguardError where it could not be done: the next run tries again."""
    delay: timedelta = timedelta(0)
    """How long after the start of the daemon it runs first."""

    def do(self) -> None:
        """Run it once; a fault is logged, and stays the chore's own."""
        try:
            self.run(utc_now())
        except SloguardError as error:
            _log.error("chore_failed", chore=self.name, error=str(error))
