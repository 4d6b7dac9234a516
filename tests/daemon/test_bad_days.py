"""Answers of Prometheus that are partial or take too long, and series that are late: nothing is counted twice, and
nothing is lost.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.errors import PrometheusError
from sloguard.ledger.live import LiveLedger, Settled
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.recount import Recount, known_of
from sloguard.ledger.replay import Replay
from sloguard.model.measurement import NoDataReason
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.model.status import SloState
from sloguard.ports import CountedRange, LedgerKey
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from tests.daemon.test_cycle import END, HOUR, SLICE, Process, at, configuration
from tests.ledger.conftest import slo_of
from tests.support.engines import PROMETHEUS, engine_with
from tests.support.spoiling import SpoilingProxy, partial, spoiling_proxy, timed_out
from tests.support.truth import Pod, Truth, World, simulate

START = END - 3 * HOUR
UNTIL = END - HOUR
FROM, NOW = UNTIL - 120, UNTIL + 60
"""An evaluation now settles the slices in between, and its tail is a minute long."""
SILENT, BACK = UNTIL + 600, UNTIL + 2100
SCRAPE = timedelta(seconds=15)
SHOP, MALL, LATE = (slo_of(job) for job in ("shop", "mall", "late"))
SLOS = (SHOP, MALL, LATE)
PLAN = counting_plan(SLOS)
RESTART = UNTIL - 40
WORLDS = {
    "shop": (
        Pod("steady", START, END),
        Pod("restarts", START, END, restarts=(RESTART, RESTART + 70.0)),
        Pod("old", START, RESTART + 10),
        Pod("new", RESTART + 20, END),
        Pod("newer", RESTART + 80, END),
    ),
    "mall": (Pod("steady", START, END),),
    "late": (Pod("steady", START, END),),
}
"""In a slice and in the tail of one of them a closer look is needed; of another nothing is seen for a while."""


@dataclass(frozen=True)
class Lived:
    proxy: SpoilingProxy
    truths: Mapping[LedgerKey, Truth]

    def sums(self, start: int, end: int) -> Mapping[LedgerKey, tuple[float, float]]:
        return {key: truth.between(start, end) for key, truth in self.truths.items()}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    truths: dict[LedgerKey, Truth] = {}
    samples: list[str] = []
    for slo in SLOS:
        blind = ((SILENT, BACK),) if slo is LATE else ()
        world = World(START, END, WORLDS[slo.service], lambda _: 6.0, lambda _: 0.05, shows_zero=True, blind=blind)
        truths[ledger_key(slo)], lines = simulate(replace(world, job=slo.service))
        samples += lines
    with engine_with(PROMETHEUS, tmp_path_factory.mktemp("prometheus"), samples) as url, spoiling_proxy(url) as proxy:
        yield Lived(proxy, truths)


@pytest.fixture
def client(lived: Lived) -> Iterator[PrometheusClient]:
    with PrometheusClient(PrometheusSettings(url=lived.proxy.url), attempts=1) as client:
        yield client


def new_store(directory: Path, number: int = 0) -> Store:
    return open_store(f"sqlite:///{directory}/{number}.db")


def sums(store: Store, start: int, end: int) -> Mapping[LedgerKey, tuple[float, float]]:
    found = {key: known_of(store.ledger.slices(key, start, end)) for key in PLAN.keys}
    return {key: (known.bad, known.total) for key, known in found.items()}


def recount(client: PrometheusClient, store: Store, start: int, end: int) -> int:
    """How many changes were found."""
    return len(Recount(client, store.recounts, SLICE, SCRAPE).run(PLAN, at(start), at(end), at(end)))


def test_a_partial_answer_to_any_query_of_an_evaluation(lived: Lived, tmp_path: Path) -> None:
    marks: list[set[int]] = []
    while not marks or lived.proxy.has_spoilt:
        store = new_store(tmp_path, len(marks))
        process = Process(store, configuration(lived.proxy.url, SLOS))
        process.run(FROM + 30)
        with lived.proxy.spoiling(len(marks) + 1, partial):
            report = process.run(NOW)
        if lived.proxy.has_spoilt:
            assert "only in part" in str(report.error)
        marks.append({mark.watermark for mark in store.ledger.marks().values()})
        assert process.run(NOW + 90).error is None
        assert sums(store, FROM, UNTIL + 60) == lived.sums(FROM, UNTIL + 60)
        store.close()
    settling, tail = marks.count(set()), marks.count({UNTIL})
    assert settling > 6, "the closer look, too"
    assert tail > 4
    assert marks == [set()] * settling + [{UNTIL}] * tail, "no watermark moves to where it is not known"


def test_a_timeout_of_any_query_that_counts(lived: Lived, client: PrometheusClient, tmp_path: Path) -> None:
    """Asked for in smaller parts, or found by the next recount."""
    store = new_store(tmp_path)
    Replay(client, store.ledger, SLICE).run(PLAN, at(UNTIL - HOUR), at(FROM))
    store.close()
    refused = number = 0
    while not number or lived.proxy.has_spoilt:
        number += 1
        shutil.copy(tmp_path / "0.db", tmp_path / f"{number}.db")
        store = new_store(tmp_path, number)
        ledger = LiveLedger(client, store.ledger, EvaluationSettings(), SCRAPE, PLAN)
        settle(ledger, store, FROM + 30)
        with lived.proxy.spoiling(number, timed_out):
            settled = settle(ledger, store, UNTIL + 30)
        settle(ledger, store, UNTIL + 90)
        found = recount(client, store, FROM, UNTIL + 60)
        assert found == len(settled.refused)
        assert sums(store, FROM, UNTIL + 60) == lived.sums(FROM, UNTIL + 60)
        refused += found
        store.close()
    assert number > 6
    assert refused > 0


def settle(ledger: LiveLedger, store: Store, now: int) -> Settled:
    settled = ledger.settle(at(now))
    store.ledger.write_ranges(settled.ranges)
    ledger.committed(settled)
    return settled


def test_a_partial_answer_to_any_query_of_a_replay(lived: Lived, client: PrometheusClient, tmp_path: Path) -> None:
    faults = number = 0
    while not number or lived.proxy.has_spoilt:
        number += 1
        store = new_store(tmp_path, number)
        replay = Replay(client, store.ledger, SLICE)
        try:
            with lived.proxy.spoiling(number, partial):
                replay.run(PLAN, at(UNTIL), at(NOW + 480))
        except PrometheusError:
            faults += 1
            assert store.ledger.marks().keys() == store.ledger.replayed().keys()
            replay.run(PLAN, at(UNTIL), at(NOW + 480))
        assert sums(store, UNTIL, NOW + 480) == lived.sums(UNTIL, NOW + 480)
        store.close()
    assert faults > 4


def test_a_partial_answer_to_any_query_of_a_recount(lived: Lived, client: PrometheusClient, tmp_path: Path) -> None:
    store = new_store(tmp_path)
    Replay(client, store.ledger, SLICE).run(PLAN, at(UNTIL - HOUR), at(NOW))
    store.ledger.write_ranges([CountedRange(PLAN.keys[0], FROM, UNTIL, ())])
    before = sums(store, UNTIL - HOUR, NOW)
    assert before != lived.sums(UNTIL - HOUR, NOW)
    faults = number = 0
    while not number or lived.proxy.has_spoilt:
        number += 1
        try:
            with lived.proxy.spoiling(number, partial):
                recount(client, store, UNTIL - HOUR, NOW)
        except PrometheusError:
            faults += 1
            assert sums(store, UNTIL - HOUR, NOW) == before
            assert store.recounts.recounts(10) == []
    assert faults > 4
    assert sums(store, UNTIL - HOUR, NOW) == lived.sums(UNTIL - HOUR, NOW)
    assert len(store.recounts.recounts(10)) == 1
    store.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_series_that_return_late(lived: Lived, client: PrometheusClient, tmp_path: Path, restarted: bool) -> None:
    store, settings = new_store(tmp_path), configuration(lived.proxy.url, SLOS)
    process = Process(store, settings)
    late, key = ledger_key(LATE), ledger_key(SHOP)
    for now in range(UNTIL, BACK + 360, 60):
        process.run(now)
        marks = store.ledger.marks()
        if now == BACK - 60:
            assert marks[late].watermark <= SILENT + 300 < marks[key].watermark
            if restarted:
                process = Process(store, settings)
    start, end = UNTIL, BACK + 240
    Replay(client, store.ledger, SLICE).run(PLAN, at(start), at(end))
    # What happened in a gap that nobody watched to its end is in one slice, until the recount.
    assert recount(client, store, start, end) == (1 if restarted else 0)
    assert sums(store, start, end) == lived.sums(start, end)
    for part in store.ledger.slices(late, start, end):
        assert part.bridged == (SILENT + 240 <= part.start < BACK + 60), part.start
    store.close()


def test_too_little_is_known_until_it_is_recounted(lived: Lived, client: PrometheusClient, tmp_path: Path) -> None:
    store, settings = new_store(tmp_path), configuration(lived.proxy.url, SLOS)
    Replay(client, store.ledger, SLICE).run(PLAN, at(UNTIL - HOUR), at(NOW))
    # As replay would, if it found nothing there.
    store.ledger.write_replayed([], dict.fromkeys(PLAN.keys, (NOW - 31 * 24 * HOUR, UNTIL - HOUR)))
    store.ledger.write_ranges([CountedRange(ledger_key(SHOP), UNTIL - 1800, UNTIL - 900, ())])
    found = {slo.id: slo for slo in Process(store, settings).run(NOW + 60).status.slos}
    shop = found["shop/availability"]
    assert shop.state is SloState.NO_DATA
    assert found["mall/availability"].no_data is None
    assert shop.no_data
    assert shop.no_data.reason is NoDataReason.LOW_COVERAGE
    assert shop.coverage_ratio == pytest.approx(0.75, abs=0.02)
    assert recount(client, store, UNTIL - HOUR, UNTIL) == 1
    (shop, *_) = Process(store, settings).run(NOW + 120).status.slos
    assert (shop.coverage_ratio, shop.no_data) == (1.0, None)
    store.close()


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=40)])
def test_a_clock_that_was_ahead_makes_no_window_forget_its_beginning(
    lived: Lived, client: PrometheusClient, tmp_path: Path, ahead: timedelta
) -> None:
    store, settings = new_store(tmp_path), configuration(lived.proxy.url, SLOS)
    Replay(client, store.ledger, SLICE).run(PLAN, at(START), at(END))
    process = Process(store, settings)
    process.run(END + 60)
    process.cycle.run(at(END + 90) + ahead)
    found = process.run(END + 120).status.slos
    expected = Process(store, settings).run(END + 120).status.slos
    assert [slo.counts for slo in found] == [slo.counts for slo in expected]
    assert all(slo.counts and slo.counts.total > 10_000 for slo in found)
    store.close()
