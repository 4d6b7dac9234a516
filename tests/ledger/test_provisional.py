"""Whole windows asked for at once: near the truth before replay, gone after it, and harmless where it fails."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.errors import PrometheusError, PrometheusUnavailableError, QueryTimeoutError
from sloguard.ledger.plan import counting_plan, group_key, ledger_key
from sloguard.ledger.provisional import ProvisionalCounting
from sloguard.ledger.replay import Replay
from sloguard.ledger.reporting import stored_status
from sloguard.model.series import Sample
from sloguard.model.settings import Configuration, PrometheusSettings
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.status import SloState, SloStatus
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from sloguard.ports import InstantQueries
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from tests.ledger.conftest import Past, at, slo_of
from tests.ledger.worlds import DAY, END, START
from tests.support.truth import Pod, World, openmetrics, simulate

MINUTE = timedelta(minutes=1)
JOBS = ("steady", "day-and-night", "resets", "long-gap", "histogram")
SCRAPES_A_DAY = 5_760


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def within(slo: Slo, window: timedelta) -> Slo:
    return replace(slo, window=RollingWindow(window))


def status(store: Store, *slos: Slo) -> dict[str, SloStatus]:
    services = tuple(Service(slo.service, (slo,)) for slo in slos)
    return {slo.service: slo for slo in stored_status(Configuration(services), store, at(END)).slos}


def test_the_numbers_of_an_empty_ledger_are_near_the_truth_and_exact_once_it_is_filled(
    past: Past, store: Store
) -> None:
    """Where series are born with errors on them, `increase` misses those, which is why it is provisional."""
    slos = [within(slo_of(job), timedelta(days=4)) for job in JOBS]
    assert all(each.state is SloState.NO_DATA and each.counts is None for each in status(store, *slos).values())

    ProvisionalCounting(past.client, store.provisional).run(slos, at(END))
    before = status(store, *slos)
    Replay(past.client, store.ledger, MINUTE).run(counting_plan(slos), at(END - 4 * DAY), at(END))
    after = status(store, *slos)

    for job in JOBS:
        bad, total = past.truths[job].between(END - 4 * DAY, END)
        early, late = before[job], after[job]
        assert early.provisional is not None
        assert early.provisional.replayed_ratio == 0.0
        assert (early.approximate, early.state) == (True, SloState.NO_DATA)
        assert early.counts is not None
        assert early.counts.total == pytest.approx(total, rel=0.03), job
        assert early.counts.bad / early.counts.total == pytest.approx(bad / total, rel=0.03), job
        assert (late.provisional, late.approximate) == (None, False)
        assert late.counts is not None
        assert late.counts.bad == pytest.approx(bad, rel=1e-3)
        assert late.counts.total == pytest.approx(total, rel=1e-3)


def test_a_calendar_period_is_asked_for_as_far_as_it_has_come(past: Past, store: Store) -> None:
    month = replace(slo_of("steady"), window=CalendarWindow(Period.MONTH, "UTC"))
    begun = at(END).replace(day=1, hour=0, minute=0, second=0)
    _, total = past.truths["steady"].between(max(START, begun.timestamp()), END)
    ProvisionalCounting(past.client, store.provisional).run([month], at(END))
    (found,) = store.provisional.provisional().values()
    assert found.start_at == begun
    assert found.counts is not None
    assert found.counts.total == pytest.approx(total, rel=0.03)


def test_groups_have_counts_of_their_own_unless_there_are_more_than_places(past: Past, store: Store) -> None:
    template = replace(within(slo_of("tenants"), timedelta(days=4)), group_by=("tenant",))
    key = ledger_key(template)
    ProvisionalCounting(past.client, store.provisional).run([template], at(END))
    found = {key: each.counts for key, each in store.provisional.provisional().items() if each.counts}
    acme = found[group_key(key, (("tenant", "acme"),))]
    assert acme.total == pytest.approx(past.tenants["acme"].between(END - 4 * DAY, END)[1], rel=0.03)
    assert found.pop(key).total == pytest.approx(sum(each.total for each in found.values()))
    assert len(found) == len(past.tenants)

    store.provisional.forget_provisional(at(END + 1))
    ProvisionalCounting(past.client, store.provisional).run([replace(template, group_limit=1)], at(END))
    assert store.provisional.provisional().keys() == {key}


@pytest.fixture(scope="module")
def stingy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    """It holds one series' samples of a day in memory and few results beside: not as many as `busy` has series."""
    directory = tmp_path_factory.mktemp("stingy")
    samples: list[str] = []
    for job, pods in (("one", 1), ("two", 2), ("busy", 20)):
        every = tuple(Pod(str(number), END - DAY, END) for number in range(pods))
        world = World(END - DAY, END, every, lambda _: 0.5, lambda _: 0.1, job=job)
        samples += simulate(world)[1]
    (directory / "history.om").write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", directory / "history.om")
    with PrometheusServer(directory, arguments=[f"--query.max-samples={SCRAPES_A_DAY + 8}"]) as server:
        yield server


