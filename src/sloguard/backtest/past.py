"""The ledger as it was at an instant, and what it came to know after that. Nothing here shows the future.

A slice is known from its end on. The events of a gap are known when the gap is over: the ledger has spread them over
slices that nobody had when these ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sloguard.model.adjustment import Adjustment
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.model.span import Span
from sloguard.ports import LedgerKey, LedgerMark, LedgerReader

_DAY = 86_400
_LONGEST_GAP = 2 * _DAY
"""Longer than what the ledger bridges."""


def known(slices: Iterable[Slice]) -> Iterator[tuple[int, Slice]]:
    """Each slice with the instant from which it was known (Unix seconds); both ascend."""
    gap: list[Slice] = []
    for piece in slices:
        if gap and not (piece.bridged and piece.start == gap[-1].end):
            yield from ((gap[-1].end, each) for each in gap)
            gap.clear()
        if piece.bridged:
            gap.append(piece)
        else:
            yield piece.end, piece
    yield from ((gap[-1].end, each) for each in gap)


@dataclass(frozen=True, slots=True)
class PastLedger:
    """The ledger as it was at an instant."""

    ledger: LedgerReader
    marks_now: Mapping[LedgerKey, LedgerMark]
    replayed_now: Mapping[LedgerKey, tuple[int, int]]
    at: int
    """Unix seconds."""

    def marks(self) -> Mapping[LedgerKey, LedgerMark]:
        return {
            key: LedgerMark(mark.first, min(mark.watermark, self.at))
            for key, mark in self.marks_now.items()
            if mark.first < self.at
        }

    def replayed(self) -> Mapping[LedgerKey, tuple[int, int]]:
        return {key: (start, min(end, self.at)) for key, (start, end) in self.replayed_now.items() if start <= self.at}

    def holes(self) -> Mapping[LedgerKey, Sequence[Span]]:
        """Nobody asks: what is past has been asked for."""
        return {}

    def slices(self, key: LedgerKey, start: int, end: int) -> Sequence[Slice]:
        later = min(end, self.at) + _LONGEST_GAP
        found = known(self.ledger.slices(key, start, later))
        return [piece for known_at, piece in found if known_at <= self.at and piece.start < end]

    def columns(self, wanted: Mapping[LedgerKey, tuple[int, int]]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        for key, (start, end) in wanted.items():
            found = self.slices(key, start, end)
            if found:
                yield key, SliceColumns.of(found)

    def adjustments(self) -> Sequence[Adjustment]:
        """Those of today: what was excluded afterwards is nothing that a policy should be measured by."""
        return self.ledger.adjustments()


class Feed:
    """What the ledger came to know of one series of counts, in order."""

    __slots__ = ("_coming", "_next", "longest")

    def __init__(self, ledger: LedgerReader, key: LedgerKey, since: int, until: int) -> None:
        """From an instant on (Unix seconds), without what was known then."""
        self._coming = (each for each in known(_slices(ledger, key, since - _LONGEST_GAP, until)) if each[0] > since)
        self._next = next(self._coming, None)
        self.longest = 0
        """Seconds: the longest of the slices that were taken last."""

    def take(self, at: int) -> list[Slice]:
        """What has become known up to an instant."""
        taken: list[Slice] = []
        while self._next is not None and self._next[0] <= at:
            taken.append(self._next[1])
            self._next = next(self._coming, None)
        if taken:
            self.longest = max(piece.seconds for piece in taken)
        return taken

    def within(self, at: int) -> int | None:
        """The end of the slice in the middle of which an instant lies: of what was counted so coarsely nothing is known
        before it. None at any other instant.
        """
        if self._next is None:
            return None
        known_at, piece = self._next
        return known_at if piece.start < at < known_at and not piece.bridged else None


def _slices(ledger: LedgerReader, key: LedgerKey, start: int, until: int) -> Iterator[Slice]:
    """Day by day, so that a year does not lie in memory."""
    last = start
    for begin in range(start, until, _DAY):
        for piece in ledger.slices(key, begin, min(begin + _DAY, until)):
            if piece.start >= last and piece.end <= until:
                last = piece.end
                yield piece
