"""The ledger in memory: one history of running sums per SLO, read once and kept up with what is written."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sloguard.evaluation.history import History
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.windows import longest
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.model.slo import Slo
from sloguard.ports import CountedRange, LedgerKey, LedgerStore

_MARGIN = timedelta(days=1)
"""Read a little more than the window, so that its start moves on without reading again."""


class Histories:
    def __init__(self, store: LedgerStore, slice_length: timedelta) -> None:
        self._store = store
        self._slice_length = slice_length
        self._histories: dict[LedgerKey, History] = {}
        self._counted_from: dict[LedgerKey, int] = {}

    def load(self, slos: Iterable[Slo], until: datetime) -> None:
        """Read what the windows that end at `until` need. Later slices are left out."""
        self._counted_from = _counted_from(self._store)
        end = int(until.timestamp())
        for slo in slos:
            key = ledger_key(slo)
            start = int((until - longest(slo.window) - _MARGIN).timestamp())
            self._histories[key] = History.of(self._store.slices(key, start, end))

    def apply(self, ranges: Iterable[CountedRange]) -> None:
        """Take over what has been written at the end of the histories."""
        for counted in ranges:
            self._histories.setdefault(counted.key, History()).replace_from(counted.start, counted.slices)
            self._counted_from.setdefault(counted.key, counted.start)

    def observed(self, slo: Slo, tail: Mapping[LedgerKey, Slice], at: datetime) -> Observed:
        key = ledger_key(slo)
        history = self._histories.get(key) or History()
        return Observed(history, tail.get(key), at, self._slice_length, self._counted_from.get(key))


def _counted_from(store: LedgerStore) -> dict[LedgerKey, int]:
    starts = {key: mark.first for key, mark in store.marks().items()}
    return starts | {key: start for key, (start, _) in store.replayed().items()}
