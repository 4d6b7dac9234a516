"""Filling the ledger from Prometheus' own past by range queries: resumable, in chunks, newest first.

Recent time is replayed finely, because short windows look at it: slices for 6 hours, 5 minutes for 3 days, hours
before that.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sloguard.ledger.batches import tagged_query
from sloguard.ledger.plan import CountingPlan, Increase, increase_of
from sloguard.ledger.slices import Step, counted_range
from sloguard.model.series import Series
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerStore, MetricsSource
from sloguard.promql.counting import TAG, Term, gauges_query, replay_query

_HOUR = 3_600
_DAY = 86_400
_FIVE_MINUTES = 300
_FINE_SECONDS = 6 * _HOUR
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


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """Chunks done so far, and in all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    complete: bool
    """False if it was stopped; what was done is kept."""
    refused: Mapping[LedgerKey, str]
    """SLOs that Prometheus refuses to count, with its reason."""
    unseen: frozenset[LedgerKey] = frozenset()
    """SLOs of which the ledger has not a single sample."""


def chunks(start: int, end: int, newest: int, slice_seconds: int) -> list[Chunk]:
    """Cut an interval into range queries, ascending. Its bounds are multiples of the slice length.

    How fine a chunk is depends on its age before `newest`.
    """
    medium = max(slice_seconds, _FIVE_MINUTES)
    fine_from = (newest - _FINE_SECONDS) // _HOUR * _HOUR
    medium_from = (newest - _MEDIUM_SECONDS) // _HOUR * _HOUR
    last_hour = end // _HOUR * _HOUR
    result: list[Chunk] = []
    at = start
    while at < end:
        if at % _HOUR or at == last_hour:
            chunk = Chunk(at, min(end, at - at % _HOUR + _HOUR), slice_seconds)
        elif at >= fine_from:
            chunk = Chunk(at, min(end, at + _FINE_SECONDS), slice_seconds)
        elif at >= medium_from:
            chunk = Chunk(at, min(fine_from, last_hour, at + _FINE_SECONDS), medium)
        else:
            chunk = Chunk(at, min(medium_from, last_hour, at + _DAY), _HOUR)
        result.append(chunk)
        at = chunk.end
    return result


def missing_pieces(
    keys: Iterable[LedgerKey],
    marks: Mapping[LedgerKey, LedgerMark],
    replayed: Mapping[LedgerKey, tuple[int, int]],
    since: int,
    until: int,
) -> list[Piece]:
    """What is not counted yet of an interval, the newest first, SLOs that lack the same together."""
    lacking: dict[tuple[int, int, bool], list[LedgerKey]] = {}
    for key in keys:
        for piece in _lacks(marks.get(key), replayed.get(key), since, until):
            lacking.setdefault(piece, []).append(key)
    pieces = [Piece(tuple(keys), start, end, ascending) for (start, end, ascending), keys in lacking.items()]
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


