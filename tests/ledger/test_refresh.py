"""Whatever is written, by whomever, in whatever order: memory is what reading the ledger anew would give."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from sloguard.errors import StoreError
from sloguard.ledger.changes import Notes
from sloguard.ledger.chunk_counting import ChunkCount
from sloguard.ledger.histories import Histories
from sloguard.ledger.pieces import Chunk, Counted
from sloguard.ledger.plan import Increase, counting_plan, group_key, ledger_key, summed
from sloguard.ledger.recount import known_of
from sloguard.ledger.replay import Replay
from sloguard.ledger.slices import Step, counted_range
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.group import Group
from sloguard.model.measurement import Measurement, Slice, SliceColumns
from sloguard.model.recount import Recounted
from sloguard.model.retention import Retention
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import Slo
from sloguard.model.span import Span
from sloguard.model.timeslices import Timeslices
from sloguard.model.window import RollingWindow
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from sloguard.store.ledger import SqlLedgerStore
from sloguard.store.tables import adjustments, holes, recounts, series, slices
from tests.ledger.conftest import at, slo_of
from tests.support.adjustments import exclusion

DAY = 86_400
BEGIN = 1_795_000_000 // DAY * DAY
STEP = 300
SLICE = timedelta(seconds=STEP)
REACH = timedelta(days=4)
WINDOWS = [timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=2)]
AS_COUNTED = Retention(slices=timedelta(days=400))
NOBODY = PrometheusClient(PrometheusSettings(url="http://127.0.0.1:9"))


def fleet() -> tuple[Slo, ...]:
    window = RollingWindow(timedelta(days=2))
    plain = replace(slo_of("plain"), window=window)
    longer = replace(slo_of("longer"), window=RollingWindow(timedelta(days=3)))
    timeslices = Timeslices(timedelta(hours=1), Decimal("0.9"))
    both = CompositeIndicator((Member(plain.id, Decimal(1)), Member(longer.id, Decimal(1))))
    return (
        plain,
        longer,
        replace(slo_of("sliced"), window=window, timeslices=timeslices),
        replace(slo_of("tenants"), window=window, group_by=("tenant",), group_limit=2),
        replace(slo_of("both"), window=window, indicator=both),
    )


SLOS = fleet()
PLAN = counting_plan(SLOS)
TEMPLATE = ledger_key(SLOS[3])
TENANTS: Sequence[Group] = tuple((("tenant", name),) for name in "abc")
KEYS = (*PLAN.keys, *(group_key(TEMPLATE, group) for group in TENANTS))


def increase(chance: random.Random) -> Increase:
    total = chance.choice([0, 1, 7, 400])
    return Increase(float(chance.randint(0, total)), float(total))


def steps(chunk: Chunk, chance: random.Random) -> list[Step]:
    """Of an SLO that is seen always, mostly, at times, or never."""
    share = chance.choice([0.0, 0.1, 0.9, 1.0])
    starts = (start for start in range(chunk.start, chunk.end, chunk.step) if chance.random() < share)
    return [Step(start, min(start + chunk.step, chunk.end), increase(chance)) for start in starts]


class MadeUp(Replay):
    """Whose Prometheus is made up."""

    chance: random.Random

    def _count(self, work) -> ChunkCount:  # type: ignore[no-untyped-def] # noqa: ANN001
        refused = {key: "too much" for key in work.portion.plan.keys if self.chance.random() < 0.1}
        found = {key: steps(work.chunk, self.chance) for key in work.portion.plan.keys if key not in refused}
        if TEMPLATE not in found:
            return ChunkCount(found, {}, refused)
        groups = {group: steps(work.chunk, self.chance) for group in TENANTS}
        together: dict[tuple[int, int], list[Increase]] = {}
        for step in (step for each in groups.values() for step in each):
            together.setdefault((step.start, step.end), []).append(step.increase)
        found[TEMPLATE] = [Step(*span, summed(each)) for span, each in sorted(together.items())]
        return ChunkCount(found, {TEMPLATE: groups}, refused)


class Breaking(SqlLedgerStore):
    """Whose connection is lost after so many SLOs, if any."""

    after: ClassVar[list[int]] = []
    asked: ClassVar[list[Mapping[LedgerKey, Span]]] = []

    def columns(self, wanted: Mapping[LedgerKey, Span]) -> Iterator[tuple[LedgerKey, SliceColumns]]:
        self.asked.append(wanted)
        for number, found in enumerate(super().columns(wanted)):
            if self.after and number >= self.after[0]:
                raise StoreError("the connection is lost")
            yield found


class World:
    """A daemon's ledger and memory, and another process that writes into the same store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = self.counted_until = BEGIN
        self.seen: dict[LedgerKey, int] = {}
        self.histories = Histories(Breaking(store.engine), SLICE)
        self.histories.refresh(SLOS, at(self.now))

    def live(self, chance: random.Random) -> None:
        """An evaluation, whose transaction may fail, or seem to fail."""
        self.now += chance.randint(0, 3 * STEP)
        until, seen = self.now // STEP * STEP, dict(self.seen)
        ranges = []
        for start in range(self.counted_until, until, STEP):
            for key in (key for key in KEYS if chance.random() < 0.8):
                step = Step(start, start + STEP, increase(chance))
                span = step.start, step.end
                ranges.append(counted_range(key, span, [step], last_seen=seen.get(key), slice_seconds=STEP))
                seen[key] = step.end
        self.histories.refresh(SLOS, at(self.now))
        self.histories.apply(ranges)
        held(self.histories, self.now)
        fate = chance.choice(["well", "well", "lost", "unknown"])
        if fate != "lost":
            self.store.alerts.commit_cycle(CycleOutcome(ranges=tuple(ranges)), at(self.now))
        if fate == "well":
            self.histories.committed()
            self.counted_until, self.seen = until, seen

    def away(self, chance: random.Random) -> None:
        """Nobody counts for a while."""
        self.now += chance.randint(1, 60) * STEP
        self.counted_until = self.now // STEP * STEP
        self.seen.clear()
        self.store.ledger.note_holes(Counted.of(self.store.ledger).skipped(PLAN.keys, self.counted_until))
        self.histories.refresh(SLOS, at(self.now))

    def set_back(self, chance: random.Random) -> None:
        """The clock was ahead. What others wrote just before that is counted again anyway."""
        self.histories.refresh(SLOS, at(self.now))
        self.now -= chance.randint(1, 40) * STEP
        self.counted_until = min(self.counted_until, self.now // STEP * STEP)
        self.seen.clear()
        self.store.ledger.note_holes(Counted.of(self.store.ledger).ahead(PLAN.keys, self.counted_until))
        self.histories.refresh(SLOS, at(self.now))

    def replay(self, chance: random.Random) -> None:
        self._replay(chance, self.histories.note)

    def replay_elsewhere(self, chance: random.Random) -> None:
        self._replay(chance, lambda _: None)

    def _replay(self, chance: random.Random, on_written: Callable[[Sequence[CountedRange]], None]) -> None:
        """Some chunks of what is missing, the newest first."""
        replay = MadeUp(NOBODY, self.store.ledger, SLICE, on_written=on_written)
        replay.chance = chance
        left = iter(range(chance.choice([1, 2, 5, 100])))
        until = at(self.now // STEP * STEP)
        replay.run(PLAN, until - REACH, until, stopped=lambda: next(left, None) is None)

    def recount(self, chance: random.Random) -> None:
        marks = self.store.ledger.marks()
        key = chance.choice(KEYS)
        if key not in marks:
            return
        start = marks[key].first // 3600 * 3600 + chance.randint(0, 40) * 3600
        chunk = Chunk(start, start + chance.randint(1, 6) * 3600, STEP)
        if chunk.end > marks[key].watermark:
            return
        known = [each for each in self.store.ledger.slices(key, chunk.start, chunk.end) if each.start >= chunk.start]
        found = steps(chunk, chance)
        counted = counted_range(key, (chunk.start, chunk.end), found, last_seen=None, slice_seconds=STEP)
        change = Recounted(key.slo_id, counted.start, counted.end, known_of(known), known_of(counted.slices))
        self.store.recounts.revise([(counted, change)], at(self.now))
        self.histories.note([counted])

    def exclude(self, chance: random.Random) -> None:
        start = self.now - chance.randint(0, DAY)
        self.store.adjustments.add(exclusion(start, start + chance.randint(1, 7200), chance.choice(SLOS).id))

    def refresh(self, chance: random.Random) -> None:
        """Which the store may interrupt."""
        Breaking.after[:] = [chance.randint(0, 5)] if chance.random() < 0.5 else []
        with suppress(StoreError):
            self.histories.refresh(SLOS, at(self.now))
        Breaking.after.clear()


Act = Callable[[World, random.Random], None]
ACTS: Sequence[Act] = (
    World.live,
    World.live,
    World.away,
    World.set_back,
    World.replay,
    World.replay_elsewhere,
    World.recount,
    World.exclude,
    World.refresh,
)


def held(histories: Histories, now: int) -> dict[str, object]:
    """All that can be seen of every SLO, and all slices."""
    found: dict[str, object] = {}
    for slo in (each for declared in SLOS for each in histories.expanded(declared, at(now))):
        observed = histories.observed(slo, {}, at(now))
        windows = [observed.last(window) for window in WINDOWS]
        reaches = [observed.reaches_back(window) for window in WINDOWS]
        found[slo.id] = windows, reaches, observed.last_seen, observed.watermark, observed.unadjusted.last(WINDOWS[-1])
        kept = histories._mirror.history(ledger_key(slo))
        found[f"slices of {slo.id}"] = list(kept.slices(now - 2 * DAY, now))
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db")
    yield opened
    opened.close()


def emptied(store: Store) -> Store:
    with store.engine.begin() as connection:
        for table in (slices, holes, series, recounts, adjustments):
            connection.execute(delete(table))
    return store


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.randoms(use_true_random=False)), max_size=12))
def test_memory_is_what_reading_anew_would_give(store: Store, acts: Sequence[tuple[Act, random.Random]]) -> None:
    world = World(emptied(store))
    for act, chance in acts:
        act(world, chance)
    now = world.now
    world.histories.refresh(SLOS, at(now))
    world.histories.adjust()
    world.histories.keep_small(SLOS, AS_COUNTED, at(now))
    anew = Histories(store.ledger, SLICE)
    anew.load(SLOS, at(now))
    assert held(world.histories, now) == held(anew, now)


