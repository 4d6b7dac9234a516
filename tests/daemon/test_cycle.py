"""The daemon's evaluation over a real Prometheus' past: one page, one resolve, whatever happens in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.daemon.cycle import Cycle, CycleReport
from sloguard.demo.prometheus import PrometheusServer, backfill, free_port
from sloguard.errors import PrometheusUnavailableError
from sloguard.evaluation.tiers import standard_tiers
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replay import Replay
from sloguard.ledger.replaying import Replaying
from sloguard.model.alert import ReasonCode, Transition
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.delivery import NotificationKind, OutboxEntry
from sloguard.model.measurement import Counts
from sloguard.model.policy import AlertPolicy, BudgetThreshold, Forecast, Severity
from sloguard.model.provisional import ProvisionalCount
from sloguard.model.secret import Secret
from sloguard.model.series import Sample
from sloguard.model.settings import Configuration, PagerDutyReceiver, PrometheusSettings, SlackReceiver
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.status import SloState
from sloguard.model.window import RollingWindow
from sloguard.ports import InstantQueries
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.store import Store, open_store
from tests.support.adjustments import exclusion
from tests.support.truth import Pod, World, openmetrics, simulate

HOUR, DAY = 3_600, 86_400
END = 1_795_000_000 // HOUR * HOUR
START = END - 4 * DAY
BROKEN = END - 2 * HOUR
REPAIRED = BROKEN + 120
STEP = 30
OBJECTIVE = Decimal("0.999")
MONTH = timedelta(days=30)
SLICE = timedelta(seconds=60)


def errors(at: float) -> float:
    return 0.9 if BROKEN <= at < REPAIRED else 0.0002


def availability() -> Slo:
    indicator = EventsIndicator(total=('requests_total{job="shop"}',), bad=('requests_total{job="shop",code="500"}',))
    policy = AlertPolicy(standard_tiers(1 - OBJECTIVE, MONTH, SLICE))
    return Slo(
        "shop",
        "availability",
        OBJECTIVE,
        RollingWindow(MONTH),
        indicator,
        policy,
        breakdown_by=("instance", "code"),
    )


def configuration(url: str, slos: Sequence[Slo]) -> Configuration:
    return Configuration(
        services=(Service("shop", tuple(slos)),),
        prometheus=PrometheusSettings(url=url, timeout=timedelta(seconds=5)),
        receivers=(
            SlackReceiver("slack.oncall", token=Secret("xoxb"), channel="#oncall"),
            PagerDutyReceiver("pagerduty.primary", routing_key=Secret("0" * 32)),
        ),
        routes={Severity.PAGE: ("pagerduty.primary", "slack.oncall"), Severity.TICKET: ("slack.oncall",)},
    )


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrometheusServer]:
    directory = tmp_path_factory.mktemp("prometheus")
    pods = (Pod("a", START, END), Pod("b", START, END))
    _, samples = simulate(World(START, END, pods, lambda _: 10.0, errors))
    history = directory / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", history)
    with PrometheusServer(directory) as server:
        yield server


@dataclass
class Process:
    """A daemon's evaluating half, as it stands after a start."""

    store: Store
    configuration: Configuration
    adhoc: InstantQueries | None = None

    def __post_init__(self) -> None:
        settings = self.configuration
        self.client = PrometheusClient(settings.prometheus, attempts=1)
        plan = counting_plan(settings.slos)
        self.histories = Histories(self.store.ledger, SLICE)
        ledger = LiveLedger(self.client, self.store.ledger, settings.evaluation, timedelta(seconds=15), plan)
        adhoc = self.adhoc or AdhocQueries(settings.prometheus)
        replaying = Replaying(self.store.ledger, self.store.provisional, settings.slos)
        self.cycle = Cycle(
            settings, ledger, self.histories, self.store.alerts, adhoc, quiet=self.store.quiet, replaying=replaying
        )
        self.started = False

    def run(self, unix: int) -> CycleReport:
        if not self.started:
            self.histories.load(self.configuration.slos, at(unix))
            self.started = True
        return self.cycle.run(at(unix))


def at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


