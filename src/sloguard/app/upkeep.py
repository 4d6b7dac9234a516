"""What `sloguard compact` is put together from."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from sloguard.daemon.upkeep import Upkeep, UpkeepReport
from sloguard.model.settings import Configuration
from sloguard.store import open_store


def keep_small(
    configuration: Configuration, store_url: str, now: datetime, wait: Callable[[float], bool], *, shrink: bool
) -> UpkeepReport:
    """Roll up and delete what is due, and give the space back to the disk if `shrink` is set.

    Raises:
        StoreError: the store cannot be used. What was done is kept.
    """
    with ExitStack() as stack:
        store = open_store(store_url, create=False)
        stack.callback(store.close)
        report = Upkeep(configuration, store.ledger, store.upkeep, wait).run(now)
        if shrink and report.complete:
            store.upkeep.shrink()
        return report