PLAIN = ledger_key(SLOS[0])


def minutes(start: int, end: int) -> CountedRange:
    slices = tuple(Slice(start, STEP, 1.0, 2.0) for start in range(start, end, STEP))
    return CountedRange(PLAIN, start, end, slices)


def loaded(store: Store, *ranges: CountedRange) -> Histories:
    emptied(store).ledger.write_ranges(ranges)
    histories = Histories(Breaking(store.engine), SLICE)
    histories.load(SLOS, at(BEGIN))
    Breaking.asked.clear()
    return histories


def test_only_what_was_written_is_read(store: Store) -> None:
    histories = loaded(store, minutes(BEGIN - DAY, BEGIN))
    written = minutes(BEGIN - 7200, BEGIN - 3600)
    store.ledger.write_ranges([written])
    histories.note([written])
    histories.refresh(SLOS, at(BEGIN))
    histories.refresh(SLOS, at(BEGIN))
    assert [asked for asked in Breaking.asked if asked] == [{PLAIN: (written.start, written.end)}]


def test_after_an_evaluation_that_failed_only_its_slices_are_read(store: Store) -> None:
    histories = loaded(store, minutes(BEGIN - DAY, BEGIN))
    histories.apply([minutes(BEGIN, BEGIN + STEP)])
    histories.refresh(SLOS, at(BEGIN + STEP))
    assert [asked for asked in Breaking.asked if asked] == [{PLAIN: (BEGIN, BEGIN + STEP)}]
    assert histories.observed(SLOS[0], {}, at(BEGIN)).last_seen == BEGIN, "it was not committed"


