"""The contract of AlertStore, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.policy import Severity
from sloguard.ports import CountedRange, CycleOutcome
from sloguard.store import Store
from tests.store.test_ledger import KEY, counted, minutes
from tests.support.incidents import NOON, notification, record, told

A, B = AlertKey("a/a"), AlertKey("a/b")


def test_alerts_are_kept_changed_and_removed(store: Store) -> None:
    first, second = record("a/a"), record("a/b")
    store.alerts.commit_cycle(CycleOutcome(alerts={A: first, B: second}), NOON)
    assert store.alerts.alerts() == {A: first, B: second}
    lower = replace(first, alert=replace(first.alert, severity=Severity.TICKET, clear_since=NOON))
    store.alerts.commit_cycle(CycleOutcome(alerts={A: lower, B: None, AlertKey("a/c"): None}), NOON)
    assert store.alerts.alerts() == {A: lower}


def test_an_slo_has_an_alert_of_each_kind(store: Store) -> None:
    silent = AlertKey("a/a", AlertKind.NO_DATA)
    both = {A: record("a/a"), silent: replace(record("a/a"), alert=replace(record("a/a").alert, crossed=frozenset()))}
    store.alerts.commit_cycle(CycleOutcome(alerts=both), NOON)
    assert store.alerts.alerts() == both
    store.alerts.commit_cycle(CycleOutcome(alerts={A: None}), NOON)
    assert list(store.alerts.alerts()) == [silent]


def test_a_cycle_is_written_as_a_whole(store: Store) -> None:
    outcome = CycleOutcome((counted(minutes(0, 2)),), {B: record("a/b")}, (notification(),))
    store.alerts.commit_cycle(outcome, NOON)
    assert tuple(store.ledger.slices(KEY, 0, 900)) == minutes(0, 2)
    assert list(store.alerts.alerts()) == [B]
    (entry,) = store.outbox.claim("w", NOON, timedelta(minutes=1), 10)
    assert (entry.notification, entry.created_at, entry.attempts) == (notification(), NOON, 0)


def test_a_cycle_that_fails_leaves_nothing(store: Store) -> None:
    nameless = replace(notification(), receiver=None)  # type: ignore[arg-type] # what the database must refuse
    outcome = CycleOutcome(
        (counted(minutes(0, 2)),),
        {B: record("a/b")},
        (notification(), nameless),
        {("slack.oncall", B): told("a/b")},
        fired=(B,),
    )
    with pytest.raises(StoreError):
        store.alerts.commit_cycle(outcome, NOON)
    assert store.ledger.marks() == {}
    assert store.alerts.alerts() == {}
    assert store.alerts.incidents() == ()
    assert store.alerts.fired(NOON - timedelta(days=1)) == {}
    assert store.outbox.depth() == {"pending": 0, "delivered": 0, "dead": 0}


def test_a_cycle_without_changes_writes_nothing(store: Store) -> None:
    store.alerts.commit_cycle(CycleOutcome(), NOON)
    store.alerts.commit_cycle(CycleOutcome(ranges=(CountedRange(KEY, 0, 60, ()),)), NOON)
    assert store.ledger.marks() == {}


def test_what_receivers_know_is_kept_changed_and_forgotten(store: Store) -> None:
    here, there = told("a/a"), told("a/a", "pagerduty.primary")
    both = {(each.receiver, each.lead): each for each in (here, there)}
    store.alerts.commit_cycle(CycleOutcome(incidents=both), NOON)
    assert sorted(store.alerts.incidents(), key=lambda each: each.receiver) == [there, here]
    silent = AlertKey("a/b", AlertKind.NO_DATA)
    grown = replace(here, members=here.members | {silent}, listed=frozenset({B}), acknowledged=True)
    store.alerts.commit_cycle(
        CycleOutcome(incidents={(here.receiver, A): grown, (there.receiver, A): None, ("x", B): None}), NOON
    )
    assert store.alerts.incidents() == (grown,)


def test_firings_are_remembered_for_a_while(store: Store) -> None:
    minute = timedelta(minutes=1)
    silent = AlertKey("a/a", AlertKind.NO_DATA)
    store.alerts.commit_cycle(CycleOutcome(fired=(A, B)), NOON)
    store.alerts.commit_cycle(CycleOutcome(fired=(A, silent)), NOON + minute)
    assert store.alerts.fired(NOON - minute) == {A: [NOON, NOON + minute], B: [NOON], silent: [NOON + minute]}
    assert store.alerts.fired(NOON) == {A: [NOON + minute], silent: [NOON + minute]}
    store.alerts.commit_cycle(CycleOutcome(fired=(B,)), NOON + timedelta(days=2))
    assert store.alerts.fired(NOON - minute) == {B: [NOON + timedelta(days=2)]}


def test_an_incident_that_cannot_be_read_is_named(store: Store) -> None:
    store.alerts.commit_cycle(CycleOutcome(incidents={("slack.oncall", B): told("a/b")}), NOON)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE incidents SET state = '{}'"))
    with pytest.raises(StoreError, match="The stored incident of a/b cannot be read"):
        store.alerts.incidents()


def test_an_alert_that_cannot_be_read_is_named(store: Store) -> None:
    store.alerts.commit_cycle(CycleOutcome(alerts={B: record("a/b")}), NOON)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alerts SET alert = '{}'"))
    with pytest.raises(StoreError, match="The stored alert of a/b cannot be read"):
        store.alerts.alerts()
