"""Filling the ledger from Prometheus' own past by range queries: resumable, in chunks, newest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.errors import UnwatchedError
from sloguard.ledger.chunk_counting import ChunkCount, ChunkCounter
from sloguard.ledger.groups import Places
from sloguard.ledger.pieces import HOUR_SECONDS, Chunk, Piece, chunks, missing_pieces
from sloguard.ledger.plan import CountingPlan
from sloguard.ledger.slices import Step, counted_range
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerStore, MetricsSource, Proof
from sloguard.promql.counting import watched_query

_SCRAPE_INTERVAL = PrometheusSettings().scrape_interval


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
    left_out: Mapping[LedgerKey, int] = field(default_factory=dict)
    """How many groups had no place, by the key of their template: the most there were in one chunk."""


class Replay:
    """Counts missing pieces, chunk by chunk; each chunk is committed with the note that it is done."""

    def __init__(
        self,
        source: MetricsSource,
        store: LedgerStore,
        slice_length: timedelta,
        scrape_interval: timedelta = _SCRAPE_INTERVAL,
    ) -> None:
        self._source = source
        self._slice_length = slice_length
        self._scrape_interval = scrape_interval
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
        since_unix = int(since.timestamp()) // HOUR_SECONDS * HOUR_SECONDS
        until_unix = int(until.timestamp()) // self._slice_seconds * self._slice_seconds
        pieces = missing_pieces(
            plan.keys,
            self._store.marks(),
            self._store.replayed(),
            since_unix,
            until_unix,
            longest_steps=plan.longest_steps,
        )
        work = [(piece, chunk) for piece in pieces for chunk in self._ordered_chunks(piece, until_unix)]
        notes = _Notes()
        on_progress(ReplayProgress(0, len(work)))
        for done, (piece, chunk) in enumerate(work):
            if stopped():
                return ReplayOutcome(complete=False, refused=notes.refused, left_out=notes.left_out)
            self._replay(plan.only(piece.keys), piece, chunk, notes)
            on_progress(ReplayProgress(done + 1, len(work)))
        unseen = frozenset(plan.keys) - notes.refused.keys() - self._store.marks().keys()
        return ReplayOutcome(True, notes.refused, unseen, notes.left_out)

    def _ordered_chunks(self, piece: Piece, newest: int) -> Sequence[Chunk]:
        ascending = chunks(piece.start, piece.end, newest, self._slice_seconds, piece.longest_step)
        return ascending if piece.ascending else ascending[::-1]

    def _replay(self, plan: CountingPlan, piece: Piece, chunk: Chunk, notes: "_Notes") -> None:
        count = self._counted(plan, piece, chunk)
        notes.refused.update(count.refused)
        marks = self._store.marks() if piece.ascending or count.groups else {}
        places = Places(plan, marks, chunk.end)
        grouped_steps = places.admitted(count.groups)
        notes.note_left_out(places.left_out)
        ranges: list[CountedRange] = []
        sampled = plan.sampled
        for key in (*plan.keys, *grouped_steps):
            known = count.steps.get(key, ()) if key not in grouped_steps else grouped_steps[key]
            if key in grouped_steps and not known:
                continue
            if not piece.ascending and key not in sampled:
                known = notes.with_return(key, chunk, known)
            # A group has not been seen longer than it was: its mark tells when it is gone.
            end = chunk.end if key not in grouped_steps else known[-1].end
            ranges.append(
                counted_range(
                    key,
                    (chunk.start, max([end, *(step.end for step in known)])),
                    known,
                    last_seen=notes.last_seen(piece, key, known, marks.get(key)) if piece.ascending else None,
                    slice_seconds=self._slice_seconds,
                    bridging=key not in sampled,
                )
            )
        replayed = self._store.replayed()
        self._store.write_replayed(ranges, {key: _extended(replayed.get(key), chunk, piece) for key in plan.keys})

    def _counted(self, plan: CountingPlan, piece: Piece, chunk: Chunk) -> ChunkCount:
        """What one replica knows of the chunk: one that saw its beginning if there is one, where counting goes on."""

        def work(replica: MetricsSource) -> ChunkCount:
            return ChunkCounter(replica, self._slice_length, self._scrape_interval).count(plan, chunk)

        proof = Proof(watched_query(plan.terms, self._scrape_interval), datetime.fromtimestamp(chunk.start, UTC))
        try:
            return self._source.on_one_replica(work, proof if piece.ascending else None)
        except UnwatchedError:
            return self._source.on_one_replica(work)


@dataclass(frozen=True, slots=True)
class _Notes:
    """What a run carries from chunk to chunk."""

    refused: dict[LedgerKey, str] = field(default_factory=dict)
    returned: dict[LedgerKey, Step] = field(default_factory=dict)
    """Going downwards, a step that ends a gap comes before the gap's beginning is known: it is kept until then."""
    left_out: dict[LedgerKey, int] = field(default_factory=dict)
    seen: dict[tuple[Piece, LedgerKey], int] = field(default_factory=dict)
    """Going upwards: the end of the last step, by piece and SLO."""

    def last_seen(self, piece: Piece, key: LedgerKey, steps: Sequence[Step], mark: LedgerMark | None) -> int | None:
        """Where the SLO was seen last before these steps.

        Only the mark from before the piece counts: another thread that counts the same hole moves it meanwhile.
        """
        before = self.seen.get((piece, key), min(mark.watermark, piece.start) if mark else None)
        after = steps[-1].end if steps else before
        if after is not None:
            self.seen[piece, key] = after
        return before

    def note_left_out(self, counts: Mapping[LedgerKey, int]) -> None:
        for key, count in counts.items():
            self.left_out[key] = max(count, self.left_out.get(key, 0))

    def with_return(self, key: LedgerKey, chunk: Chunk, steps: Sequence[Step]) -> Sequence[Step]:
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


def _extended(replayed: tuple[int, int] | None, chunk: Chunk, piece: Piece) -> tuple[int, int]:
    if piece.ascending:
        return (replayed[0] if replayed else chunk.start, chunk.end)
    return (chunk.start, replayed[1] if replayed else piece.end)
