"""The ledger of the running daemon: settles slice after slice, and looks at the tail that is not settled yet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.errors import UnwatchedError
from sloguard.ledger.counting import IntervalCounter
from sloguard.ledger.groups import Places
from sloguard.ledger.pieces import Counted
from sloguard.ledger.plan import CountingPlan, Increase, group_key
from sloguard.ledger.replay import Replay
from sloguard.ledger.slices import LONGEST_BRIDGE_SECONDS, Step, counted_range
from sloguard.model.measurement import Slice
from sloguard.model.settings import EvaluationSettings
from sloguard.model.span import Span
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerStore, MetricsSource

MOST_SLICES_LIVE = 10
"""A daemon that is further behind catches up by replay, whose range queries cost less than slice after slice."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Slices that have become final, to be committed; `until` is the instant up to which all is counted then."""

    ranges: tuple[CountedRange, ...]
    until: datetime
    refused: Mapping[LedgerKey, str]
    seen: Mapping[LedgerKey, int]
    """End of the last slice in which each SLO was seen (Unix seconds)."""
    left_out: Mapping[LedgerKey, int] = field(default_factory=dict)
    """How many groups had no place, by the key of their template; 0 is said too."""


class LiveLedger:
    """Counts for one plan. Raises PrometheusError where Prometheus gives no complete answer; nothing moves then."""

    def __init__(
        self,
        source: MetricsSource,
        store: LedgerStore,
        settings: EvaluationSettings,
        scrape_interval: timedelta,
        plan: CountingPlan,
        *,
        on_written: Callable[[Sequence[CountedRange]], None] = lambda _: None,
    ) -> None:
        """`on_written` is told what was replayed after a long absence: it is in the store then, and in no `Settled`."""
        self._store = store
        self._settings = settings
        self._slice_seconds = round(settings.slice.total_seconds())
        self._counter = IntervalCounter(source, scrape_interval, plan)
        self._replay = Replay(source, store, settings.slice, scrape_interval, on_written=on_written)
        self.plan = plan
        self._until: int | None = None
        self._seen: dict[LedgerKey, int] = {}

    def settled_until(self, now: datetime) -> datetime:
        """The end of the last slice whose samples have all been committed."""
        settled = (now - self._settings.settle).timestamp()
        return _at(int(settled) // self._slice_seconds * self._slice_seconds)

    def settle(self, now: datetime) -> Settled:
        """Count the slices that ended since the last call (or since the store's watermark) and are settled."""
        end = int(self.settled_until(now).timestamp())
        marks = self._store.marks()
        start = self._begin(end, marks)
        if end - start > MOST_SLICES_LIVE * self._slice_seconds:
            outcome = self._replay.run(self.plan.only(marks), _at(start), _at(end))
            return Settled((), _at(end), outcome.refused, {}, outcome.left_out)
        ranges: list[CountedRange] = []
        refused: dict[LedgerKey, str] = {}
        seen = self._seen_at(start, marks)
        sampled = self.plan.sampled
        places = Places(self.plan, marks, start)
        for slice_start in range(start, end, self._slice_seconds):
            slice_end = slice_start + self._slice_seconds
            try:
                count = self._counter.count(_at(slice_start), _at(slice_end))
            except UnwatchedError:
                # Another replica goes on from here, which has not seen what the one before has counted already:
                # nothing may be spread over this slice.
                seen.clear()
                continue
            refused.update(count.refused)
            for key in count.refused:
                # Nobody counted: what happened meanwhile is not in the next increase, so there is nothing to spread.
                seen.pop(key, None)
            for key, increase in (*count.increases.items(), *places.admitted(count.groups).items()):
                step = Step(slice_start, slice_end, increase)
                span = (slice_start, slice_end)
                last_seen = None if key in sampled else seen.get(key)
                ranges.append(counted_range(key, span, [step], last_seen=last_seen, slice_seconds=self._slice_seconds))
                seen[key] = slice_end
        return Settled(tuple(ranges), _at(end), refused, seen, places.left_out)

    def _begin(self, end: int, marks: Mapping[LedgerKey, LedgerMark]) -> int:
        """From where to count on until an instant. What is not counted by that, but by replay, is noted as a hole."""
        start = self._until
        if start is not None and start <= end:
            return start
        counted = Counted.of(self._store)
        if start is None:
            start = max((marks[key].watermark for key in self.plan.keys if key in marks), default=end)
            # An SLO that was left behind goes on to be counted now, and is caught up by replay.
            self._store.note_holes(counted.skipped(self.plan.keys, min(start, end)))
        # The clock was ahead and has been put back: what was counted of the future is counted again when it comes.
        self._store.note_holes(self._unanswered(counted.ahead(self.plan.keys, end)))
        return min(start, end)

    def _unanswered(self, asked: Mapping[LedgerKey, Span]) -> Mapping[LedgerKey, Span]:
        """What was asked for in vain. Where there are slices it is this clock that is behind."""
        known = {key: slices.start[-1] + slices.seconds[-1] for key, slices in self._store.columns(asked)}
        spans = {key: (max(start, known.get(key, start)), end) for key, (start, end) in asked.items()}
        return {key: span for key, span in spans.items() if span[0] < span[1]}

    def _seen_at(self, start: int, marks: Mapping[LedgerKey, LedgerMark]) -> dict[LedgerKey, int]:
        """Where each SLO was seen last, as far as this process has watched it since.

        Only a gap that was watched may be bridged: one that nobody has counted yet is filled by replay.
        """
        watched = {key: mark.watermark for key, mark in marks.items() if mark.watermark == start}
        return {**watched, **self._seen}

    def committed(self, settled: Settled) -> None:
        """Settled slices are in the store: the next call to `settle` goes on from there."""
        self._until = int(settled.until.timestamp())
        # A longer gap is not bridged anyway, and groups come and go.
        self._seen = {key: seen for key, seen in settled.seen.items() if seen >= self._until - LONGEST_BRIDGE_SECONDS}

    def tail(self, settled: Settled, now: datetime) -> Mapping[LedgerKey, Slice]:
        """What has happened since the last settled slice: not stored, for samples may still be missing."""
        start = settled.until
        if now <= start:
            return {}
        count = self._counter.count(start, now)
        increases = dict(count.increases)
        for template, groups in count.groups.items():
            increases |= {group_key(template, group): increase for group, increase in groups.items()}
        return {key: _tail_slice(increase, start, now) for key, increase in increases.items()}


def _tail_slice(increase: Increase, start: datetime, end: datetime) -> Slice:
    seconds = max(1, round((end - start).total_seconds()))
    return Slice(int(start.timestamp()), seconds, increase.bad, increase.total)


def _at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
