"""A ledger in memory, to read from."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sloguard.ledger.plan import ledger_key
from sloguard.model.adjustment import Adjustment
from sloguard.model.measurement import Slice, SliceColumns
from sloguard.model.slo import Slo
from sloguard.model.span import Span
from sloguard.ports import LedgerKey, LedgerMark


@dataclass
class MemoryLedger:
    """Implements the LedgerReader port."""

    kept: dict[LedgerKey, list[Slice]] = field(default_factory=dict)
    asked: dict[LedgerKey, tuple[int, int]] = field(default_factory=dict)

    adjusted: list[Adjustment] = field(default_factory=list)

    def put(self, slo: Slo, slices: Sequence[Slice]) -> None:
        self.kept[ledger_key(slo)] = list(slices)

    def until(self, at: int) -> "MemoryLedger":
        """What it would be if nothing had been counted after an instant."""
        cut = {key: [piece for piece in slices if piece.end <= at] for key, slices in self.kept.items()}
        asked = {key: (start, min(end, at)) for key, (start, end) in self.asked.items() if start < at}
        return MemoryLedger({key: slices for key, slices in cut.items() if slices}, asked)

    def marks(self) -> Mapping[LedgerKey, LedgerMark]:
        return {key: LedgerMark(slices[0].start, slices[-1].end) for key, slices in self.kept.items() if slices}

    def slices(self, key: LedgerKey, start: int, end: int) -> Sequence[Slice]:
        slices = self.kept.get(key, [])
        found: list[Slice] = []
        for piece in slices[bisect_right(slices, start, key=attrgetter("end")) :]:
            if piece.start >= end:
                break
            found.append(piece)
        return found

    def replayed(self) -> Mapping[LedgerKey, tuple[int, int]]:
        return self.asked

    def holes(self) -> Mapping[LedgerKey, Sequence[Span]]:
        return {}

    def columns(self, wanted: Mapping[LedgerKey, tuple[int, int]]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        for key, (start, end) in wanted.items():
            if found := self.slices(key, start, end):
                yield key, SliceColumns.of(found)

    def adjustments(self) -> Sequence[Adjustment]:
        return self.adjusted