def test_what_another_process_counts_after_an_evaluation_that_failed_is_read(store: Store) -> None:
    histories = loaded(store, minutes(BEGIN - DAY, BEGIN))
    histories.apply([minutes(BEGIN + STEP, BEGIN + 2 * STEP)])
    store.ledger.write_replayed([minutes(BEGIN, BEGIN + STEP)], {PLAIN: (BEGIN, BEGIN + STEP)})
    histories.refresh(SLOS, at(BEGIN + 2 * STEP))
    assert histories.observed(SLOS[0], {}, at(BEGIN + 2 * STEP)).last_seen == BEGIN + STEP


def test_what_another_process_counts_beyond_a_gap_is_read_with_what_it_spread_over_the_gap(store: Store) -> None:
    histories = loaded(store, minutes(BEGIN - DAY, BEGIN - 7200))
    bridged = minutes(BEGIN - 7200, BEGIN)
    store.ledger.write_replayed([bridged], {PLAIN: (BEGIN - 3600, BEGIN)})
    histories.refresh(SLOS, at(BEGIN))
    hour = histories.observed(SLOS[0], {}, at(BEGIN)).last(timedelta(hours=2))
    assert isinstance(hour, Measurement)
    assert hour.counts.total == 48.0


def test_a_timeslice_of_which_the_end_was_not_seen_is_judged_when_later_slices_come(store: Store) -> None:
    key = ledger_key(SLOS[2])
    histories = loaded(store, replace(minutes(BEGIN - 7200, BEGIN - 3600 - STEP), key=key))
    held(histories, BEGIN)
    later = replace(minutes(BEGIN - STEP, BEGIN), key=key)
    store.ledger.write_ranges([later])
    histories.apply([later])
    anew = Histories(store.ledger, SLICE)
    anew.load(SLOS, at(BEGIN))
    assert held(histories, BEGIN) == held(anew, BEGIN)


