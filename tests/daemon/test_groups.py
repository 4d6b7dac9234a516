"""One SLO per tenant in the daemon: one tenant's outage pages for it alone, and its end resolves the alert."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from sloguard.daemon.left_out import REMEDY, LeftOut
from sloguard.daemon.telemetry import Telemetry
from sloguard.demo.prometheus import PrometheusServer, backfill, free_port
from sloguard.ledger.reporting import stored_status
from sloguard.model.alert import AlertDecision, AlertKey, ReasonCode, Transition
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import AlertPolicy, Severity, Tier
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.status import SloState
from sloguard.model.window import RollingWindow
from sloguard.presentation.status_json import status_document
from sloguard.store import Store, open_store
from tests.daemon.test_cycle import Process, configuration, kinds, outbox
from tests.support.truth import Pod, World, openmetrics, simulate

HOUR = 3_600
END = 1_795_000_000 // HOUR * HOUR
START = END - 6 * HOUR
BROKEN = END - 4 * HOUR
DIED = BROKEN + 180
WINDOW = timedelta(hours=2)
BROKEN_ID = 'shop/availability{tenant="broken"}'


def availability(limit: int = 100) -> Slo:
    tier = Tier(Severity.PAGE, timedelta(minutes=30), timedelta(minutes=5), Decimal(3))
    return Slo(
        "shop",
        "availability",
        Decimal("0.99"),
        RollingWindow(WINDOW),
        EventsIndicator(total=('requests_total{job="shop"}',), bad=('requests_total{job="shop",code="500"}',)),
        AlertPolicy((tier,)),
        breakdown_by=("instance", "code"),
        group_by=("tenant",),
        group_limit=limit,
    )


def tenant(name: str, born: int, died: int, errors_from: int) -> World:
    return World(
        START,
        END,
        (Pod(f"{name}-pod", born, died),),
        lambda _: 10.0,
        lambda at: 0.9 if at >= errors_from else 0.0002,
        labels=f',tenant="{name}"',
    )


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    directory = tmp_path_factory.mktemp("prometheus")
    tenants = (
        tenant("acme", START, END, END),
        tenant("broken", START, DIED, BROKEN),
        tenant("young", BROKEN, END, END),
    )
    samples = [line for world in tenants for line in simulate(world)[1]]
    history = directory / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", history)
    with PrometheusServer(directory) as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def test_one_tenants_outage_pages_for_it_alone_and_ends_with_it(prometheus: PrometheusServer, store: Store) -> None:
    settings = configuration(prometheus.url, [availability()])
    process = Process(store, settings)
    fired: dict[AlertKey, int] = {}
    for unix in range(BROKEN - 1800, DIED + 300, 60):
        decisions = process.run(unix).decisions
        fired |= {key: unix for key, decision in decisions.items() if decision.transition is Transition.FIRE}
    assert {key.slo_id for key in fired} == {BROKEN_ID}

    frozen = Process(store, settings)
    report = None
    for unix in range(DIED + 300, DIED + 2 * HOUR - 600, 540):
        report = frozen.run(unix)
        assert not report.decisions
    assert report is not None
    states = {slo.name: (slo.state, bool(slo.alerts)) for slo in report.status.slos}
    assert states == {
        'availability{tenant="acme"}': (SloState.OK, False),
        'availability{tenant="broken"}': (SloState.NO_DATA, True),
        'availability{tenant="young"}': (SloState.OK, False),
    }

    ended: dict[AlertKey, AlertDecision] = {}
    for unix in range(DIED + 2 * HOUR - 600, DIED + 2 * HOUR + 1200, 300):
        report = frozen.run(unix)
        ended |= report.decisions
    assert [decision.reason.code for decision in ended.values()] == [ReasonCode.REMOVED]
    assert [dict(slo.group)["tenant"] for slo in report.status.slos] == ["acme", "young"]
    assert report.status.services[0].health is not None
    entries = outbox(store)
    assert kinds(entries, "pagerduty.primary") == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]
    told = entries[0].notification.incident
    assert told.slo_name == 'availability{tenant="broken"}'
    contributors = {(found.label, found.value) for found in told.contributors}
    assert contributors <= {("code", "500")}, "its only instance tells nothing, and others' are not looked at"
    assert "its group is gone" in entries[-1].notification.incident.reason


def test_a_prometheus_that_is_away_for_longer_than_the_window_ends_no_alert(
    prometheus: PrometheusServer, store: Store
) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(BROKEN - 1800, DIED, 60):
        process.run(unix)
    away = Process(store, configuration(f"http://127.0.0.1:{free_port()}", [availability()]))
    report = away.run(DIED + 3 * HOUR)
    assert report.error is not None
    assert not report.decisions
    assert len(report.status.slos) == 3


def test_the_stored_status_has_the_groups(prometheus: PrometheusServer, store: Store) -> None:
    settings = configuration(prometheus.url, [availability()])
    process = Process(store, settings)
    for unix in range(BROKEN - 1200, BROKEN + 601, 60):
        process.run(unix)
    report = stored_status(settings, store, None)
    slos = json.loads(json.dumps(status_document(report)))["services"][0]["slos"]
    assert [(slo["id"], slo["group"]) for slo in slos] == [
        ('shop/availability{tenant="acme"}', {"tenant": "acme"}),
        (BROKEN_ID, {"tenant": "broken"}),
        ('shop/availability{tenant="young"}', {"tenant": "young"}),
    ]
    assert slos[1]["counts"]["bad"] > 1000


def test_what_is_left_out_is_told(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [availability(limit=1)]))
    process.run(BROKEN + 600)
    report = process.run(BROKEN + 660)
    assert report.left_out == {"shop/availability": 1}, "young; broken has died"
    assert [slo.id for slo in report.status.slos] == ['shop/availability{tenant="acme"}']

    registry = CollectorRegistry()
    Telemetry(registry, "1").left_out(report.left_out)
    assert registry.get_sample_value("sloguard_groups_left_out", {"slo_id": "shop/availability"}) == 1
    left_out = LeftOut([availability(limit=1)])
    assert [check.detail for check in left_out.checks()] == ["Every group has a place."]
    with capture_logs() as logs:
        left_out.note(report.left_out)
        left_out.note(report.left_out)
        (check,) = left_out.checks()
        left_out.note({"shop/availability": 0})
    assert [entry["event"] for entry in logs] == ["groups_left_out", "no_groups_left_out"]
    assert (logs[0]["left_out"], logs[0]["limit"], logs[0]["do"]) == (1, 1, REMEDY)
    assert check.ok
    assert check.detail == f"shop/availability leaves out 1 of its groups, for its limit is 1. {REMEDY}"
    assert LeftOut([]).checks() == ()