@pytest.fixture
def store(prometheus: PrometheusServer, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    with PrometheusClient(PrometheusSettings(url=prometheus.url)) as client:
        plan = counting_plan([availability()])
        Replay(client, opened.ledger, SLICE).run(plan, at(START), at(BROKEN - 600))
        # As replay would, which finds nothing there.
        opened.ledger.write_replayed([], dict.fromkeys(plan.keys, (END - 31 * DAY, START)))
    yield opened
    opened.close()


def outbox(store: Store) -> list[OutboxEntry]:
    """Everything that waits, as each receiver would get it, in order."""
    entries: list[OutboxEntry] = []
    now = at(END + DAY)
    from sloguard.model.delivery import Delivered

    while claimed := store.outbox.claim("test", now, timedelta(minutes=1), 100):
        for entry in claimed:
            store.outbox.record(entry, Delivered("ts"), now, None)
            entries.append(entry)
    return entries


def kinds(entries: Sequence[OutboxEntry], receiver: str) -> list[NotificationKind]:
    return [entry.notification.kind for entry in entries if entry.notification.receiver == receiver]


def test_one_page_and_its_resolve(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    fired = resolved = None
    for unix in range(BROKEN - 300, REPAIRED + 1200, STEP):
        for decision in process.run(unix).decisions.values():
            if decision.transition is Transition.FIRE:
                fired = unix
            if decision.transition is Transition.RESOLVE:
                resolved = unix
    assert fired is not None
    assert fired - BROKEN <= 120, "an outage is paged within two minutes"
    assert resolved is not None
    assert 240 <= resolved - REPAIRED <= 480
    entries = outbox(store)
    for receiver in ("pagerduty.primary", "slack.oncall"):
        assert kinds(entries, receiver) == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]
    assert len({entry.notification.dedup_key for entry in entries}) == 1


def test_the_page_says_what_fails_and_what_contributes(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(BROKEN - 300, REPAIRED, STEP):
        process.run(unix)
    incident = outbox(store)[0].notification.incident
    assert incident.summary.startswith("shop/availability: 98.")
    assert "the objective is 99.9 %" in incident.summary
    assert "over 1 h" in incident.reason
    assert [(found.label, found.value) for found in incident.contributors] == [("code", "500")]
    assert incident.contributors[0].bad_share_ratio == pytest.approx(1.0)


def test_an_outage_that_is_excluded_meanwhile_ends_its_alert_at_the_next_evaluation(
    prometheus: PrometheusServer, store: Store
) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(BROKEN - 300, REPAIRED, STEP):
        process.run(unix)
    assert kinds(outbox(store), "pagerduty.primary") == [NotificationKind.TRIGGER]
    store.adjustments.add(exclusion(BROKEN - 60, REPAIRED + 60, "shop"))
    (slo,) = process.run(REPAIRED + STEP).status.slos
    assert slo.adjusted is not None
    assert slo.adjusted.bad_taken_out is not None
    assert slo.adjusted.bad_taken_out > 1000
    assert slo.budget is not None
    assert slo.budget.remaining_ratio > 0.5
    for unix in range(REPAIRED + 2 * STEP, REPAIRED + 1200, STEP):
        process.run(unix)
    assert kinds(outbox(store), "pagerduty.primary") == [NotificationKind.RESOLVE]


def test_a_planned_exclusion_pages_nobody(prometheus: PrometheusServer, store: Store) -> None:
    store.adjustments.add(exclusion(BROKEN - 60, REPAIRED + 120, "shop/availability"))
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(BROKEN - 300, REPAIRED + 600, STEP):
        process.run(unix)
    assert outbox(store) == []


class Silent:
    """A Prometheus that does not tell what contributes."""

    def __init__(self) -> None:
        self.asked = 0

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        self.asked += 1
        raise PrometheusUnavailableError(f"no answer in time at {at}: {promql}")


def test_many_pages_do_not_wait_for_as_many_ornaments(prometheus: PrometheusServer, store: Store) -> None:
    many = [replace(availability(), name=f"availability-{number}") for number in range(20)]
    with PrometheusClient(PrometheusSettings(url=prometheus.url)) as client:
        Replay(client, store.ledger, SLICE).run(counting_plan(many), at(START), at(BROKEN - 600))
    silent = Silent()
    process = Process(store, configuration(prometheus.url, many), silent)
    fired = sum(len(process.run(unix).decisions) for unix in range(BROKEN - 60, REPAIRED, STEP))
    assert fired == len(many)
    assert silent.asked == 1, "the first one that is not answered is the last one that is asked"
    (page,) = [entry.notification for entry in outbox(store) if entry.notification.receiver == "pagerduty.primary"]
    assert page.kind is NotificationKind.TRIGGER
    assert len(page.incident.others) == len(many) - 1


def test_restarts_in_the_middle_of_an_incident_neither_page_again_nor_forget(
    prometheus: PrometheusServer, store: Store
) -> None:
    settings = configuration(prometheus.url, [availability()])
    process = Process(store, settings)
    for index, unix in enumerate(range(BROKEN - 300, REPAIRED + 1200, STEP)):
        if index % 4 == 0:
            process = Process(store, settings)
        process.run(unix)
    entries = outbox(store)
    assert kinds(entries, "pagerduty.primary") == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]


def test_a_daemon_that_was_down_catches_up_and_still_resolves(prometheus: PrometheusServer, store: Store) -> None:
    settings = configuration(prometheus.url, [availability()])
    before = Process(store, settings)
    for unix in range(BROKEN - 300, REPAIRED, STEP):
        before.run(unix)
    after = Process(store, settings)
    reports = [after.run(unix) for unix in range(REPAIRED + 2400, REPAIRED + 2700, STEP)]
    transitions = [decision.transition for report in reports for decision in report.decisions.values()]
    assert transitions == [Transition.RESOLVE]
    assert reports[-1].status.slos[0].coverage_ratio == pytest.approx(1.0)


def test_prometheus_away_freezes_and_loses_nothing(prometheus: PrometheusServer, store: Store) -> None:
    settings = configuration(prometheus.url, [availability()])
    process = Process(store, settings)
    for unix in range(BROKEN - 300, REPAIRED, STEP):
        process.run(unix)
    away = Process(store, configuration(f"http://127.0.0.1:{free_port()}", [availability()]))
    for unix in range(REPAIRED, REPAIRED + 1800, 10 * STEP):
        report = away.run(unix)
        assert report.error is not None
        assert not report.decisions
        assert report.status.slos[0].alerts, "the alert stays as it is"
    assert report.status.slos[0].state is SloState.NO_DATA
    assert report.status.slos[0].alerts[0].reason.code is ReasonCode.BURNING
    back = Process(store, settings)
    final = [back.run(unix) for unix in range(REPAIRED + 1800, REPAIRED + 2100, STEP)][-1]
    assert final.error is None
    assert kinds(outbox(store), "pagerduty.primary") == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]