class Replay:
    """Counts missing pieces, chunk by chunk; each chunk is committed with the note that it is done."""

    def __init__(self, source: MetricsSource, store: LedgerStore, slice_length: timedelta) -> None:
        self._source = source
        self._store = store
        self._slice_seconds = round(slice_length.total_seconds())

    def run(
        self,
        plan: CountingPlan,
        since: datetime,
        until: datetime,
        *,
        on_progress: Callable[[ReplayProgress], None] = lambda _: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> ReplayOutcome:
        """Count what the ledger lacks between two instants.

        Raises:
            PrometheusError: an answer did not come, retries included. What was done is kept.
            StoreError: the store could not be written.
        """
        since_unix = int(since.timestamp()) // _HOUR * _HOUR
        until_unix = int(until.timestamp()) // self._slice_seconds * self._slice_seconds
        pieces = missing_pieces(plan.keys, self._store.marks(), self._store.replayed(), since_unix, until_unix)
        work = [(piece, chunk) for piece in pieces for chunk in self._ordered_chunks(piece, until_unix)]
        refused: dict[LedgerKey, str] = {}
        returned: dict[LedgerKey, Step] = {}
        on_progress(ReplayProgress(0, len(work)))
        for done, (piece, chunk) in enumerate(work):
            if stopped():
                return ReplayOutcome(complete=False, refused=refused)
            self._replay(plan.only(piece.keys), piece, chunk, _Notes(refused, returned))
            on_progress(ReplayProgress(done + 1, len(work)))
        return ReplayOutcome(True, refused, frozenset(plan.keys) - refused.keys() - self._store.marks().keys())

    def _ordered_chunks(self, piece: Piece, newest: int) -> Sequence[Chunk]:
        ascending = chunks(piece.start, piece.end, newest, self._slice_seconds)
        return ascending if piece.ascending else ascending[::-1]

    def _replay(self, plan: CountingPlan, piece: Piece, chunk: Chunk, notes: "_Notes") -> None:
        steps = self._counter_steps(plan, chunk, notes.refused) | self._gauge_steps(plan, chunk, notes.refused)
        marks = self._store.marks() if piece.ascending else {}
        ranges: list[CountedRange] = []
        for key in plan.keys:
            known = steps.get(key, [])
            if not piece.ascending:
                known = notes.with_return(key, chunk, known)
            ranges.append(
                counted_range(
                    key,
                    (chunk.start, max([chunk.end, *(step.end for step in known)])),
                    known,
                    last_seen=marks[key].watermark if key in marks else None,
                    slice_seconds=self._slice_seconds,
                )
            )
        replayed = self._store.replayed()
        self._store.write_replayed(ranges, {key: _extended(replayed.get(key), chunk, piece) for key in plan.keys})

    def _counter_steps(
        self, plan: CountingPlan, chunk: Chunk, refused: dict[LedgerKey, str]
    ) -> dict[LedgerKey, list[Step]]:
        terms = {str(index): term for index, term in enumerate(plan.terms)}
        refused_tags: dict[str, str] = {}
        rows = tagged_query(
            terms,
            lambda part: replay_query(part, timedelta(seconds=chunk.step)),
            lambda text: self._ask(text, chunk, chunk.step),
            refused_tags,
        )
        by_time: dict[int, dict[Term, float]] = {}
        for row in rows:
            for at, value in row.points:
                by_time.setdefault(round(at), {})[terms[row.labels[TAG]]] = value
        refused_terms = {terms[tag]: reason for tag, reason in refused_tags.items()}
        steps: dict[LedgerKey, list[Step]] = {}
        for counter in plan.counters:
            reasons = [refused_terms[term] for term in (*counter.measured, *counter.total) if term in refused_terms]
            if reasons:
                refused[counter.key] = reasons[0]
                continue
            for at in sorted(by_time):
                if (increase := increase_of(counter, by_time[at])) is not None:
                    steps.setdefault(counter.key, []).append(Step(at - chunk.step, at, increase))
        return steps

    def _gauge_steps(
        self, plan: CountingPlan, chunk: Chunk, refused: dict[LedgerKey, str]
    ) -> dict[LedgerKey, list[Step]]:
        gauges = {str(index): gauge for index, gauge in enumerate(plan.gauges)}
        refused_tags: dict[str, str] = {}
        rows = tagged_query(
            {tag: gauge.expression for tag, gauge in gauges.items()},
            gauges_query,
            lambda text: self._ask(text, chunk, self._slice_seconds),
            refused_tags,
        )
        refused.update({gauges[tag].key: reason for tag, reason in refused_tags.items()})
        return {gauges[row.labels[TAG]].key: _folded(row.points, chunk.step, self._slice_seconds) for row in rows}

    def _ask(self, text: str, chunk: Chunk, step: int) -> Sequence[Series]:
        first = datetime.fromtimestamp(chunk.start + step, UTC)
        last = datetime.fromtimestamp(chunk.end, UTC)
        return self._source.query_range(text, first, last, timedelta(seconds=step))


@dataclass(frozen=True, slots=True)
class _Notes:
    """What a run carries from chunk to chunk."""

    refused: dict[LedgerKey, str]
    returned: dict[LedgerKey, Step]
    """Going downwards, a step that ends a gap comes before the gap's beginning is known: it is kept until then."""

    def with_return(self, key: LedgerKey, chunk: Chunk, steps: list[Step]) -> list[Step]:
        """The chunk's steps, and the step that ended the gap in which the chunk ends, if there is one."""
        returned = self.returned.pop(key, None)
        if steps and steps[0].start > chunk.start:
            self.returned[key] = steps[0]
        if returned is None:
            return steps
        if not steps:
            self.returned[key] = returned
            return steps
        return [*steps, returned]


def _folded(points: Iterable[tuple[float, float]], step: int, slice_seconds: int) -> list[Step]:
    """Slices' verdicts (1 is bad), one event each, summed up into steps."""
    verdicts: dict[int, list[float]] = {}
    for at, bad in points:
        verdicts.setdefault((round(at) - slice_seconds) // step * step, []).append(bad)
    return [
        Step(start, start + step, Increase(bad=sum(bads), total=float(len(bads))))
        for start, bads in sorted(verdicts.items())
    ]


def _extended(replayed: tuple[int, int] | None, chunk: Chunk, piece: Piece) -> tuple[int, int]:
    if piece.ascending:
        return (replayed[0] if replayed else chunk.start, chunk.end)
    return (chunk.start, replayed[1] if replayed else piece.end)
