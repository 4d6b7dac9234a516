"""All that changes a store, to be killed before any statement. Run as a program, it serves tests/support/killing.py."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sloguard.daemon.upkeep import Upkeep
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.recount import Recount
from sloguard.ledger.replay import Replay
from sloguard.model.delivery import Delivered, Notification, NotificationKind
from sloguard.model.measurement import Slice
from sloguard.model.retention import Retention
from sloguard.model.settings import Configuration
from sloguard.model.slo import Service
from sloguard.model.window import CalendarWindow, Period
from sloguard.ports import CountedRange, CycleOutcome, LedgerKey
from sloguard.store import Store
from tests.ledger.conftest import slo_of
from tests.store.killed_cycle import outcome
from tests.support.incidents import INCIDENT, NOON
from tests.support.killing import serve
from tests.support.scripted import ScriptedSource, events

MINUTE, HOUR, DAY = 60, 3_600, 86_400
NOW = 1_795_000_000 // DAY * DAY + 12 * HOUR
SLICE, SCRAPES = timedelta(minutes=1), timedelta(seconds=15)
SLOS = (
    slo_of("shop"),
    replace(slo_of("mall"), window=CalendarWindow(Period.MONTH, "Asia/Kolkata")),
)
PLAN = counting_plan(SLOS)
KEPT = SLOS[1:]
"""Of these old slices are rolled up, and cut where a month begins in Kolkata."""
REMOVED = LedgerKey("gone/availability", "f")
RETENTION = Retention(hours=timedelta(days=40), days=timedelta(days=45))
COUNTED_FROM = NOW - 46 * DAY
LATE = ((NOW - 8 * HOUR, NOW - 7 * HOUR), (NOW - 50 * MINUTE, NOW - 10 * MINUTE))
"""What happened then Prometheus got to know late."""
RECOUNTED_FROM = NOW - 9 * HOUR
REPLAYED_FROM = NOW - 14 * HOUR


def at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def prepare_cycle(store: Store) -> None:
    store.alerts.commit_cycle(outcome(0), NOON)


def cycle(store: Store) -> None:
    store.alerts.commit_cycle(outcome(1), NOON)


def prepare_upkeep(store: Store) -> None:
    """As upkeep left it a while ago: there is something to do at each age, and some of it is past keeping."""
    for key in (*map(ledger_key, KEPT), REMOVED):
        end = COUNTED_FROM + 6 * HOUR if key == REMOVED else NOW
        parts = tuple(_slices(key.slo_id.partition("/")[0], COUNTED_FROM, end))
        store.ledger.write_replayed([CountedRange(key, COUNTED_FROM, end, parts)], {key: (COUNTED_FROM, end)})
    for kind in (NotificationKind.TRIGGER, NotificationKind.RESOLVE):
        told = (Notification("r", "key", kind, INCIDENT),)
        store.alerts.commit_cycle(CycleOutcome(notifications=told), at(NOW - 40 * DAY))
        (claimed,) = store.outbox.claim("w", at(NOW - 40 * DAY), SLICE, 1)
        store.outbox.record(claimed, Delivered("ref"), at(NOW - 40 * DAY), None)


def _slices(job: str, start: int, end: int) -> Iterator[Slice]:
    time = start
    while time < end:
        ages = ((41 * DAY + 12 * HOUR, DAY), (3 * DAY + 14 * HOUR, HOUR), (8 * HOUR, 5 * MINUTE))
        seconds = next((step for age, step in ages if time < NOW - age), MINUTE)
        seconds -= time % seconds
        bad, total = events(job, time, time + seconds)
        yield Slice(time, seconds, float(bad), float(total))
        time += seconds


def upkeep(store: Store) -> None:
    configuration = Configuration(tuple(Service(slo.service, (slo,)) for slo in KEPT), retention=RETENTION)
    assert Upkeep(configuration, store.ledger, store.upkeep, lambda _: False).run(at(NOW)).complete


def prepare_recount(store: Store) -> None:
    """Counted while the late data were missing, but for one SLO."""
    early = ScriptedSource(lambda job, minute: job == "mall" or not any(a <= minute < b for a, b in LATE))
    for slo in (*SLOS, slo_of("late")):
        Replay(early, store.ledger, SLICE).run(counting_plan([slo]), at(RECOUNTED_FROM), at(NOW))


def recount(store: Store) -> None:
    plan = counting_plan((*SLOS, slo_of("late")))
    Recount(ScriptedSource(), store.recounts, SLICE, SCRAPES).run(plan, at(RECOUNTED_FROM), at(NOW), at(NOW))


def prepare_replay(store: Store) -> None:
    """A part of each was replayed before, and of one a second part: between them is a hole."""
    replay = Replay(ScriptedSource(), store.ledger, SLICE)
    replay.run(PLAN, at(NOW - 12 * HOUR), at(NOW - 9 * HOUR))
    replay.run(PLAN.only([ledger_key(SLOS[0])]), at(NOW - 3 * HOUR), at(NOW - 2 * HOUR))


def replay(store: Store) -> None:
    assert Replay(ScriptedSource(), store.ledger, SLICE).run(PLAN, at(REPLAYED_FROM), at(NOW)).complete


if __name__ == "__main__":
    serve({"cycle": cycle, "upkeep": upkeep, "recount": recount, "replay": replay})