def test_a_daemon_without_history_does_not_take_its_first_minute_for_an_hour(
    prometheus: PrometheusServer, tmp_path: Path
) -> None:
    empty = open_store(f"sqlite:///{tmp_path}/empty.db")
    process = Process(empty, configuration(prometheus.url, [availability()]))
    reports = [process.run(unix) for unix in range(BROKEN - 30, BROKEN + 45, 5)]
    assert not any(report.decisions for report in reports)
    empty.close()


def test_an_slo_that_is_removed_while_it_fires_is_resolved(prometheus: PrometheusServer, store: Store) -> None:
    process = Process(store, configuration(prometheus.url, [availability()]))
    for unix in range(BROKEN - 300, REPAIRED, STEP):
        process.run(unix)
    report = Process(store, configuration(prometheus.url, [])).run(REPAIRED + STEP)
    assert [decision.reason.code for decision in report.decisions.values()] == [ReasonCode.REMOVED]
    entries = outbox(store)
    assert kinds(entries, "slack.oncall") == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]
    assert "no longer declared" in entries[-1].notification.incident.reason


def test_an_indicator_that_prometheus_refuses_harms_no_other(prometheus: PrometheusServer, store: Store) -> None:
    indicator = EventsIndicator(total=('{__name__=~"requests_total|up("}',), bad=('requests_total{job="shop"}',))
    broken = Slo("shop", "broken", OBJECTIVE, RollingWindow(MONTH), indicator, AlertPolicy())
    report = Process(store, configuration(prometheus.url, [availability(), broken])).run(BROKEN - 300)
    assert report.error is None
    assert set(report.refused) == {"shop/broken"}
    states = {slo.id: slo.state for slo in report.status.slos}
    assert states == {"shop/availability": SloState.OK, "shop/broken": SloState.NO_DATA}


