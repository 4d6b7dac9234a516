"""Counting again what was counted already, for samples may have come late. A recount only ever adds knowledge."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sloguard.ledger.chunk_counting import ChunkCount, ChunkCounter
from sloguard.ledger.groups import Places
from sloguard.ledger.pieces import HOUR_SECONDS, Chunk, Counted
from sloguard.ledger.plan import CountingPlan
from sloguard.ledger.portions import Portion, Portions
from sloguard.ledger.slices import Step, counted_range
from sloguard.model.measurement import Slice
from sloguard.model.recount import Known, Recounted
from sloguard.ports import CountedRange, LedgerKey, MetricsSource, RecountStore
from sloguard.promql.terms import Outcome

_CHUNK_SECONDS = 6 * HOUR_SECONDS
_REACH_SECONDS = 86_400
"""How far before a chunk the last slice seen is looked for: as far as a gap is bridged."""


class Recount:
    """Raises PrometheusError where Prometheus gives no complete answer; what was written until then is kept."""

    def __init__(
        self,
        source: MetricsSource,
        store: RecountStore,
        slice_length: timedelta,
        scrape_interval: timedelta,
        *,
        only_unseen: bool = False,
        on_written: Callable[[Sequence[CountedRange]], None] = lambda _: None,
    ) -> None:
        """`only_unseen`: several replicas are asked in turn, which never agree to the event: nothing is changed but
        where more time was seen than before.

        `on_written` is told what was written; also if the store failed, for nobody knows then whether it was.
        """
        self._source = source
        self._store = store
        self._slice_seconds = round(slice_length.total_seconds())
        self._slice_length = slice_length
        self._scrape_interval = scrape_interval
        self._only_unseen = only_unseen
        self._on_written = on_written

    def run(
        self,
        plan: CountingPlan,
        since: datetime,
        until: datetime,
        now: datetime,
        *,
        stopped: Callable[[], bool] = lambda: False,
    ) -> tuple[Recounted, ...]:
        """Count again from the full hour before an instant to another one, and write down what has become better.

        Of each SLO only what is counted already is counted again: the rest is for the daemon and for replay.

        Raises:
            PrometheusError: an answer did not come.
            StoreError: the store could not be written.
        """
        # Old time is known in sums, which may not be counted in part.
        start = int(since.timestamp()) // HOUR_SECONDS * HOUR_SECONDS
        end = int(until.timestamp()) // self._slice_seconds * self._slice_seconds
        # The next evaluation may be minutes away, and what none has counted yet is not to be waited for.
        marks = self._store.marks()
        end = min(end, max((marks[key].watermark for key in plan.keys if key in marks), default=start))
        changed: list[Recounted] = []
        for chunk in _chunks(start, end, self._slice_seconds):
            counted = Counted.of(self._store)
            marks = counted.marks
            known = [key for key in plan.keys if key in marks and marks[key].watermark >= chunk.end]
            for portion in Portions(plan, known, self._slice_seconds).of(chunk):
                if stopped():
                    return tuple(changed)
                changed += self._revised(self._better(portion, chunk, counted), now)
        return tuple(changed)

    def _revised(self, better: Sequence[tuple[CountedRange, Recounted]], now: datetime) -> Sequence[Recounted]:
        try:
            return self._store.revise(better, now)
        finally:
            self._on_written([counted for counted, _ in better])

    def _better(
        self, portion: Portion, chunk: Chunk, counted_before: Counted
    ) -> Sequence[tuple[CountedRange, Recounted]]:
        plan = portion.plan

        def ask(replica: MetricsSource) -> ChunkCount:
            counter = ChunkCounter(replica, self._slice_length, self._scrape_interval)
            return counter.count(plan, portion.terms, chunk)

        count = self._source.on_one_replica(ask)
        steps: dict[LedgerKey, Sequence[Step]] = {
            **{key: count.steps.get(key, ()) for key in plan.keys if key not in count.refused},
            **Places(plan, counted_before.marks, chunk.end).admitted(count.groups),
        }
        outcomes = _Outcomes.of(plan)
        found = []
        for key, known in self._stored(steps, chunk).items():
            last_seen = max((each.end for each in known if each.start < chunk.start), default=None)
            if last_seen is not None and last_seen > chunk.start:
                continue  # only its sum is known, and it begins earlier
            # What comes before has not been asked for yet; a group is asked for with its template.
            whole = counted_before.whole(key._replace(slo_id=key.slo_id.partition("{")[0]))
            start = max(chunk.start, whole[0]) if whole else chunk.start
            counted = counted_range(
                key,
                (start, chunk.end),
                [step for step in steps[key] if step.start >= start],
                last_seen=last_seen,
                slice_seconds=self._slice_seconds,
                bridging=key not in plan.sampled,
            )
            before = known_of(each for each in known if counted.start <= each.start < counted.end)
            after = known_of(counted.slices)
            if outcomes.is_better(key, before, after) and not (
                self._only_unseen and after.seen_seconds <= before.seen_seconds
            ):
                found.append((counted, Recounted(key.slo_id, counted.start, counted.end, before, after)))
        return found

    def _stored(self, keys: Iterable[LedgerKey], chunk: Chunk) -> Mapping[LedgerKey, Sequence[Slice]]:
        """What the ledger has of each, from as far back as a gap may reach."""
        return {key: self._store.slices(key, chunk.start - _REACH_SECONDS, chunk.end) for key in keys}


@dataclass(frozen=True, slots=True)
class _Outcomes:
    """What each SLO's counters measure beside all events; what is only looked at has none."""

    by_template: Mapping[LedgerKey, Outcome] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: CountingPlan) -> "_Outcomes":
        return cls({counter.key: counter.outcome for counter in plan.counters})

    def is_better(self, key: LedgerKey, before: Known, after: Known) -> bool:
        """Whether more is known after than before, and nothing less.

        Late samples add events to counters and never take any away. Where a recount finds fewer, Prometheus has
        forgotten something, or another one answers: then what was counted in its time is the better number.
        """
        if after.seen_seconds < before.seen_seconds or not _differs(before, after):
            return False
        outcome = self.by_template.get(key._replace(slo_id=key.slo_id.partition("{")[0]))
        if outcome is None:
            return True
        measured = (before.bad, after.bad)
        if outcome is Outcome.GOOD:
            measured = (before.total - before.bad, after.total - after.bad)
        return _no_less(before.total, after.total) and _no_less(*measured)


def known_of(slices: Iterable[Slice]) -> Known:
    bad, total, seen, bridged = 0.0, 0.0, 0, 0
    for each in slices:
        bad += each.bad
        total += each.total
        seen += each.seconds - each.unseen_seconds
        bridged += each.seconds if each.bridged else 0
    return Known(bad, total, seen, bridged)


def _differs(before: Known, after: Known) -> bool:
    """A gap whose course has become known differs, too, though its sum is the same."""
    same = math.isclose(before.bad, after.bad, abs_tol=1e-9) and math.isclose(before.total, after.total, abs_tol=1e-9)
    return not same or after.seen_seconds > before.seen_seconds or after.bridged_seconds < before.bridged_seconds


def _no_less(before: float, after: float) -> bool:
    return after >= before or math.isclose(before, after, abs_tol=1e-9)


def _chunks(start: int, end: int, step: int) -> Iterator[Chunk]:
    """Bounds are full hours: coarser slices lie between them."""
    while start < end:
        until = min(end, (start // HOUR_SECONDS * HOUR_SECONDS) + _CHUNK_SECONDS)
        yield Chunk(start, until, step)
        start = until
