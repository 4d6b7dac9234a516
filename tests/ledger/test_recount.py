"""Data that come late are counted when they are there; what Prometheus has forgotten since is not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.daemon.recounting import Recounting
from sloguard.errors import PrometheusUnavailableError
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.recount import Recount, known_of
from sloguard.ledger.replay import Replay
from sloguard.model.measurement import Slice
from sloguard.model.recount import Recounted
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.ports import CountedRange
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from tests.ledger.conftest import at, slo_of
from tests.ledger.test_replay import Refusing
from tests.support.engines import PROMETHEUS, engine_with
from tests.support.truth import Pod, World, simulate

MINUTE, HOUR = 60, 3_600
END = 1_795_000_000 // HOUR * HOUR
START = END - 5 * HOUR
LATE = (END - 40 * MINUTE, END - 20 * MINUTE)
"""What was scraped then came late."""
SCRAPE = timedelta(seconds=15)
SLO = slo_of("shop")
KEY = ledger_key(SLO)
PLAN = counting_plan([SLO])
PODS = (
    Pod("steady", START, END),
    Pod("restarted", START, END, restarts=(LATE[0] + 300.0,)),
    Pod("brief", LATE[0] + 120, LATE[1] - 120),
)
"""Of the brief one nothing is left once the late data are missing, and of the restart only what came after it."""


def moment(line: str) -> float:
    return float(line.rsplit(" ", 1)[1])


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PrometheusClient, PrometheusClient]]:
    """Prometheus before the late data came, and after."""
    _, samples = simulate(World(START, END, PODS, lambda _: 8.0, lambda _: 0.02, shows_zero=True))
    early = [line for line in samples if not LATE[0] <= moment(line) < LATE[1]]
    with (
        engine_with(PROMETHEUS, tmp_path_factory.mktemp("early"), early) as before,
        engine_with(PROMETHEUS, tmp_path_factory.mktemp("whole"), samples) as after,
        PrometheusClient(PrometheusSettings(url=before)) as first,
        PrometheusClient(PrometheusSettings(url=after)) as second,
    ):
        yield first, second


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def counted_by(client: PrometheusClient, store: Store) -> Sequence[Slice]:
    Replay(client, store.ledger, timedelta(seconds=MINUTE)).run(PLAN, at(START), at(END))
    return slices(store)


def slices(store: Store) -> Sequence[Slice]:
    return store.ledger.slices(KEY, START, END)


def recount(client: PrometheusClient, store: Store, *, only_unseen: bool = False) -> tuple[Recounted, ...]:
    again = Recount(client, store.recounts, timedelta(seconds=MINUTE), SCRAPE, only_unseen=only_unseen)
    return again.run(PLAN, at(END - HOUR), at(END), at(END))


def test_late_data_are_counted_once(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store, tmp_path: Path
) -> None:
    early, whole = clients
    before = known_of(counted_by(early, store))
    truth = open_store(f"sqlite:///{tmp_path}/truth.db")
    expected = counted_by(whole, truth)
    truth.close()
    assert before.total < known_of(expected).total, "something was lost"
    (change,) = recount(whole, store)
    assert slices(store) == expected, "as if it had never been late"
    assert change.slo_id == "shop/availability"
    assert change.after.total > change.before.total
    assert change.before.bridged_seconds > change.after.bridged_seconds == 0
    assert recount(whole, store) == ()
    (entry,) = store.recounts.recounts(10)
    assert (entry.at, entry.change) == (at(END), change)


def test_what_came_minutes_late_while_it_was_counted_is_found(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store, tmp_path: Path
) -> None:
    """Each slice of that time was settled without its samples, which Prometheus had when the next ones were. And the
    recount comes before the next evaluation.
    """
    early, whole = clients
    start, end = LATE[0] - 300, LATE[1] + 300
    Replay(early, store.ledger, timedelta(seconds=MINUTE)).run(PLAN, at(START), at(start))
    source = Refusing(early)
    ledger = LiveLedger(source, store.ledger, EvaluationSettings(settle=timedelta(0)), SCRAPE, PLAN)
    for now in range(start, end + 1, MINUTE):
        source._source = early if now < LATE[1] else whole
        settled = ledger.settle(at(now))
        store.ledger.write_ranges(settled.ranges)
        ledger.committed(settled)
    truth = open_store(f"sqlite:///{tmp_path}/truth.db")
    counted_by(whole, truth)
    expected = known_of(truth.ledger.slices(KEY, START, end))
    truth.close()
    before = known_of(slices(store))
    assert before.total < expected.total - 1_000
    (change,) = recount(whole, store)
    assert change.after.total - change.before.total == expected.total - before.total
    assert change.after.bad - change.before.bad == expected.bad - before.bad
    assert known_of(slices(store)) == expected
    assert [entry.change for entry in store.recounts.recounts(10)] == [change]


def test_what_prometheus_has_forgotten_stays_counted(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store
) -> None:
    early, whole = clients
    expected = counted_by(whole, store)
    assert recount(early, store) == ()
    assert slices(store) == expected
    assert store.recounts.recounts(10) == []


def test_several_replicas_only_fill_in_what_nobody_saw(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store
) -> None:
    early, whole = clients
    expected = counted_by(early, store)
    assert recount(whole, store, only_unseen=True) == ()
    assert slices(store) == expected


def test_what_has_changed_meanwhile_is_left_alone(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store
) -> None:
    early, whole = clients
    counted_by(early, store)
    (change,) = recount(whole, store)
    stale = replace(change, after=replace(change.after, total=0.0))
    assert store.recounts.revise([(CountedRange(KEY, change.start, change.end, ()), stale)], at(END)) == ()
    assert known_of(slices(store)).total > 0


def test_an_slo_that_nobody_has_counted_is_not_the_recounts_matter(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store
) -> None:
    assert recount(clients[1], store) == ()
    assert store.ledger.marks() == {}


def test_every_hour_the_last_hour_and_every_day_the_last_day(
    clients: tuple[PrometheusClient, PrometheusClient], store: Store
) -> None:
    early, whole = clients
    counted_by(early, store)
    asked: list[tuple[timedelta, timedelta]] = []

    class Watched(Recount):
        def run(self, plan, since, until, now, *, stopped=lambda: False):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            asked.append((until - since, now - until))
            return super().run(plan, since, until, now, stopped=stopped)

    changed: list[Recounted] = []
    recounting = Recounting(
        Watched(whole, store.recounts, timedelta(seconds=MINUTE), SCRAPE),
        PLAN,
        EvaluationSettings(),
        lambda: False,
        changed.extend,
    )
    for hours in (0, 1, 2, 25, 24):  # and the clock is put back
        recounting.run(at(END + 75) + timedelta(hours=hours))
    hour, day = timedelta(hours=1), timedelta(days=1)
    assert [reach for reach, _ in asked] == [day, hour, hour, day, day]
    assert {age for _, age in asked} == {timedelta(seconds=75)}
    assert len(changed) == 1
    off = replace(recounting, settings=EvaluationSettings(recount_hourly=timedelta(0), recount_daily=timedelta(0)))
    off.run(at(END))
    assert len(asked) == 5


def test_a_prometheus_that_is_away_changes_nothing(store: Store) -> None:
    with PrometheusClient(PrometheusSettings(url="http://127.0.0.1:9"), attempts=1) as nobody:
        store.ledger.write_ranges([CountedRange(KEY, END - MINUTE, END, (Slice(END - MINUTE, MINUTE, 0.0, 9.0),))])
        with pytest.raises(PrometheusUnavailableError):
            recount(nobody, store)
    assert known_of(slices(store)).total == 9.0
