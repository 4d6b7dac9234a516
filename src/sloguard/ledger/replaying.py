"""Which SLOs' windows are not replayed yet, and what is shown of them meanwhile."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sloguard.evaluation.provisional import is_provisional, why_not
from sloguard.evaluation.windows import span
from sloguard.ledger.pieces import Counted
from sloguard.ledger.plan import group_key, ledger_key
from sloguard.model.composite import CompositeIndicator
from sloguard.model.provisional import ProvisionalCount
from sloguard.model.slo import Slo
from sloguard.model.status import Provisional
from sloguard.ports import LedgerKey, LedgerStore, ProvisionalStore

VALID_FOR = timedelta(hours=2)
"""By so much the window that was asked for may differ from the one that is shown."""


class Replaying:
    """Looks at the store until every window is replayed, and then no more: what is counted live keeps them so."""

    def __init__(self, ledger: LedgerStore, store: ProvisionalStore, slos: Iterable[Slo]) -> None:
        self._ledger = ledger
        self._store = store
        self._declared = {slo.declared_id: slo for slo in slos}
        self._keys = {slo_id: ledger_key(slo) for slo_id, slo in self._declared.items()}
        self._known: Mapping[LedgerKey, ProvisionalCount] = {}
        self._ratios: dict[str, float] = {}
        """By the declared ids of the SLOs whose windows are not replayed."""
        self._is_done = False

    def look(self, now: datetime) -> None:
        """Read how far replay has come, and what there is in the place of counts.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._is_done:
            return
        counted = Counted.of(self._ledger)
        ratios = {slo_id: self._replayed_ratio(slo, slo, counted, now) for slo_id, slo in self._declared.items()}
        self._ratios = {slo_id: ratio for slo_id, ratio in ratios.items() if is_provisional(ratio)}
        self._known = self._store.provisional() if self._ratios else {}
        self._is_done = not self._ratios

    @property
    def lacking(self) -> Mapping[str, float]:
        """How much is replayed (0..1) of each window that is not, by the declared ids of the SLOs."""
        return self._ratios

    def of(self, slo: Slo, at: datetime) -> Provisional | None:
        """What is shown of an SLO, or of a group; None if its window is replayed."""
        ratio = self._ratios.get(slo.declared_id)
        if ratio is None:
            return None
        key = self._keys[slo.declared_id]
        known = self._known.get(group_key(key, slo.group) if slo.group else key)
        if known is None or not _is_about(known, slo, at):
            return Provisional(ratio, None, why_not(slo))
        return Provisional(ratio, known.counts, known.why)

    def _replayed_ratio(self, slo: Slo, shown: Slo, counted: Counted, at: datetime) -> float:
        """How much of a window is replayed; of a composite that of the member that is furthest behind."""
        if isinstance(slo.indicator, CompositeIndicator):
            members = (self._declared[member.slo_id] for member in slo.indicator.members)
            return min(self._replayed_ratio(member, shown, counted, at) for member in members)
        start, end = span(shown.window, at).start_at.timestamp(), at.timestamp()
        return replayed_ratio(counted, self._keys[slo.declared_id], start, end)


def replayed_ratio(counted: Counted, key: LedgerKey, start: float, end: float) -> float:
    """For how much of the time between two instants (Unix seconds) Prometheus has been asked, 0..1.

    What comes after the last slice counts as asked for: live counting asks, though nothing may be seen any more.
    """
    whole = counted.whole(key)
    if end <= start or whole is None:
        return float(end <= start)
    lacking = ((start, whole[0]), *counted.holes.get(key, ()))
    missing = sum(max(0.0, min(end, high) - max(start, low)) for low, high in lacking)
    return max(0.0, 1.0 - missing / (end - start))


def _is_about(known: ProvisionalCount, slo: Slo, at: datetime) -> bool:
    """Whether it was asked for the window that is shown, or nearly so: a period may have begun since."""
    start_at = span(slo.window, at).start_at
    return abs(start_at - known.start_at) <= VALID_FOR and abs(at - known.asked_at) <= VALID_FOR
