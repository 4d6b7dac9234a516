"""Delivery from the real outbox to receivers of every temper, the real ones among them."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sloguard.daemon.deliver import DeliverySettings, DeliveryWorker, Outcome
from sloguard.demo.receivers import PagerDutyStandIn, SlackStandIn
from sloguard.errors import StoreError
from sloguard.model.delivery import (
    Delivered,
    DeliveryResult,
    Notification,
    NotificationKind,
    OutboxEntry,
    Rejected,
    Retry,
)
from sloguard.notify import build_receivers
from sloguard.ports import CycleOutcome
from sloguard.store import Store, open_store
from tests.notify.matrix import pagerduty, slack
from tests.support.incidents import NOON, notification

TRIGGER, UPDATE, RESOLVE = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE
SECOND = timedelta(seconds=1)


@dataclass
class Scripted:
    """A receiver that answers as it was told, then accepts everything."""

    name: str
    answers: list[DeliveryResult | Exception] = field(default_factory=list)
    takes_seconds: float = 0.0
    got: list[OutboxEntry] = field(default_factory=list)
    gate: threading.Event | None = None

    def send(self, entry: OutboxEntry) -> DeliveryResult:
        self.got.append(entry)
        time.sleep(self.takes_seconds)
        if self.gate:
            self.gate.wait(20)
        answer = self.answers.pop(0) if self.answers else Delivered(f"ref-{entry.id}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def kinds(self) -> list[NotificationKind]:
        return [entry.notification.kind for entry in self.got]


class SteppedSeconds:
    """A monotonic clock that moves on by so much whenever it is read."""

    def __init__(self, step: float) -> None:
        self._now, self._step = 0.0, step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def worker_for(store: Store) -> Iterator[Callable[..., DeliveryWorker]]:
    """Makes workers whose clock stands still and whose backoff is a second a failure."""
    made: list[DeliveryWorker] = []

    def make(*receivers: Scripted, settings: DeliverySettings | None = None) -> DeliveryWorker:
        by_name = {receiver.name: receiver for receiver in receivers}
        made.append(
            DeliveryWorker(
                store.outbox,
                by_name,
                backoff=lambda attempts: attempts * SECOND,
                monotonic=lambda: 0.0,
                settings=settings,
            )
        )
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def put(store: Store, *notifications: Notification, at: datetime = NOON) -> None:
    store.alerts.commit_cycle(CycleOutcome(notifications=notifications), at)


WorkerFor = Callable[..., DeliveryWorker]


def test_nothing_to_do(worker_for: WorkerFor) -> None:
    worker = worker_for(Scripted("slack.oncall"))
    assert worker.run_once(NOON) == 0
    assert worker.report().counts == {}


def test_what_waits_for_each_other_is_sent_in_one_run(store: Store, worker_for: WorkerFor) -> None:
    receiver = Scripted("slack.oncall")
    put(store, notification(TRIGGER), notification(UPDATE), notification(RESOLVE))
    worker = worker_for(receiver)
    assert worker.run_once(NOON) == 3
    assert receiver.kinds == [TRIGGER, UPDATE, RESOLVE]
    assert [entry.reference for entry in receiver.got] == [None, "ref-1", "ref-2"]
    assert worker.report().counts == {("slack.oncall", Outcome.DELIVERED): 3}


def test_busy_then_broken_then_well(store: Store, store_url: str) -> None:
    """429, then 500, then OK, each after a new start of the process: sent once, in order, nothing lost."""
    with SlackStandIn() as slack_server, PagerDutyStandIn() as pagerduty_server:
        receivers = (slack(slack_server.url), pagerduty(pagerduty_server.url))
        for kind in (TRIGGER, RESOLVE):
            put(store, notification(kind), notification(kind, receiver="pagerduty.primary"))
        for server in (slack_server, pagerduty_server):
            server.fail_next(429, headers={"Retry-After": "30"})
            server.fail_next(500)

        def run(now: datetime) -> int:
            after_restart = open_store(store_url)
            with DeliveryWorker(after_restart.outbox, build_receivers(receivers), backoff=lambda _: SECOND) as worker:
                delivered = worker.run_once(now)
            after_restart.close()
            return delivered

        assert run(NOON) == 0
        assert run(NOON + 29 * SECOND) == 0
        assert [len(server.requests) for server in (slack_server, pagerduty_server)] == [1, 1], "Retry-After was obeyed"
        assert run(NOON + 40 * SECOND) == 0
        assert run(NOON + 60 * SECOND) == 4
        assert run(NOON + timedelta(days=3)) == 0

        posted, over = slack_server.messages
        assert posted.text.startswith("🟢 Resolved")
        assert (posted.edits, over.thread) == (1, posted.timestamp)
        (alert,) = pagerduty_server.alerts.values()
        assert (pagerduty_server.pages, alert.events, alert.state) == (1, 1, "resolved")
    assert store.outbox.depth() == {"pending": 0, "delivered": 4, "dead": 0}


def test_dying_between_answer_and_record_pages_once(store: Store, store_url: str) -> None:
    """PagerDuty had accepted, the process was killed: the repeat is the same alert."""
    with PagerDutyStandIn() as server:
        put(store, notification(TRIGGER, receiver="pagerduty.primary"))
        (receiver,) = build_receivers((pagerduty(server.url),)).values()
        (entry,) = store.outbox.claim("the killed one", NOON, timedelta(seconds=60), 10)
        assert receiver.send(entry) == Delivered()

        with DeliveryWorker(store.outbox, {receiver.name: receiver}) as worker:
            assert worker.run_once(NOON + 59 * SECOND) == 0
            assert worker.run_once(NOON + 60 * SECOND) == 1
        assert (server.pages, len(server.requests)) == (1, 2)


def test_a_lost_answer_is_asked_for_again(store: Store) -> None:
    with PagerDutyStandIn() as server:
        put(store, notification(TRIGGER, receiver="pagerduty.primary"))
        server.drop_next(accept=True)
        with DeliveryWorker(
            store.outbox, build_receivers((pagerduty(server.url),)), backoff=lambda _: SECOND
        ) as worker:
            assert worker.run_once(NOON) == 0
            assert worker.run_once(NOON + 10 * SECOND) == 1
        assert server.pages == 1


def test_a_wait_is_counted_from_the_answer(store: Store) -> None:
    """The run began earlier than the answer came: the clock here moves 5 s each time it is read."""
    receiver = Scripted("slack.oncall", [Retry("busy", timedelta(seconds=30))])
    put(store, notification())
    with DeliveryWorker(store.outbox, {receiver.name: receiver}, monotonic=SteppedSeconds(5.0)) as worker:
        worker.run_once(NOON)
    assert store.outbox.claim("w", NOON + 34 * SECOND, SECOND, 1) == []


@pytest.mark.parametrize(
    ("after", "wait"),
    [
        (None, 1 * SECOND),
        (timedelta(0), 1 * SECOND),
        (20 * SECOND, 20 * SECOND),
        (timedelta(days=1), timedelta(hours=1)),
    ],
)
def test_the_wait_is_the_longer_of_both_and_at_most_an_hour(
    store: Store, worker_for: WorkerFor, after: timedelta | None, wait: timedelta
) -> None:
    put(store, notification())
    worker = worker_for(Scripted("slack.oncall", [Retry("busy", after)]))
    worker.run_once(NOON)
    assert worker.run_once(NOON + wait - timedelta(milliseconds=1)) == 0
    assert worker.run_once(NOON + wait) == 1


def test_who_wants_to_be_left_alone_is_left_alone_with_everything(store: Store, worker_for: WorkerFor) -> None:
    """Retry-After holds for the receiver: neither the rest of the batch nor what comes later is sent before."""
    receiver = Scripted("slack.oncall", [Retry("busy", 30 * SECOND)])
    put(store, notification(key="k1"), notification(key="k2"))
    worker = worker_for(receiver)
    worker.run_once(NOON)
    put(store, notification(key="k3"))
    assert worker.run_once(NOON + 29 * SECOND) == 0
    assert len(receiver.got) == 1
    assert worker.run_once(NOON + 30 * SECOND) == 3


def test_a_failing_entry_does_not_starve_the_others(store: Store, worker_for: WorkerFor) -> None:
    receiver = Scripted("slack.oncall", [Retry("500")])
    put(store, notification(key="k1"), notification(key="k2"))
    worker = worker_for(receiver)
    assert worker.run_once(NOON) == 0
    assert len(receiver.got) == 1, "one failure is enough for a run"
    assert worker.run_once(NOON) == 1
    assert receiver.got[-1].notification.dedup_key == "k2"


def test_one_receivers_trouble_is_not_anothers(store: Store, worker_for: WorkerFor) -> None:
    broken, well = Scripted("slack.oncall", [Retry("500")] * 9), Scripted("pagerduty.primary")
    keys = [f"k{number}" for number in range(5)]
    put(store, *(notification(key=key) for key in keys), *(notification(key=key, receiver=well.name) for key in keys))
    worker = worker_for(broken, well)
    assert worker.run_once(NOON) == 5
    assert len(well.got) == 5
    assert worker.report().counts == {(well.name, Outcome.DELIVERED): 5, (broken.name, Outcome.RETRIED): 1}


def test_a_slow_receiver_holds_up_nobody_and_is_not_asked_twice(store: Store, worker_for: WorkerFor) -> None:
    gate = threading.Event()
    slow, quick = Scripted("slack.oncall", gate=gate), Scripted("pagerduty.primary")
    put(store, notification(TRIGGER), notification(TRIGGER, receiver=quick.name), notification(key="other"))
    worker = worker_for(slow, quick, settings=DeliverySettings(patience=timedelta(milliseconds=200)))
    assert worker.run_once(NOON) == 1
    assert (len(slow.got), len(quick.got)) == (1, 1)
    put(store, notification(RESOLVE, receiver=quick.name))
    long_after_its_lease = NOON + timedelta(hours=1)
    assert worker.run_once(long_after_its_lease) == 1
    assert (len(slow.got), len(quick.got)) == (1, 2)
    gate.set()
    worker.close()
    assert store.outbox.depth() == {"pending": 0, "delivered": 4, "dead": 0}
    assert worker.report().total(Outcome.DELIVERED) == 4


def test_a_receiver_that_takes_long_gives_the_rest_back_before_the_lease_ends(store: Store) -> None:
    receiver = Scripted("slack.oncall")
    put(store, *(notification(key=f"k{number}") for number in range(9)))
    worker = DeliveryWorker(store.outbox, {receiver.name: receiver}, monotonic=SteppedSeconds(5.0))
    worker.run_once(NOON)
    worker.close()
    assert 0 < len(receiver.got) < 9
    assert len(store.outbox.claim("w", NOON + timedelta(minutes=5), SECOND, 10)) == 9 - len(receiver.got)


def test_a_rejected_entry_is_a_dead_letter_and_frees_the_next(store: Store, worker_for: WorkerFor) -> None:
    receiver = Scripted("slack.oncall", [Rejected("channel_not_found")])
    put(store, notification(TRIGGER), notification(RESOLVE))
    worker = worker_for(receiver)
    with capture_logs() as logs:
        assert worker.run_once(NOON) == 1
    assert receiver.kinds == [TRIGGER, RESOLVE]
    assert store.outbox.depth() == {"pending": 0, "delivered": 1, "dead": 1}
    (rejection,) = [log for log in logs if log["event"] == "delivery_rejected"]
    assert (rejection["why"], rejection["receiver"]) == ("channel_not_found", "slack.oncall")


def test_a_receiver_that_is_configured_no_more(store: Store, worker_for: WorkerFor) -> None:
    put(store, notification(receiver="slack.gone"))
    worker = worker_for(Scripted("slack.oncall"))
    with capture_logs() as logs:
        assert worker.run_once(NOON) == 0
    assert store.outbox.depth()["dead"] == 1
    assert worker.report().counts == {("slack.gone", Outcome.REJECTED): 1}
    assert logs[-1]["why"] == "slack.gone is not among the configured receivers any more"


def attempt_until_dead(worker: DeliveryWorker, store: Store, step: timedelta) -> list[datetime]:
    runs = []
    now = NOON
    while store.outbox.depth()["pending"]:
        runs.append(now)
        worker.run_once(now)
        now += step
    return runs


def test_nothing_is_given_up_within_a_day(store: Store, worker_for: WorkerFor) -> None:
    put(store, notification())
    worker = worker_for(Scripted("slack.oncall", [Retry("503")] * 1_000))
    with capture_logs() as logs:
        runs = attempt_until_dead(worker, store, timedelta(hours=1))
    assert runs[-1] - NOON == timedelta(hours=24)
    assert logs[-1]["why"] == "given up after 25 attempts: 503"


def test_an_old_entry_still_gets_its_attempts(store: Store, worker_for: WorkerFor) -> None:
    """It waited for days while the daemon was stopped: one failure must not be its last."""
    put(store, notification(), at=NOON - timedelta(days=5))
    worker = worker_for(Scripted("slack.oncall", [Retry("503")] * 1_000))
    assert len(attempt_until_dead(worker, store, timedelta(minutes=1))) == 10


def test_our_own_bug_loses_nothing_and_is_logged_once_without_its_values(store: Store, worker_for: WorkerFor) -> None:
    bugs: Sequence[DeliveryResult | Exception] = [ValueError("Invalid header value b'Bearer xoxb-secret'")] * 2
    receiver = Scripted("slack.oncall", [*bugs])
    put(store, notification(TRIGGER), notification(RESOLVE))
    worker = worker_for(receiver)
    with capture_logs() as logs:
        assert worker.run_once(NOON) == 0
        assert worker.run_once(NOON + 5 * SECOND) == 0
        assert worker.run_once(NOON + 10 * SECOND) == 2
    (fault,) = [log for log in logs if log["event"] == "delivery_fault"]
    assert fault["error"] == "ValueError"
    assert "test_deliver.py" in fault["place"]
    assert "xoxb-secret" not in repr(logs)
    assert receiver.kinds == [TRIGGER, TRIGGER, TRIGGER, RESOLVE]


def test_what_could_not_be_recorded_is_told_and_sent_again(tmp_path: Path) -> None:
    """The outbox fails when the answer is there: the run says so, and the end of the lease brings the entry back."""
    store = open_store(f"sqlite:///{tmp_path / 'broken.db'}")
    put(store, notification())

    @dataclass
    class BreaksTheOutbox(Scripted):
        def send(self, entry: OutboxEntry) -> DeliveryResult:
            with store.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE outbox RENAME TO outbox_away")
            return super().send(entry)

    receiver = BreaksTheOutbox("slack.oncall")
    worker = DeliveryWorker(store.outbox, {receiver.name: receiver})
    with pytest.raises(StoreError):
        worker.run_once(NOON)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox_away RENAME TO outbox")
    well = Scripted("slack.oncall")
    with DeliveryWorker(store.outbox, {well.name: well}) as after_restart:
        assert after_restart.run_once(NOON + timedelta(minutes=2)) == 1
    worker.close()
    store.close()