def test_a_composite_pages_and_names_the_member_that_burns(prometheus: PrometheusServer, store: Store) -> None:
    missing = EventsIndicator(total=('requests_total{job="shop"}',), bad=('requests_total{job="shop",code="404"}',))
    quiet = [
        replace(availability(), policy=AlertPolicy()),
        replace(availability(), name="found", indicator=missing, policy=AlertPolicy()),
    ]
    members = CompositeIndicator((Member("shop/availability", Decimal(3)), Member("shop/found")))
    whole = replace(availability(), name="whole", indicator=members)
    with PrometheusClient(PrometheusSettings(url=prometheus.url)) as client:
        Replay(client, store.ledger, SLICE).run(counting_plan(quiet), at(START), at(BROKEN - 600))
    settings = configuration(prometheus.url, [whole, *quiet])
    process = Process(store, settings)
    reports = [process.run(unix) for unix in range(BROKEN - 300, REPAIRED + 1200, STEP)]
    entries = outbox(store)
    assert kinds(entries, "pagerduty.primary") == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]
    incident = entries[0].notification.incident
    assert incident.slo_id == "shop/whole"
    (burning,) = incident.contributors
    assert (burning.label, burning.value, burning.total_share_ratio) == ("member", "shop/availability", 0.75)
    assert burning.bad_share_ratio == pytest.approx(1.0)
    status = {slo.id: slo for slo in reports[-1].status.slos}
    members_counts = [status[member.slo_id].counts for member in members.members]
    found = status["shop/whole"].counts
    assert found is not None
    ratios = [counts.bad / counts.total for counts in members_counts if counts]
    assert found.bad / found.total == pytest.approx((3 * ratios[0] + ratios[1]) / 4)
    assert status["shop/whole"].watermark_at == status["shop/found"].watermark_at


def budget_policy() -> AlertPolicy:
    thresholds = tuple(BudgetThreshold(Severity.TICKET, Decimal(left)) for left in ("0.5", "0"))
    tiers = standard_tiers(1 - OBJECTIVE, MONTH, SLICE)
    return AlertPolicy(tiers, budget=thresholds, forecast=Forecast(Severity.TICKET, timedelta(days=3)))


def test_no_alert_is_decided_by_a_provisional_number(prometheus: PrometheusServer, tmp_path: Path) -> None:
    """A new ledger: whether the window as a whole is overspent or not, what is counted decides, and is told."""
    slo = replace(availability(), policy=budget_policy())
    decided: list[object] = []
    for counts in (None, Counts(bad=5_000.0, total=1_000_000.0), Counts(bad=0.0, total=1_000_000.0)):
        opened = open_store(f"sqlite:///{tmp_path}/{len(decided)}.db")
        if counts is not None:
            known = ProvisionalCount(at(BROKEN) - MONTH, at(BROKEN), counts)
            opened.provisional.keep_provisional({ledger_key(slo): known})
        process = Process(opened, configuration(prometheus.url, [slo]))
        reports = [process.run(unix) for unix in range(BROKEN - 4_500, BROKEN + 600, 60)]
        (last,) = reports[-1].status.slos
        assert last.provisional is not None
        assert (last.counts == counts) is (counts is not None)
        assert last.state is SloState.BURNING
        incidents = [entry.notification.incident for entry in outbox(opened)]
        assert {(each.severity, each.budget_remaining_ratio) for each in incidents} == {(Severity.PAGE, None)}
        decided.append(([report.decisions for report in reports], incidents))
        opened.close()
    assert decided[0] == decided[1] == decided[2]
