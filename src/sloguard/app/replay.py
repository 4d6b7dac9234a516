"""What `sloguard replay` is put together from."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.evaluation.tiers import STANDARD_WINDOW
from sloguard.evaluation.windows import longest_of
from sloguard.ledger.asking_ahead import Load
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay, ReplayOutcome, ReplayProgress
from sloguard.model.settings import Configuration
from sloguard.prometheus import PrometheusReplicas
from sloguard.store import open_store


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What `sloguard replay` was asked for."""

    store_url: str
    migrate: bool
    since: datetime
    until: datetime
    on_progress: Callable[[ReplayProgress], None]
    stopped: Callable[[], bool]
    load: Load
    longest_step: timedelta | None = None
    """How finely old time must be counted, too; it divides an hour, and is a whole number of slices."""


def default_reach(configuration: Configuration) -> timedelta:
    """How much of the past is replayed unless asked otherwise: what the longest window needs, at least 30 days."""
    return max(STANDARD_WINDOW, longest_of(slo.window for slo in configuration.slos))


def replay(configuration: Configuration, request: ReplayRequest) -> ReplayOutcome:
    """Fill the ledger from Prometheus' past.

    Raises:
        SloguardError: Prometheus or the store cannot be used. What was done is kept.
    """
    with ExitStack() as stack:
        store = open_store(request.store_url, migrate=request.migrate)
        stack.callback(store.close)
        client = stack.enter_context(PrometheusReplicas(configuration.prometheus))
        return Replay(
            client,
            store.ledger,
            configuration.evaluation.slice,
            configuration.prometheus.scrape_interval,
            request.load,
        ).run(
            counting_plan(configuration.slos).no_coarser_than(request.longest_step),
            request.since,
            request.until,
            on_progress=request.on_progress,
            stopped=request.stopped,
        )
