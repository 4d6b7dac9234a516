"""Samples stop and come back, or never come, over a real Prometheus' past: a second alert, and never a false one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.daemon.watch import Sight, Watch
from sloguard.demo.prometheus import PrometheusServer, backfill, free_port
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.alert import SELF_ALERT, AlertKey, AlertKind, ReasonCode, Transition
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import NoDataPolicy, Severity
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store, open_store
from tests.daemon.test_cycle import END, HOUR, SLICE, STEP, Process, at, availability, configuration, outbox
from tests.support.truth import Pod, World, openmetrics, simulate

START = END - 12 * HOUR
SILENT, BACK = END - 3 * HOUR, END - 2 * HOUR
BROKEN = SILENT - 600
TRIGGER, RESOLVE = NotificationKind.TRIGGER, NotificationKind.RESOLVE


def slo(name: str = "availability", severity: Severity = Severity.TICKET) -> Slo:
    declared = availability()
    return replace(declared, name=name, policy=replace(declared.policy, no_data=NoDataPolicy(severity)))


NEVER = replace(slo("never", Severity.PAGE), indicator=EventsIndicator(total=("nobody_counts",), bad=("nothing",)))


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    directory = tmp_path_factory.mktemp("prometheus")
    world = World(
        START,
        END,
        (Pod("a", START, END),),
        lambda _: 10.0,
        lambda now: 0.9 if BROKEN <= now < SILENT else 0.0002,
        blind=((SILENT, BACK),),
    )
    _, samples = simulate(world)
    history = directory / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", history)
    with PrometheusServer(directory) as server:
        yield server


@pytest.fixture
def store(prometheus: PrometheusServer, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    with PrometheusClient(PrometheusSettings(url=prometheus.url)) as client:
        Replay(client, opened.ledger, SLICE).run(counting_plan([slo()]), at(START), at(BROKEN - 600))
    yield opened
    opened.close()


def changes(process: Process, start: int, end: int) -> list[tuple[int, AlertKey, Transition, ReasonCode]]:
    return [
        (unix, key, decision.transition, decision.reason.code)
        for unix in range(start, end, STEP)
        for key, decision in process.run(unix).decisions.items()
    ]


def test_silence_is_told_beside_the_page_that_it_freezes(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [slo()]))
    page, silence = AlertKey("shop/availability"), AlertKey("shop/availability", AlertKind.NO_DATA)
    found = changes(process, BROKEN - 120, BACK + 1800)
    (_, first, *_), (stopped, second, *stop), (back, third, *end), (_, fourth, *over) = found
    assert (first, second, third, fourth) == (page, silence, silence, page)
    assert stop == [Transition.FIRE, ReasonCode.DATA_STOPPED]
    # Prometheus shows a series for five minutes after its last sample; then the clock of five minutes runs.
    assert 540 <= stopped - SILENT <= 720
    assert end == [Transition.RESOLVE, ReasonCode.DATA_RETURNED]
    assert 60 <= back - BACK <= 180
    assert over == [Transition.RESOLVE, ReasonCode.RECOVERED]
    entries = outbox(store)
    told = [(entry.notification.dedup_key, entry.notification.kind) for entry in entries]
    assert [kind for key, kind in told if key == "sloguard/shop/availability/no-data"] == [TRIGGER, RESOLVE]
    (trigger,) = [
        entry.notification
        for entry in entries
        if entry.notification.incident.kind is AlertKind.NO_DATA and entry.notification.kind is TRIGGER
    ]
    assert trigger.receiver == "slack.oncall"
    assert "nothing has been seen since" in trigger.incident.summary
    assert "Last known: " not in trigger.incident.reason, "the ledger lacks most of the 30 days: it is provisional"
    assert store.alerts.alerts() == {}


def test_while_prometheus_is_away_only_sloguard_itself_alerts(prometheus: PrometheusServer, store: Store) -> None:
    settings = configuration(prometheus.url, [slo()])
    assert changes(Process(store, settings), BROKEN - 120, BROKEN - 60) == []
    away = Process(store, configuration(f"http://127.0.0.1:{free_port()}", [slo()]))
    watch = Watch(settings, store.alerts, store.quiet)
    fired = []
    for unix in range(BROKEN - 60, BROKEN + 2400, 10 * STEP):
        report = away.run(unix)
        assert not report.decisions
        if watch.run(Sight(at(START), at(BROKEN - 60), str(report.error)), at(unix)):
            fired.append(unix)
    assert len(fired) == 1
    assert list(store.alerts.alerts()) == [SELF_ALERT]
    (told,) = outbox(store)
    assert told.notification.dedup_key == "sloguard"
    # Back in the hour without samples: what nobody could see is no silence of the SLO's.
    back = Process(store, settings)
    first = changes(back, SILENT + 1200, SILENT + 1200 + 270)
    assert [change for change in first if change[1].kind is AlertKind.NO_DATA] == []


def test_a_promise_that_nobody_measures_is_a_ticket_even_if_silence_pages(
    prometheus: PrometheusServer, store: Store
) -> None:
    settings = configuration(prometheus.url, [slo(), NEVER])
    found = changes(Process(store, settings), START + HOUR, START + HOUR + 600)
    ((fired, key, transition, code),) = found
    assert fired - (START + HOUR) == 300
    assert (key, transition) == (AlertKey("shop/never", AlertKind.NO_DATA), Transition.FIRE)
    assert code is ReasonCode.NEVER_SEEN
    # A restart begins the clock anew, and neither tells again nor calls it over.
    assert changes(Process(store, settings), START + HOUR + 600, START + HOUR + 1200) == []
    assert store.alerts.alerts()[key].alert.severity is Severity.TICKET
    gone = Process(store, configuration(prometheus.url, [slo()])).run(START + HOUR + 1200)
    assert [decision.reason.code for decision in gone.decisions.values()] == [ReasonCode.REMOVED]
    assert [entry.notification.kind for entry in outbox(store)] == [TRIGGER, RESOLVE]


def test_who_wants_no_such_alert_gets_none(prometheus: PrometheusServer, store: Store) -> None:
    quiet = replace(NEVER, policy=replace(NEVER.policy, no_data=None))
    found = changes(Process(store, configuration(prometheus.url, [slo(), quiet])), START + HOUR, START + HOUR + 900)
    assert found == []


def test_the_clock_of_an_slo_of_its_own(prometheus: PrometheusServer, store: Store) -> None:
    patient = replace(NEVER, policy=replace(NEVER.policy, no_data=NoDataPolicy(Severity.INFO, timedelta(minutes=12))))
    process = Process(store, configuration(prometheus.url, [patient]))
    ((fired, *_),) = changes(process, START + HOUR, START + HOUR + 1200)
    assert fired - (START + HOUR) == 720
