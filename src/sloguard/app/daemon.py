"""What `sloguard run` is put together from."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from threading import Event

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector

from sloguard.app.past import StoredPast, StoredStatus
from sloguard.clock import utc_now
from sloguard.daemon.candidate import Candidate
from sloguard.daemon.chores import Chore
from sloguard.daemon.cycle import Cycle
from sloguard.daemon.daemon import Daemon, Parts
from sloguard.daemon.deliver import DeliveryWorker
from sloguard.daemon.election import Election
from sloguard.daemon.provisional import Provisionally, provisional_chore
from sloguard.daemon.recounting import Recounting, recount_chore
from sloguard.daemon.telemetry import Telemetry
from sloguard.daemon.upkeep import Upkeep, upkeep_chore
from sloguard.daemon.watch import Watch
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger
from sloguard.ledger.plan import CountingPlan, counting_plan
from sloguard.ledger.provisional import ProvisionalCounting
from sloguard.ledger.recount import Recount
from sloguard.ledger.replay import Replay
from sloguard.ledger.replaying import Replaying
from sloguard.model.lease import Lease, lease_length
from sloguard.model.recount import Recounted
from sloguard.model.settings import Configuration
from sloguard.notify import build_receivers
from sloguard.ports import CountedRange
from sloguard.prometheus import PrometheusReplicas
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.store import Store, open_store
from sloguard.store.backup.scheduled import ScheduledBackups
from sloguard.web import Desk, WebServer, create_app

_ATTEMPTS = 2
"""The next evaluation asks again anyway."""
_REPLICA_LOOK = timedelta(minutes=1)
"""How often replicas that are not in use are asked whether they would answer."""
_LOOK_AT_BACKUPS = timedelta(minutes=5)
"""How often it is asked whether it is time for one: a restart must not begin to wait anew."""


@dataclass(frozen=True, slots=True)
class StoreAddress:
    url: str
    migrate: bool = False


def _chores(
    configuration: Configuration, store: Store, telemetry: Telemetry, replicas: PrometheusReplicas
) -> tuple[Chore, ...]:
    """What the daemon does beside evaluating; a new one is one entry here."""
    chores = [Chore("replicas", _REPLICA_LOOK, replicas.look_after, delay=_REPLICA_LOOK)]
    if configuration.backup is not None:
        backups = ScheduledBackups(store.engine, configuration.backup)
        chores.append(Chore("backup", _LOOK_AT_BACKUPS, lambda now: telemetry.backed_up(backups.run(now))))
    return tuple(chores)


def _cycle(
    configuration: Configuration, store: Store, replicas: PrometheusReplicas, histories: Histories, plan: CountingPlan
) -> Cycle:
    settings, evaluation = configuration.prometheus, configuration.evaluation
    ledger = LiveLedger(replicas, store.ledger, evaluation, settings.scrape_interval, plan, on_written=histories.note)
    adhoc = AdhocQueries(settings, lambda: replicas.in_use)
    replaying = Replaying(store.ledger, store.provisional, configuration.slos)
    return Cycle(configuration, ledger, histories, store.alerts, adhoc, quiet=store.quiet, replaying=replaying)


def _provisional(
    configuration: Configuration, store: Store, replicas: PrometheusReplicas, stopped: Callable[[], bool]
) -> Chore:
    slos = configuration.slos
    counting = ProvisionalCounting(replicas, store.provisional)
    replaying = Replaying(store.ledger, store.provisional, slos)
    return provisional_chore(Provisionally(counting, replaying, store.provisional, slos, stopped))


def _recount(
    configuration: Configuration,
    replicas: PrometheusReplicas,
    store: Store,
    on_written: Callable[[Sequence[CountedRange]], None],
) -> Recount:
    settings, slice_length = configuration.prometheus, configuration.evaluation.slice
    several = bool(settings.fallback_urls)
    return Recount(
        replicas, store.recounts, slice_length, settings.scrape_interval, only_unseen=several, on_written=on_written
    )


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What stays while the lease comes and goes."""

    configuration: Configuration
    store: Store
    replicas: PrometheusReplicas
    telemetry: Telemetry


def _term(lasting: _Lasting, lease: Lease, on_lease_lost: Callable[[], None]) -> Daemon:
    """A daemon that writes under a lease, and knows nothing from before it."""
    configuration, replicas, telemetry = lasting.configuration, lasting.replicas, lasting.telemetry
    store = lasting.store.fenced(lease)
    evaluation, scrape_interval = configuration.evaluation, configuration.prometheus.scrape_interval
    plan = counting_plan(configuration.slos)
    stopping = Event()
    histories = Histories(store.ledger, evaluation.slice)

    def recounted(changed: tuple[Recounted, ...]) -> None:
        telemetry.recounted(len(changed))

    recount = _recount(configuration, replicas, store, histories.note)
    parts = Parts(
        cycle=_cycle(configuration, store, replicas, histories, plan),
        watch=Watch(configuration, store.alerts, store.quiet),
        histories=histories,
        replay=Replay(replicas, store.ledger, evaluation.slice, scrape_interval, on_written=histories.note),
        plan=plan,
        delivery=DeliveryWorker(
            store.outbox,
            build_receivers(configuration.receivers, configuration.message_templates),
            name=lease.holder or "",
        ),
        outbox=store.outbox,
        store_ping=store.ping,
        telemetry=telemetry,
        chores=(
            *_chores(configuration, store, telemetry, replicas),
            _provisional(configuration, store, replicas, stopping.is_set),
            upkeep_chore(Upkeep(configuration, store.ledger, store.upkeep, stopping.wait)),
            recount_chore(Recounting(recount, plan, evaluation, stopping.is_set, recounted)),
        ),
        replicas=replicas.states,
        stopping=stopping,
        on_lease_lost=on_lease_lost,
    )
    return Daemon(configuration, parts)


@contextmanager
def running_daemon(configuration: Configuration, address: StoreAddress, host: str, port: int) -> Iterator[WebServer]:
    """The daemon and its web server, from start to stop.

    Raises:
        SloguardError: the store or the address cannot be used.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    with ExitStack() as stack:
        store = open_store(address.url, migrate=address.migrate)
        stack.callback(store.close)
        replicas = stack.enter_context(PrometheusReplicas(configuration.prometheus, attempts=_ATTEMPTS))
        telemetry = Telemetry(registry, version("sloguard"))
        lasting = _Lasting(configuration, store, replicas, telemetry)
        candidate = Candidate(
            Election(store.lease, lease_length(configuration.evaluation.interval)),
            partial(_term, lasting),
            StoredStatus(configuration, store).status,
            store.ping,
            telemetry,
        )
        desk = Desk(store.quiet, store.alerts, configuration.slos, configuration.api_token, utc_now)
        web = create_app(candidate, registry, StoredPast(configuration, store), desk)
        server = stack.enter_context(WebServer(web, host, port))
        candidate.start()
        stack.callback(candidate.stop)
        yield server
