"""What replay has to ask for: the time that is not counted yet, cut into range queries. Pure.

Recent time is replayed finely, because short windows look at it: slices for 6 hours, 5 minutes for 3 days, hours
before that.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from sloguard.model.span import Span, hull
from sloguard.ports import LedgerKey, LedgerMark, LedgerReader

HOUR_SECONDS = 3_600
_DAY = 86_400
_FIVE_MINUTES = 300
_FINE_SECONDS = 6 * HOUR_SECONDS
_MEDIUM_SECONDS = 3 * _DAY


@dataclass(frozen=True, slots=True)
class Chunk:
    """One range query: steps of equal length between two instants (Unix seconds)."""

    start: int
    end: int
    step: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Time that is not counted yet, for the SLOs that lack it."""

    keys: tuple[LedgerKey, ...]
    start: int
    end: int
    ascending: bool
    """Time right after what was asked for is filled upwards: a gap in the samples may reach across its beginning.
    All other time is filled downwards, so that the newest is known first.
    """
    longest_step: int | None = None
    """Seconds: these SLOs must be known as finely as this, however old the time is."""


def chunks(start: int, end: int, newest: int, slice_seconds: int, longest_step: int | None = None) -> list[Chunk]:
    """Cut an interval into range queries, ascending. Its bounds are multiples of the slice length.

    How fine a chunk is depends on its age before `newest`. If there is a longest step, which divides an hour, it is
    a whole number of the chunk's steps.
    """
    coarse = _fitting(HOUR_SECONDS, longest_step, slice_seconds)
    medium = _fitting(max(slice_seconds, _FIVE_MINUTES), longest_step, slice_seconds)
    fine_from = (newest - _FINE_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
    medium_from = (newest - _MEDIUM_SECONDS) // HOUR_SECONDS * HOUR_SECONDS
    last_hour = end // HOUR_SECONDS * HOUR_SECONDS
    result: list[Chunk] = []
    at = start
    while at < end:
        if at % HOUR_SECONDS or at == last_hour:
            chunk = Chunk(at, min(end, at - at % HOUR_SECONDS + HOUR_SECONDS), slice_seconds)
        elif at >= fine_from:
            chunk = Chunk(at, min(end, at + _FINE_SECONDS), slice_seconds)
        elif at >= medium_from:
            chunk = Chunk(at, min(fine_from, last_hour, at + _FINE_SECONDS), medium)
        else:
            chunk = Chunk(at, min(medium_from, last_hour, at + _DAY), coarse)
        result.append(chunk)
        at = chunk.end
    return result


def _fitting(usual: int, longest_step: int | None, slice_seconds: int) -> int:
    """The usual step, or one of which the longest is a whole number."""
    if longest_step is None or longest_step % usual == 0:
        return usual
    return longest_step if usual % longest_step == 0 else slice_seconds


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger knows of how far its SLOs are counted."""

    marks: Mapping[LedgerKey, LedgerMark] = field(default_factory=dict)
    replayed: Mapping[LedgerKey, Span] = field(default_factory=dict)
    holes: Mapping[LedgerKey, Sequence[Span]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: LedgerReader) -> Self:
        return cls(store.marks(), store.replayed(), store.holes())

    def whole(self, key: LedgerKey) -> Span | None:
        """From the first to the last instant for which was asked; there may be holes in it."""
        mark = self.marks.get(key)
        return hull((mark.first, mark.watermark) if mark else None, self.replayed.get(key))

    def skipped(self, keys: Iterable[LedgerKey], start: int) -> Mapping[LedgerKey, Span]:
        """What becomes a hole if SLOs go on to be counted at an instant."""
        wholes = {key: whole for key in keys if (whole := self.whole(key)) is not None}
        return {key: (end, start) for key, (_, end) in wholes.items() if end < start}

    def ahead(self, keys: Iterable[LedgerKey], now: int) -> Mapping[LedgerKey, Span]:
        """What was asked for of the time after an instant (Unix seconds)."""
        wholes = {key: whole for key in keys if (whole := self.whole(key)) is not None}
        return {key: (now, end) for key, (_, end) in wholes.items() if end > now}


def missing_pieces(
    keys: Iterable[LedgerKey],
    counted: Counted,
    since: int,
    until: int,
    *,
    longest_steps: Mapping[LedgerKey, int] = MappingProxyType({}),
) -> list[Piece]:
    """What is not counted yet of an interval, the newest first, SLOs that lack the same together."""
    lacking: dict[tuple[int, int, bool, int | None], list[LedgerKey]] = {}
    for key in keys:
        for piece in _lacks(counted.whole(key), counted.holes.get(key, ()), since, until):
            lacking.setdefault((*piece, longest_steps.get(key)), []).append(key)
    pieces = [Piece(tuple(keys), *piece) for piece, keys in lacking.items()]
    return sorted(pieces, key=lambda piece: (-piece.end, piece.start))


def _lacks(whole: Span | None, holes: Sequence[Span], since: int, until: int) -> list[tuple[int, int, bool]]:
    if whole is None:
        return [(since, until, False)] if since < until else []
    start, end = whole
    after = (max(end, since), until, since <= end)
    within = [(max(low, since), min(high, until), since <= low) for low, high in holes]
    before = (since, min(start, until), False)
    return [piece for piece in (after, *reversed(within), before) if piece[0] < piece[1]]