def test_where_memory_has_other_slices_than_the_ledger_all_of_it_is_read(store: Store) -> None:
    histories = loaded(store, CountedRange(PLAIN, BEGIN - 7200, BEGIN, (Slice(BEGIN - 7200, 3600, 1.0, 2.0),)))
    across = CountedRange(PLAIN, BEGIN - 7200, BEGIN, (Slice(BEGIN - 5400, 3600, 3.0, 4.0),))
    store.ledger.write_ranges([across])
    histories.note([replace(across, start=BEGIN - 3600)])
    histories.refresh(SLOS, at(BEGIN))
    assert held(histories, BEGIN)[f"slices of {PLAIN.slo_id}"] == list(across.slices)


def test_nothing_is_lost_that_is_noted_while_others_are_read() -> None:
    notes, done = Notes(), threading.Event()
    taken: set[tuple[LedgerKey, Span]] = set()

    def take() -> None:
        with suppress(StoreError), notes.taken() as spans:
            if len(taken) % 2:
                raise StoreError("the connection is lost")
            taken.update((key, span) for key, some in spans.items() for span in some)

    def write(slo: str) -> None:
        for start in range(0, 2000, 2):
            notes.note([CountedRange(LedgerKey(slo, "f"), start, start + 1, ())])

    def read() -> None:
        while not done.is_set():
            take()

    writers = [threading.Thread(target=write, args=(slo,)) for slo in "ab"]
    reader = threading.Thread(target=read)
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    with notes.taken() as rest:
        taken.update((key, span) for key, some in rest.items() for span in some)
    expected = {(LedgerKey(slo, "f"), (start, start + 1)) for slo in "ab" for start in range(0, 2000, 2)}
    assert taken == expected
