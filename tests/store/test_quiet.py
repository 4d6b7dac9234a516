"""The contract of QuietStore, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from sloguard.errors import StoreError
from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.matcher import parse_matcher
from sloguard.model.policy import Severity
from sloguard.model.quiet import Acknowledgement, Quiet, QuietReason, Silence
from sloguard.model.told import HeldBack
from sloguard.ports import CycleOutcome
from sloguard.store import Store
from sloguard.store.quiet import JOURNAL_AGE, JOURNAL_ENTRIES
from tests.support.incidents import NOON

HOUR = timedelta(hours=1)
A, B = AlertKey("a/a"), AlertKey("a/b", AlertKind.NO_DATA)
SILENCE = Silence(
    (parse_matcher("slo=a/a"), parse_matcher('tenant=~"acme|ü\\"x"')), NOON, NOON + HOUR, "ann", "deploy 'x' <b>"
)


def held(number: int = 0, key: AlertKey = A) -> HeldBack:
    quiet = Quiet(QuietReason.SILENCED, str(number), "ann: deploy", NOON + HOUR)
    return HeldBack(NOON, key, Severity.PAGE, quiet, ("pagerduty.primary", "slack.oncall"))


def test_silences_are_kept_and_ended(store: Store) -> None:
    first = store.quiet.add_silence(SILENCE)
    later = store.quiet.add_silence(replace(SILENCE, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR))
    assert first == replace(SILENCE, id=first.id)
    assert first.id != later.id
    assert store.quiet.silences(NOON) == (first, later)
    assert store.quiet.silences(NOON + HOUR) == (later,)
    ended = store.quiet.expire_silence(later.id, NOON + HOUR + HOUR / 2)
    assert ended == replace(later, ends_at=NOON + HOUR + HOUR / 2)
    assert store.quiet.silences(NOON + HOUR + HOUR / 2) == ()
    assert store.quiet.expire_silence(later.id, NOON + HOUR + HOUR / 2) is None
    assert store.quiet.expire_silence(999, NOON) is None


def test_old_silences_are_forgotten(store: Store) -> None:
    store.quiet.add_silence(SILENCE)
    far = NOON + timedelta(days=100)
    store.quiet.add_silence(replace(SILENCE, starts_at=far, ends_at=far + HOUR))
    assert len(store.quiet.silences(NOON - HOUR)) == 1


def test_acknowledgements_wait_until_they_are_taken_up(store: Store) -> None:
    first = Acknowledgement("ann", NOON, Severity.PAGE, NOON - HOUR, "on it")
    second = replace(first, author="bob", severity=Severity.TICKET)
    store.quiet.acknowledge({A: first, B: second})
    assert store.quiet.acknowledgements() == {A: first, B: second}
    store.quiet.acknowledge({A: second})
    store.alerts.commit_cycle(CycleOutcome(taken_up=(B,)), NOON)
    assert store.quiet.acknowledgements() == {A: second}


def test_the_journal_is_newest_first_and_bounded(store: Store) -> None:
    store.alerts.commit_cycle(CycleOutcome(held_back=(held(1), held(2, B))), NOON)
    assert store.quiet.held_back(NOON, 10) == (held(2, B), held(1))
    assert store.quiet.held_back(NOON, 1) == (held(2, B),)
    assert store.quiet.held_back(NOON + HOUR, 10) == ()
    many = tuple(held(number) for number in range(JOURNAL_ENTRIES))
    store.alerts.commit_cycle(CycleOutcome(held_back=many), NOON)
    assert len(store.quiet.held_back(NOON, 2 * JOURNAL_ENTRIES)) == JOURNAL_ENTRIES
    later = NOON + JOURNAL_AGE + HOUR
    store.alerts.commit_cycle(CycleOutcome(held_back=(replace(held(7), at=later),)), later)
    assert store.quiet.held_back(NOON, 10) == (replace(held(7), at=later),)


def test_a_silence_that_cannot_be_read_is_named(store: Store) -> None:
    number = store.quiet.add_silence(SILENCE).id
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE silences SET matchers = '[[1]]'"))
    with pytest.raises(StoreError, match=f"Silence {number} cannot be read"):
        store.quiet.silences(NOON)
