"""sloguard's alert about itself: one, whatever the cause, and its end is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.daemon.watch import Sight, Watch
from sloguard.model.alert import SELF_ALERT, ReasonCode, Transition
from sloguard.model.delivery import Delivered, Notification, NotificationKind
from sloguard.model.policy import BlindnessPolicy, Severity
from sloguard.model.settings import Configuration
from sloguard.store import Store, open_store
from tests.support.incidents import NOON

MINUTE = timedelta(minutes=1)
AWAY = "Prometheus at http://127.0.0.1:9090 refused the connection."
SETTINGS = Configuration(services=(), routes={Severity.TICKET: ("slack.team",), Severity.PAGE: ("pagerduty.primary",)})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def sent(store: Store) -> list[Notification]:
    """Everything that waits, in order."""
    found: list[Notification] = []
    while claimed := store.outbox.claim("test", NOON + timedelta(days=1), MINUTE, 10):
        for entry in claimed:
            store.outbox.record(entry, Delivered("ts"), NOON, None)
            found.append(entry.notification)
    return found


def test_after_five_minutes_it_tells_and_then_that_it_is_over(store: Store) -> None:
    watch = Watch(SETTINGS, store.alerts, store.quiet)
    blind = Sight(NOON - timedelta(days=1), NOON, AWAY)
    fired = [minute for minute in range(10) if watch.run(blind, NOON + minute * MINUTE)]
    assert fired == [5]
    decision = watch.run(replace(blind, last_good_at=NOON + 10 * MINUTE, fault=""), NOON + 10 * MINUTE)
    assert decision is not None
    assert (decision.transition, decision.reason.code) == (Transition.RESOLVE, ReasonCode.SEES_AGAIN)
    trigger, resolve = sent(store)
    assert (trigger.kind, resolve.kind) == (NotificationKind.TRIGGER, NotificationKind.RESOLVE)
    assert trigger.receiver == resolve.receiver == "slack.team"
    assert trigger.dedup_key == resolve.dedup_key == "sloguard"
    assert trigger.incident.summary == "sloguard: no complete evaluation since 2026-11-22 12:00 UTC"
    assert AWAY in trigger.incident.reason
    assert resolve.incident.summary == "sloguard: resolved after 5 min"
    assert store.alerts.alerts() == {}


def test_a_daemon_that_has_never_evaluated_counts_from_its_start(store: Store) -> None:
    watch = Watch(replace(SETTINGS, blindness=BlindnessPolicy(Severity.PAGE, 2 * MINUTE)), store.alerts, store.quiet)
    started = Sight(NOON, None, "")
    assert watch.run(started, NOON + MINUTE) is None
    decision = watch.run(started, NOON + 2 * MINUTE)
    assert decision is not None
    (trigger,) = sent(store)
    assert trigger.receiver == "pagerduty.primary"
    assert trigger.incident.summary == "sloguard: no complete evaluation since its start"


def test_a_restart_while_it_is_blind_neither_tells_again_nor_calls_it_over(store: Store) -> None:
    Watch(SETTINGS, store.alerts, store.quiet).run(Sight(NOON, None, AWAY), NOON + 5 * MINUTE)
    restarted = Watch(SETTINGS, store.alerts, store.quiet)
    for minute in range(6, 20):
        assert restarted.run(Sight(NOON + 6 * MINUTE, None, AWAY), NOON + minute * MINUTE) is None
    assert list(store.alerts.alerts()) == [SELF_ALERT]


def test_who_wants_no_such_alert_gets_none_and_an_old_one_ends(store: Store) -> None:
    Watch(SETTINGS, store.alerts, store.quiet).run(Sight(NOON, None, AWAY), NOON + 5 * MINUTE)
    without = Watch(replace(SETTINGS, blindness=None), store.alerts, store.quiet)
    decision = without.run(Sight(NOON, None, AWAY), NOON + 6 * MINUTE)
    assert decision is not None
    assert decision.reason.code is ReasonCode.REMOVED
    assert without.run(Sight(NOON, None, AWAY), NOON + 7 * MINUTE) is None
    assert [notification.kind for notification in sent(store)] == [NotificationKind.TRIGGER, NotificationKind.RESOLVE]
