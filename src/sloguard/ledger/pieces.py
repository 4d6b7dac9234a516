"""What replay has to ask for: the time that is not counted yet, cut into range queries. Pure.

Recent time is replayed finely, because short windows look at it: slices for 6 hours, 5 minutes for 3 days, hours
before that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sloguard.ports import LedgerKey, LedgerMark

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
    """Time after what is counted is filled upwards, time before it downwards: what is counted stays contiguous."""
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


def missing_pieces(
    keys: Iterable[LedgerKey],
    marks: Mapping[LedgerKey, LedgerMark],
    replayed: Mapping[LedgerKey, tuple[int, int]],
    since: int,
    until: int,
    *,
    longest_steps: Mapping[LedgerKey, int] = MappingProxyType({}),
) -> list[Piece]:
    """What is not counted yet of an interval, the newest first, SLOs that lack the same together."""
    lacking: dict[tuple[int, int, bool, int | None], list[LedgerKey]] = {}
    for key in keys:
        for piece in _lacks(marks.get(key), replayed.get(key), since, until):
            lacking.setdefault((*piece, longest_steps.get(key)), []).append(key)
    pieces = [Piece(tuple(keys), *piece) for piece, keys in lacking.items()]
    return sorted(pieces, key=lambda piece: (-piece.end, piece.start))


def _lacks(
    mark: LedgerMark | None, replayed: tuple[int, int] | None, since: int, until: int
) -> list[tuple[int, int, bool]]:
    starts = [replayed[0]] if replayed else [mark.first] if mark else []
    ends = ([replayed[1]] if replayed else []) + ([mark.watermark] if mark else [])
    if not ends:
        return [(since, until, False)] if since < until else []
    after = (max(*ends, since), until, True)
    before = (since, min(starts[0], until), False)
    return [piece for piece in (after, before) if piece[0] < piece[1]]
