"""Filling the ledger from Prometheus' own past by range queries: resumable, in chunks, newest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.errors import UnwatchedError
from sloguard.ledger.asking_ahead import Load, ask_ahead
from sloguard.ledger.chunk_counting import ChunkCount, ChunkCounter
from sloguard.ledger.groups import Places
from sloguard.ledger.pieces import HOUR_SECONDS, Chunk, Counted, Piece, chunks, missing_pieces
from sloguard.ledger.plan import CountingPlan
from sloguard.ledger.portions import Portion, Portions
from sloguard.ledger.slices import Step, counted_range
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerStore, MetricsSource, Proof
from sloguard.promql.counting import watched_query

_SCRAPE_INTERVAL = PrometheusSettings().scrape_interval
_GENTLE = Load()


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


@dataclass(frozen=True, slots=True)
class _Work:
    portion: Portion
    piece: Piece
    chunk: Chunk


class Replay:
    """Counts missing pieces, chunk by chunk; each chunk is committed with the note that it is done."""

    def __init__(
        self,
        source: MetricsSource,
        store: LedgerStore,
        slice_length: timedelta,
        scrape_interval: timedelta = _SCRAPE_INTERVAL,
        load: Load = _GENTLE,
        *,
        on_written: Callable[[Sequence[CountedRange]], None] = lambda _: None,
    ) -> None:
        """`on_written` is told what was written; also if the store failed, for nobody knows then whether it was."""
        self._source = source
        self._slice_length = slice_length
        self._scrape_interval = scrape_interval
        self._store = store
        self._slice_seconds = round(slice_length.total_seconds())
        self._load = load
        self._on_written = on_written

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
            plan.keys, Counted.of(self._store), since_unix, until_unix, longest_steps=plan.longest_steps
        )
        works = [work for piece in pieces for work in self._works(plan, piece, until_unix)]
        notes = _Notes()
        done = 0
        on_progress(ReplayProgress(0, len(works)))
        for work, count in ask_ahead(self._count, works, self._load, stopped):
            self._write(work, count, notes)
            done += 1
            on_progress(ReplayProgress(done, len(works)))
        if done < len(works):
            return ReplayOutcome(complete=False, refused=notes.refused, left_out=notes.left_out)
        unseen = frozenset(plan.keys) - notes.refused.keys() - self._store.marks().keys()
        return ReplayOutcome(True, notes.refused, unseen, notes.left_out)

    def _works(self, plan: CountingPlan, piece: Piece, newest: int) -> Iterator[_Work]:
        cut = chunks(piece.start, piece.end, newest, self._slice_seconds, piece.longest_step)
        portions = Portions(plan, piece.keys, self._slice_seconds)
        for chunk in cut if piece.ascending else reversed(cut):
            yield from (_Work(portion, piece, chunk) for portion in portions.of(chunk))

    def _count(self, work: _Work) -> ChunkCount:
        """What one replica knows of the chunk: one that saw its beginning if there is one, where counting goes on."""

        def ask(replica: MetricsSource) -> ChunkCount:
            counter = ChunkCounter(replica, self._slice_length, self._scrape_interval)
            return counter.count(work.portion.plan, work.portion.terms, work.chunk)

        start_at = datetime.fromtimestamp(work.chunk.start, UTC)
        proof = Proof(watched_query(work.portion.plan.terms, self._scrape_interval), start_at)
        try:
            return self._source.on_one_replica(ask, proof if work.piece.ascending else None)
        except UnwatchedError:
            return self._source.on_one_replica(ask)

    def _write(self, work: _Work, count: ChunkCount, notes: "_Notes") -> None:
        piece, chunk = work.piece, work.chunk
        notes.note_refused(piece, count.refused)
        plan = work.portion.plan
        plan = plan.only(key for key in plan.keys if key not in count.refused)
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
                known = notes.with_return(piece, key, chunk, known)
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
        try:
            self._store.write_replayed(ranges, dict.fromkeys(plan.keys, (chunk.start, chunk.end)))
        finally:
            self._on_written(ranges)


_Place = tuple[LedgerKey, int]
"""An SLO's piece, by its start: two pieces of an SLO have no time in common."""


@dataclass(frozen=True, slots=True)
class _Notes:
    """What a run carries from chunk to chunk."""

    refused: dict[LedgerKey, str] = field(default_factory=dict)
    returned: dict[_Place, Step] = field(default_factory=dict)
    """Going downwards, a step that ends a gap comes before the gap's beginning is known: it is kept until then."""
    left_out: dict[LedgerKey, int] = field(default_factory=dict)
    seen: dict[_Place, int | None] = field(default_factory=dict)
    """Going upwards: the end of the last step."""

    def last_seen(self, piece: Piece, key: LedgerKey, steps: Sequence[Step], mark: LedgerMark | None) -> int | None:
        """Where the SLO was seen last before these steps.

        Only the mark from before the piece counts: another thread that counts the same hole moves it meanwhile.
        """
        before = self.seen.get((key, piece.start), min(mark.watermark, piece.start) if mark else None)
        after = steps[-1].end if steps else before
        if after is not None:
            self.seen[key, piece.start] = after
        return before

    def note_refused(self, piece: Piece, refused: Mapping[LedgerKey, str]) -> None:
        """Nobody counted, so what happened meanwhile is not in the increases beside it: there is no gap to bridge."""
        self.refused.update(refused)
        for key in refused:
            self.returned.pop((key, piece.start), None)
            self.seen[key, piece.start] = None

    def note_left_out(self, counts: Mapping[LedgerKey, int]) -> None:
        for key, count in counts.items():
            self.left_out[key] = max(count, self.left_out.get(key, 0))

    def with_return(self, piece: Piece, key: LedgerKey, chunk: Chunk, steps: Sequence[Step]) -> Sequence[Step]:
        """The chunk's steps, and the step that ended the gap in which the chunk ends, if there is one."""
        returned = self.returned.pop((key, piece.start), None)
        if steps and steps[0].start > chunk.start:
            self.returned[key, piece.start] = steps[0]
        if returned is None:
            return steps
        if not steps:
            self.returned[key, piece.start] = returned
            return steps
        return [*steps, returned]
