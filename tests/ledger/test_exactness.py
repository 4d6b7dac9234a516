"""The ledger against the truth, on a real Prometheus: what really happened is what is counted."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from sloguard.errors import QueryRejectedError
from sloguard.evaluation.measure import measure, measure_since
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay, ReplayProgress
from sloguard.model.measurement import Counts, Measurement, Slice
from sloguard.model.series import Sample, Series
from sloguard.model.settings import EvaluationSettings
from sloguard.model.timeslices import Timeslices
from sloguard.ports import MetricsSource, Proof
from sloguard.store import Store, open_store
from tests.ledger.conftest import Past, at, slo_of
from tests.ledger.worlds import BIRTH, DAY, DAYS, END, HOUR, NOT_A_NUMBER, OUTAGE, SICK, START, WORLDS

Answer = TypeVar("Answer")
MINUTE = timedelta(minutes=1)
TOLERANCE = 0.001


@pytest.fixture(scope="module")
def replayed(past: Past, tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/store.db")
    plan = counting_plan([slo_of(job) for job in WORLDS])
    outcome = Replay(past.client, store.ledger, MINUTE).run(plan, at(END - 30 * DAY), at(END))
    assert outcome.complete
    assert not outcome.refused
    return store


def counted(store: Store, job: str, start: int, end: int) -> Sequence[Slice]:
    return store.ledger.slices(ledger_key(slo_of(job)), start, end)


@pytest.mark.parametrize("job", WORLDS)
def test_replay_tells_the_truth(past: Past, replayed: Store, job: str) -> None:
    bad, total = past.truths[job].between(START, END)
    slices = counted(replayed, job, 0, END)
    counted_bad, counted_total = sum(part.bad for part in slices), sum(part.total for part in slices)
    # What happened before the very first scrape nobody has: two events here would be more than 0.1 %.
    slack = 2 if job == "low-traffic" else 0
    assert counted_total == pytest.approx(total, rel=TOLERANCE, abs=slack)
    assert counted_bad == pytest.approx(bad, rel=TOLERANCE, abs=slack)


@pytest.mark.parametrize("job", WORLDS)
def test_replayed_slices_cover_all_time_once(replayed: Store, job: str) -> None:
    slices = counted(replayed, job, 0, END)
    assert all(before.end <= after.start for before, after in pairwise(slices))
    assert sum(part.seconds for part in slices) == pytest.approx(DAYS * DAY, abs=HOUR)


def test_what_a_gap_swallowed_is_spread_over_the_gap_and_flagged(replayed: Store) -> None:
    slices = counted(replayed, "gap-over-outage", OUTAGE[0] - 1800 + 600, OUTAGE[1] + 1800 - 600)
    assert slices
    assert all(part.bridged for part in slices)
    bad_ratio = sum(part.bad for part in slices) / sum(part.total for part in slices)
    assert bad_ratio == pytest.approx(0.25, abs=0.02), "an hour of 50 % within two hours"


def test_replaying_again_asks_for_nothing_and_changes_nothing(past: Past, replayed: Store) -> None:
    before = [counted(replayed, job, 0, END) for job in WORLDS]
    seen: list[int] = []
    plan = counting_plan([slo_of(job) for job in WORLDS])
    Replay(past.client, replayed.ledger, MINUTE).run(
        plan, at(END - 30 * DAY), at(END), on_progress=lambda state: seen.append(state.total)
    )
    assert set(seen) == {0}
    assert [counted(replayed, job, 0, END) for job in WORLDS] == before


def test_an_interrupted_replay_goes_on_where_it_was(past: Past, replayed: Store, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("resets")])
    rounds = 0
    complete = False
    while not complete:
        asked: list[int] = []
        outcome = Replay(past.client, store.ledger, MINUTE).run(
            plan,
            at(END - 30 * DAY),
            at(END),
            on_progress=lambda state, asked=asked: asked.append(state.done),  # type: ignore[misc]
            stopped=lambda asked=asked: max(asked) >= 7,  # type: ignore[misc]
        )
        complete = outcome.complete
        rounds += 1
    assert rounds > 3
    found, expected = counted(store, "resets", 0, END), counted(replayed, "resets", 0, END)
    assert [(part.start, part.seconds) for part in found] == [(part.start, part.seconds) for part in expected]
    assert [part.total for part in found] == pytest.approx([part.total for part in expected])
    assert [part.bad for part in found] == pytest.approx([part.bad for part in expected])
    store.close()


def test_old_time_is_known_as_finely_as_timeslices_need(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    slo = replace(slo_of("day-and-night"), timeslices=Timeslices(5 * MINUTE, Decimal("0.8")))
    plan = counting_plan([slo, slo_of("steady")])
    assert Replay(past.client, store.ledger, MINUTE).run(plan, at(END - 30 * DAY), at(END)).complete
    assert max(part.seconds for part in store.ledger.slices(ledger_key(slo), 0, END)) == 300
    assert max(part.seconds for part in counted(store, "steady", 0, END)) == HOUR
    histories = Histories(store.ledger, MINUTE)
    histories.load([slo], at(END))
    seen = measure(histories.observed(slo, {}, at(END)), timedelta(days=30))
    assert isinstance(seen, Measurement)
    assert seen.counts == Counts(bad=12, total=DAYS * DAY / 300), "one hour of outage"
    outage = measure_since(histories.observed(slo, {}, at(OUTAGE[1])), at(OUTAGE[0]))
    assert isinstance(outage, Measurement)
    assert outage.counts == Counts(bad=12, total=12)
    store.close()


LIVE = {
    "steady": (END - 2 * HOUR, END - HOUR),
    "resets": (START + 7 * HOUR - 1800, START + 7 * HOUR + 1800),
    "errors-born-late": (BIRTH - 1800, BIRTH + 1800),
    "gap-over-outage": (OUTAGE[0] - HOUR, OUTAGE[1] + HOUR),
    "long-gap": (END - 2 * DAY - HOUR, END - 2 * DAY + 11 * HOUR),
    "churn": (START + 30 * HOUR - 1800, START + 30 * HOUR + 1800),
    "minute-scrapes": (END - 2 * HOUR, END - HOUR),
}


@pytest.mark.parametrize("job", LIVE)
@pytest.mark.parametrize("stride", [1, 4], ids=["every-slice", "late-cycles"])
def test_counting_live_is_exact(past: Past, tmp_path: Path, job: str, stride: int) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    start, end = LIVE[job]
    plan = counting_plan([slo_of(job)])
    settings = EvaluationSettings(settle=timedelta(0))
    interval = timedelta(seconds=WORLDS[job].scrape_interval)
    ledger = LiveLedger(past.client, store.ledger, settings, interval, plan)
    for now in range(start, end + 1, 60 * stride):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    slices = counted(store, job, start, end)
    bad, total = past.truths[job].between(start, end)
    assert (sum(part.bad for part in slices), sum(part.total for part in slices)) == (bad, total)
    assert sum(part.seconds for part in slices) == end - start
    store.close()


def test_a_counter_that_shows_nan_stops_nobody_and_counts_nothing_twice(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of(SICK.job)])
    settings = EvaluationSettings(settle=timedelta(0))
    ledger = LiveLedger(past.client, store.ledger, settings, timedelta(seconds=15), plan)
    start, end = NOT_A_NUMBER[0] - 600, NOT_A_NUMBER[1] + 600
    for now in range(start, end + 1, 60):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    live = sum(part.total for part in counted(store, SICK.job, start, end))
    store.close()
    replayed = open_store(f"sqlite:///{tmp_path}/replayed.db")
    Replay(past.client, replayed.ledger, MINUTE).run(plan, at(END - 8 * HOUR), at(END))
    slices = counted(replayed, SICK.job, END - 7 * HOUR, END)
    _, truth = past.truths[SICK.job].between(start, end)
    lost = 2.0 * (NOT_A_NUMBER[1] - NOT_A_NUMBER[0])
    assert truth - lost - 60 <= live <= truth
    _, whole = past.truths[SICK.job].between(END - 7 * HOUR, END)
    assert whole - lost - 60 <= sum(part.total for part in slices) <= whole
    replayed.close()


def test_two_that_replay_the_same_hole_at_once_count_it_once(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("long-gap")])
    before, after = END - 2 * DAY, END - 2 * DAY + 20 * HOUR  # the first chunk lies in the gap as a whole
    Replay(past.client, store.ledger, MINUTE).run(plan, at(before - 6 * HOUR), at(before))

    def another(progress: ReplayProgress) -> None:
        if progress.done == 1:
            Replay(past.client, store.ledger, MINUTE).run(plan, at(before), at(after))

    Replay(past.client, store.ledger, MINUTE).run(plan, at(before), at(after), on_progress=another)
    slices = counted(store, "long-gap", before, after)
    bad, total = past.truths["long-gap"].between(before, after)
    assert sum(part.total for part in slices) == pytest.approx(total, rel=TOLERANCE)
    assert sum(part.bad for part in slices) == pytest.approx(bad, rel=TOLERANCE)
    store.close()


class RefusingForAWhile:
    """A Prometheus that refuses every query for some time: too many samples, say."""

    def __init__(self, source: MetricsSource, span: tuple[int, int]) -> None:
        self._source = source
        self._span = span

    def on_one_replica(self, work: Callable[[MetricsSource], Answer], proof: Proof | None = None) -> Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        if self._span[0] < at.timestamp() <= self._span[1]:
            raise QueryRejectedError("would load too many samples")
        return self._source.query(promql, at)

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        return self._source.query_raw(promql, at)

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        return self._source.query_range(promql, start, end, step)


def test_what_was_refused_is_not_taken_for_counted(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    start, end = END - 3 * HOUR, END - 2 * HOUR
    source = RefusingForAWhile(past.client, (start + 600, start + 2400))
    ledger = LiveLedger(source, store.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=15), plan)
    for now in range(start, end + 1, 60):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    slices = counted(store, "steady", start, end)
    assert sum(part.seconds for part in slices) == 1800, "half an hour is missing, and says so"
    assert not any(part.bridged for part in slices)
    store.close()


def test_a_restart_in_the_middle_loses_and_repeats_nothing(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    start = now = END - 3 * HOUR
    for pause in (1, 5, 9, 1, 30, 3, 45, 2, 25):
        ledger = LiveLedger(
            past.client, store.ledger, EvaluationSettings(settle=timedelta(0)), timedelta(seconds=15), plan
        )
        for minutes in (0, 1, 2):
            settled = ledger.settle(at(now + 60 * minutes))
            store.ledger.write_ranges(settled.ranges)
            ledger.committed(settled)
        lost = ledger.settle(at(now + 240))
        assert lost.ranges, "counted, and never committed: the process dies here"
        now += 60 * (2 + pause)
    last = now - 60 * 25
    slices = counted(store, "steady", start, last)
    bad, total = past.truths["steady"].between(start, last)
    assert sum(part.seconds for part in slices) == last - start
    assert sum(part.bad for part in slices) == bad
    assert sum(part.total for part in slices) == total
    store.close()


def test_a_clock_that_was_ahead_for_a_while_costs_nothing(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    settings = EvaluationSettings(settle=timedelta(0))
    ledger = LiveLedger(past.client, store.ledger, settings, timedelta(seconds=15), plan)
    start = END - 3 * HOUR
    # Prometheus has no samples of the future: the clock runs ahead to beyond the end of its data, and is put back.
    for now in (start, start + 300, END + 240, END + 480, start + 360, start + 420, start + 1800, END):
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    slices = counted(store, "steady", start, END)
    bad, total = past.truths["steady"].between(start, END)
    assert sum(part.seconds for part in slices) == END - start
    assert sum(part.bad for part in slices) == pytest.approx(bad, abs=1)
    assert sum(part.total for part in slices) == pytest.approx(total, abs=1)
    store.close()


def test_the_tail_sees_what_is_not_settled_yet(past: Past, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    plan = counting_plan([slo_of("steady")])
    ledger = LiveLedger(past.client, store.ledger, EvaluationSettings(), timedelta(seconds=15), plan)
    now = END - HOUR + 44
    settled = ledger.settle(at(now))
    assert settled.until == at(END - HOUR)
    tail = ledger.tail(settled, at(now))[plan.keys[0]]
    bad, total = past.truths["steady"].between(END - HOUR, now)
    assert (tail.start, tail.end, tail.bad, tail.total) == (END - HOUR, now, bad, total)
    store.close()
