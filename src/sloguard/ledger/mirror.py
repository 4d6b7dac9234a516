"""Slices in memory as the ledger has them, and the verdicts on timeslices that follow from them."""

from collections.abc import Iterable, Iterator, Mapping

from sloguard.evaluation.adjustments import Adjustments
from sloguard.evaluation.history import History
from sloguard.evaluation.timeslices import Verdicts
from sloguard.model.measurement import SliceColumns
from sloguard.model.span import Span, hull
from sloguard.model.timeslices import Timeslices
from sloguard.ports import CountedRange, LedgerKey, LedgerReader

_NOTHING = SliceColumns.of(())


class Mirror:
    """One history per SLO: read as a whole once, then patched where something is written."""

    def __init__(self, store: LedgerReader) -> None:
        self._store = store
        self._histories: dict[LedgerKey, History] = {}
        self._verdicts: dict[LedgerKey, dict[Adjustments, Verdicts]] = {}
        """Of SLOs that are budgeted by timeslices; derived when they are looked at first."""

    def __iter__(self) -> Iterator[LedgerKey]:
        return iter(self._histories)

    def history(self, key: LedgerKey) -> History:
        return self._histories.get(key) or History()

    def judged(self, key: LedgerKey, timeslices: Timeslices, applying: Adjustments) -> History:
        """The verdicts on an SLO's timeslices under adjustments."""
        known = self._verdicts.setdefault(key, {})
        if applying not in known:
            known[applying] = Verdicts(self.history(key), timeslices, applying)
        return known[applying].history

    def forget_verdicts(self) -> None:
        self._verdicts.clear()

    def load(self, wanted: Mapping[LedgerKey, Span]) -> None:
        """Hold the slices that overlap these spans, and no others."""
        self._histories.clear()
        self._verdicts.clear()
        self.read(wanted)

    def read(self, wanted: Mapping[LedgerKey, Span]) -> None:
        """Hold of these keys what overlaps the spans. What could not be read any more is as it was."""
        gone = dict(wanted)
        for key, slices in self._store.columns(wanted):
            del gone[key]
            self._verdicts.pop(key, None)
            self._histories[key] = History.of_columns(slices)
        for key in gone:
            self._verdicts.pop(key, None)
            self._histories.pop(key, None)

    def take(self, counted: CountedRange) -> None:
        """Take over what is being written."""
        self._replace(counted.key, counted.start, counted.end, SliceColumns.of(counted.slices))

    def forget_before(self, key: LedgerKey, time: int) -> None:
        """Drop the slices that ended before a time (Unix seconds), or at it."""
        history = self.history(key)
        history.forget_before(time)
        for verdicts in self._verdicts.get(key, {}).values():
            verdicts.forget(history)

    def forget_from(self, time: int) -> None:
        """Drop the slices that begin at a time (Unix seconds) or later."""
        for key, history in self._histories.items():
            if history.last is not None and history.last > time:
                self._replace(key, time, history.last, _NOTHING)

    def patch(self, due: Mapping[LedgerKey, Iterable[Span]], limits: Mapping[LedgerKey, Span]) -> None:
        """Read spans anew: of the keys that have limits, and within these."""
        rest = {key: list(_within(limits[key], spans)) for key, spans in due.items() if key in limits}
        while wanted := {key: self.history(key).widened(*spans.pop()) for key, spans in rest.items() if spans}:
            without_slices = dict(wanted)
            torn = set()
            for key, slices in self._store.columns(wanted):
                if not self._put(key, without_slices.pop(key), slices):
                    torn.add(key)
            torn |= {key for key, span in without_slices.items() if not self._put(key, span, _NOTHING)}
            self.read({key: limits[key] for key in torn})

    def _put(self, key: LedgerKey, span: Span, slices: SliceColumns) -> bool:
        """Put what overlaps a span in the place of what was held of it; whether it fits in between the rest.

        It does not where what is held there was rolled up in other steps.
        """
        history = self.history(key)
        low, high = hull(span, slices.span) or span
        if any(history.bounds(bound) != (bound, bound) for bound in (low, high)):
            return False
        self._replace(key, low, high, slices)
        return True

    def _replace(self, key: LedgerKey, start: int, end: int, slices: SliceColumns) -> None:
        if key not in self._histories and not slices.start:
            return
        history = self._histories.setdefault(key, History())
        last = history.last
        history.replace(start, end, slices)
        for verdicts in self._verdicts.get(key, {}).values():
            if history.last == last:
                verdicts.follow(history, start, end)
            else:
                # The last slice tells which timeslices have ended.
                verdicts.follow(history, start if last is None else min(start, last))


def _within(limits: Span, spans: Iterable[Span]) -> Iterator[Span]:
    """In ascending order, so that the newest is read first."""
    clipped = ((max(start, limits[0]), min(end, limits[1])) for start, end in spans)
    return (span for span in clipped if span[0] < span[1])
