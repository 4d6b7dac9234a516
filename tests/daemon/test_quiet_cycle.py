"""Silence, maintenance, dependencies and acknowledgements through the daemon's evaluation and its store."""

from dataclasses import replace
from datetime import timedelta

from sloguard.demo.prometheus import PrometheusServer
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.alert import AlertKey
from sloguard.model.maintenance import Maintenance
from sloguard.model.matcher import parse_matcher
from sloguard.model.quiet import Acknowledgement, QuietReason, Silence
from sloguard.model.settings import Configuration, PrometheusSettings
from sloguard.model.slo import Slo
from sloguard.prometheus import PrometheusClient
from sloguard.store import Store
from tests.daemon.test_cycle import (
    BROKEN,
    REPAIRED,
    SLICE,
    START,
    STEP,
    Process,
    at,
    availability,
    configuration,
    outbox,
    prometheus,
    store,
)

__all__ = ["prometheus", "store"]

KEY = AlertKey("shop/availability")
FIRES, ENDS = BROKEN - 60, REPAIRED + 1200


def pages(store: Store) -> list[tuple[str, str]]:
    """What PagerDuty is told: events with the dedup keys' SLOs."""
    notifications = [entry.notification for entry in outbox(store)]
    return [
        (each.kind.value, each.dedup_key.removeprefix("sloguard/"))
        for each in notifications
        if each.receiver == "pagerduty.primary"
    ]


def two(url: str, *, depends_on: tuple[str, ...]) -> Configuration:
    slos = [availability(), replace(availability(), name="dependant", depends_on=depends_on)]
    return configuration(url, slos)


def counted(prometheus: PrometheusServer, store: Store, *slos: Slo) -> None:
    with PrometheusClient(PrometheusSettings(url=prometheus.url)) as client:
        Replay(client, store.ledger, SLICE).run(counting_plan(slos), at(START), at(BROKEN - 600))


def test_a_silence_holds_back_through_restarts_and_its_end_is_the_page(
    prometheus: PrometheusServer, store: Store
) -> None:
    settings = configuration(prometheus.url, [availability()])
    silence = Silence((parse_matcher("slo=shop/availability"),), at(FIRES), at(REPAIRED), "ann", "drill")
    number = store.quiet.add_silence(silence).id
    for unix in range(FIRES, REPAIRED, STEP):
        status = Process(store, settings).run(unix).status
    quiet = status.slos[0].alerts[0].quiet
    assert quiet is not None
    assert (quiet.reason, quiet.source, quiet.until) == (QuietReason.SILENCED, str(number), at(REPAIRED))
    assert [(each.scope, each.quiet) for each in status.muted] == [('slo="shop/availability"', quiet)]
    assert store.alerts.incidents() == ()
    process = Process(store, settings)
    for unix in range(REPAIRED, ENDS, STEP):
        process.run(unix)
    assert pages(store) == [("trigger", "shop/availability"), ("resolve", "shop/availability")]
    (entry,) = store.quiet.held_back(at(FIRES), 10)
    assert entry.receivers == ("pagerduty.primary", "slack.oncall")


def test_in_maintenance_nobody_is_woken(prometheus: PrometheusServer, store: Store) -> None:
    begins = at(FIRES).replace(tzinfo=None)
    window = Maintenance("move", begins, timedelta(hours=2), services=frozenset({"shop"}), reason="new racks")
    settings = replace(configuration(prometheus.url, [availability()]), maintenance=(window,))
    process = Process(store, settings)
    reports = [process.run(unix) for unix in range(FIRES, ENDS, STEP)]
    assert pages(store) == []
    (held,) = [each for report in reports for each in report.held_back]
    assert (held.quiet.reason, held.quiet.source, held.quiet.detail) == (
        QuietReason.MAINTENANCE,
        "move",
        "new racks",
    )


def test_the_page_of_an_upstream_lists_what_depends_on_it(prometheus: PrometheusServer, store: Store) -> None:
    settings = two(prometheus.url, depends_on=("shop/availability",))
    counted(prometheus, store, *settings.slos)
    process = Process(store, settings)
    for unix in range(FIRES, REPAIRED, STEP):
        process.run(unix)
    (page,) = [each.notification for each in outbox(store) if each.notification.receiver == "pagerduty.primary"]
    assert page.dedup_key == "sloguard/shop/availability"
    assert [(each.slo_id, each.state.value) for each in page.incident.others] == [("shop/dependant", "held_back")]
    records = store.alerts.alerts()
    quiet = records[AlertKey("shop/dependant")].alert.quiet
    assert quiet is not None
    assert (quiet.reason, quiet.source) == (QuietReason.UPSTREAM_PAGES, "shop/availability")


def test_an_acknowledgement_is_taken_up_once(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(FIRES, REPAIRED, STEP):
        process.run(unix)
    alert = store.alerts.alerts()[KEY].alert
    taken = Acknowledgement("ann", at(REPAIRED), alert.severity, alert.started_at, "on it")
    earlier = replace(taken, started_at=alert.started_at - timedelta(days=1))
    store.quiet.acknowledge({KEY: taken, AlertKey("shop/gone"): taken})
    for unix in range(REPAIRED, REPAIRED + 4 * STEP, STEP):
        process.run(unix)
    assert store.quiet.acknowledgements() == {}
    assert store.alerts.alerts()[KEY].alert.acknowledged == taken
    store.quiet.acknowledge({KEY: earlier})
    report = process.run(REPAIRED + 4 * STEP)
    assert report.status.slos[0].alerts[0].acknowledged == taken, "one that is about an earlier alert is no news"
    assert pages(store) == [("trigger", "shop/availability"), ("acknowledge", "shop/availability")]