def test_what_prometheus_refuses_is_split_until_it_can_be_named(stingy: PrometheusServer, store: Store) -> None:
    slos = [within(slo_of(job), timedelta(days=1)) for job in ("one", "busy", "two")]
    with PrometheusClient(PrometheusSettings(url=stingy.url), attempts=1) as client:
        source = Counting(client)
        counting = ProvisionalCounting(source, store.provisional)
        counting.run(slos, at(END))
        first, source.queries = source.queries, 0
        counting.run(slos, at(END + 60))
    found = status(store, *slos)
    assert [found[job].counts is not None for job in ("one", "busy", "two")] == [True, False, True]
    assert set(counting.refused) == {ledger_key(slos[1])}
    refused = store.provisional.provisional()[ledger_key(slos[1])]
    assert refused.counts is None
    assert refused.asked_at == at(END + 60), "known to be refused, though it was not asked for again"
    assert "Prometheus refuses it" in refused.why
    assert "too many samples" in refused.why
    assert source.most_in_flight == 1
    assert source.queries < first


@dataclass
class Counting:
    """Asks another one, and knows how often, and how many of the questions wait at once."""

    source: InstantQueries
    queries: int = 0
    in_flight: int = 0
    most_in_flight: int = 0

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        self.queries += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return self.source.query(promql, at)
        finally:
            self.in_flight -= 1


@dataclass
class Answering:
    """Answers with nothing, or fails where it is asked for a metric."""

    failing: Mapping[str, PrometheusError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:  # noqa: ARG002 - whenever it is
        self.asked.append(promql)
        for metric, error in self.failing.items():
            if metric in promql:
                raise error
        return []


def many(count: int) -> list[Slo]:
    """SLOs of which no two can be asked for by one selector."""
    return [
        replace(slo_of(f"job-{number}"), indicator=EventsIndicator(total=(f"all_{number}_",), bad=(f"bad_{number}_",)))
        for number in range(count)
    ]


def numbers(asked: Sequence[str]) -> list[int]:
    return sorted({int(found) for promql in asked for found in re.findall(r"all_(\d+)_", promql)})


def test_one_that_is_stopped_goes_on_with_those_that_had_no_turn(store: Store) -> None:
    source = Answering()
    counting = ProvisionalCounting(source, store.provisional)
    counting.run(many(60), at(END), stopped=lambda: len(numbers(source.asked)) >= 20)
    first = numbers(source.asked)
    source.asked.clear()
    counting.run(many(60), at(END))
    assert max(first) < 25
    assert numbers(source.asked[:2]) == list(range(25, 50))
    assert numbers(source.asked) == list(range(60))


def test_a_failure_keeps_what_was_answered_and_others_have_their_turn_first(store: Store) -> None:
    away = PrometheusUnavailableError("It is away.")
    source = Answering({"all_30_": away})
    counting = ProvisionalCounting(source, store.provisional)
    for _ in range(2):
        with pytest.raises(PrometheusUnavailableError):
            counting.run(many(60), at(END))
    assert 59 in numbers(source.asked)


def test_what_takes_too_long_on_its_own_is_named(store: Store) -> None:
    source = Answering({"all_7_": QueryTimeoutError("The query timed out.")})
    counting = ProvisionalCounting(source, store.provisional)
    counting.run(many(25), at(END))
    assert list(counting.refused.values()) == ["The query timed out."]
    assert counting.refused.keys() == {ledger_key(many(8)[7])}


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_no_count(store: Store, value: float) -> None:
    class Odd:
        def query(self, promql: str, at: datetime) -> Sequence[Sample]:  # noqa: ARG002 - whatever it is
            return [Sample({"sloguard_term": str(term)}, value) for term in range(2)]

    ProvisionalCounting(Odd(), store.provisional).run(many(1), at(END))
    assert store.provisional.provisional() == {}


def test_what_has_hardly_begun_is_not_asked_for(store: Store) -> None:
    source = Answering()
    month = replace(slo_of("steady"), window=CalendarWindow(Period.MONTH, "UTC"))
    begun = at(END).replace(day=1, hour=0, minute=59)
    ProvisionalCounting(source, store.provisional).run([month], begun)
    assert source.asked == []
    ProvisionalCounting(source, store.provisional).run([month], begun + MINUTE)
    assert len(source.asked) == 1
