"""The past as the daemon would have judged it: nothing of the future, nothing else than `judge`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sloguard.alerting.decide import RISES
from sloguard.alerting.judgement import decide_alerts, is_calm, judge
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.ledger.plan import ledger_key
from sloguard.model.alert import Alert, AlertKind, Transition
from sloguard.model.composite import CompositeIndicator, Member
from sloguard.model.measurement import Slice
from sloguard.model.policy import AlertPolicy, Severity
from sloguard.model.slo import Slo, grouped
from sloguard.model.timeslices import EmptySlices, Timeslices
from sloguard.model.window import CalendarWindow, Period, RollingWindow
from sloguard.ports import LedgerKey
from tests.backtest.lives import (
    AVAILABILITY,
    BEGIN,
    DAY,
    HOUR,
    QUICK,
    START,
    before,
    coarse,
    instant,
    ledger_of,
    lived,
    minutes,
)
from tests.support.adjustments import exclusion
from tests.support.ledgers import MemoryLedger

Stretch = tuple[int, float | None, str, int]
STRETCHES = st.lists(
    st.tuples(
        st.sampled_from([5, 20, 60, 120]),
        st.sampled_from([0.0, 0.0, 0.0, 0.0005, 0.004, 0.02, 0.5, 1.0, None]),
        st.sampled_from(["fine", "fine", "bridged", "coarse"]),
        st.integers(0, 9),
    ),
    min_size=4,
    max_size=8,
)
"""A day of stretches: calm, burning or unseen, counted finely or coarsely, gaps bridged or left."""


def past(stretches: Sequence[Stretch]) -> list[Slice]:
    slices: list[Slice] = []
    minute = 0
    for length, ratio, way, seed in stretches:
        part = [
            each._replace(start=each.start + 60 * minute, bridged=way == "bridged")
            for each in minutes(length, lambda _, ratio=ratio: ratio, seed=seed)  # type: ignore[misc]
        ]
        slices += coarse(part, 300) if way == "coarse" else part
        minute += length
    return slices


@settings(max_examples=25, deadline=None)
@given(STRETCHES, st.integers(30, 500))
def test_nothing_is_decided_by_what_came_later(stretches: Sequence[Stretch], cut: int) -> None:
    slices = past(stretches)
    ledger = ledger_of(QUICK, slices)
    # A slice is all or nothing: time is cut where one ends.
    at = max((each.end for each in slices if each.end <= START + 60 * cut), default=START + 60 * cut)
    whole = lived(QUICK, ledger, 0, 600)
    short = lived(QUICK, ledger.until(at), 0, 600)
    moment = datetime.fromtimestamp(at, UTC)
    assert before(short.firings, moment) == before(whole.firings, moment)


@settings(max_examples=15, deadline=None)
@given(STRETCHES)
def test_it_decides_as_judge_does_at_each_instant(stretches: Sequence[Stretch]) -> None:
    """Against the daemon's own function over the same slices, without any shortcut."""
    fine = [each for each in past(stretches) if each.seconds == 60 and not each.bridged]
    alerts: dict[AlertKind, Alert | None] = {}
    expected: list[str] = []
    fired: dict[AlertKind, list[datetime]] = {}
    for minute in range(1, 401):
        now = instant(minute)
        known = [each for each in fine if each.end <= now.timestamp()]
        seen = ObservedSlices(History.of(known), None, now, timedelta(seconds=60), START if fine else None)
        judged = judge(QUICK, seen, alerts, BEGIN, fired)
        for kind, each in judged.decisions.items():
            if each.transition in RISES:
                fired.setdefault(kind, []).append(now)
        alerts = {kind: each.alert for kind, each in judged.decisions.items()}
        expected += [
            f"{now} {kind} {each.transition} {each.reason}"
            for kind, each in judged.decisions.items()
            if each.transition is not Transition.NONE
        ]
    found = lived(QUICK, ledger_of(QUICK, fine), 0, 400)
    began = [f"{each.started_at} {each.kind} {each.began_by} {each.reason}" for each in found.firings]
    ended = [
        f"{each.ended_at} {each.kind} {each.ended_by} {each.end_reason}"
        for each in found.firings
        if each.ended_by is Transition.RESOLVE
    ]
    assert sorted(began + ended) == sorted(expected)


@settings(max_examples=60, deadline=None)
@given(STRETCHES, st.integers(1, 500))
def test_where_it_is_calm_nothing_is_decided(stretches: Sequence[Stretch], minute: int) -> None:
    now = instant(minute)
    known = History.of(each for each in past(stretches) if each.end <= now.timestamp())
    seen = ObservedSlices(known, None, now, timedelta(seconds=60), START)
    if is_calm(QUICK, seen, {}):
        decisions = decide_alerts(QUICK, seen, {}, BEGIN).decisions.values()
        assert all(each.transition is Transition.NONE and each.alert is None for each in decisions)


def outage(begin: int, end: int, usual: float = 0.0002) -> Sequence[Slice]:
    return minutes(4 * 1440, lambda minute: 1.0 if begin <= minute < end else usual)


def test_an_outage_pages_and_falls_back_to_a_ticket_within_one_alert() -> None:
    found = lived(AVAILABILITY, ledger_of(AVAILABILITY, outage(4500, 4520)), 4320, 5760)
    page, ticket = found.firings
    assert (page.severity, page.began_by, page.ended_by) == (Severity.PAGE, Transition.FIRE, Transition.DEESCALATE)
    assert timedelta(0) < page.started_at - instant(4500) <= timedelta(minutes=2)
    assert page.detection.onset_at == instant(4500)
    assert page.detection.burn_consumed_ratio is not None
    assert page.detection.budget_consumed_ratio is not None
    assert page.detection.burn_consumed_ratio <= page.detection.budget_consumed_ratio
    assert (ticket.severity, ticket.began_by, ticket.started_at) == (
        Severity.TICKET,
        Transition.DEESCALATE,
        page.ended_at,
    )
    assert ticket.alert == page.alert == 1
    assert ticket.ended_at is None
    assert not ticket.told


@pytest.mark.parametrize("step", [300, HOUR])
def test_a_coarse_past_neither_alerts_falsely_nor_misses_the_outage(step: int) -> None:
    slices = coarse(outage(4500, 4520), step)
    found = lived(AVAILABILITY, ledger_of(AVAILABILITY, slices), 4320, 5760)
    page = found.firings[0]
    assert page.severity is Severity.PAGE
    assert instant(4500) <= page.started_at <= instant(4500) + timedelta(seconds=step)
    assert page.resolution == timedelta(seconds=step)
    assert page.ended_at is not None
    assert page.ended_at <= instant(4520 + 60) + timedelta(seconds=2 * step)
    assert {each.kind for each in found.firings} == {AlertKind.OBJECTIVE}
    assert found.evaluations <= DAY // step + 1


@pytest.mark.parametrize("step", [60, 300, HOUR])
def test_a_good_past_is_silent_however_it_was_counted(step: int) -> None:
    slices = coarse(minutes(4 * 1440, lambda _: 0.0003), step)
    assert lived(AVAILABILITY, ledger_of(AVAILABILITY, slices), 0, 5760).firings == ()


def test_without_data_an_alert_freezes_and_another_tells_of_the_gap() -> None:
    slices = minutes(600, lambda minute: None if 300 <= minute < 400 else 0.5 if 200 <= minute < 450 else 0.0)
    found = lived(QUICK, ledger_of(QUICK, slices), 0, 600)
    objective = [each for each in found.firings if each.kind is AlertKind.OBJECTIVE]
    (silent,) = (each for each in found.firings if each.kind is AlertKind.NO_DATA)
    assert objective[0].severity is Severity.PAGE
    assert objective[0].ended_at is not None
    assert objective[0].ended_at > instant(450)
    assert instant(305) <= silent.started_at <= instant(306)
    assert silent.ended_at is not None
    assert instant(400) < silent.ended_at <= instant(403)


def test_what_a_gap_held_is_known_when_the_gap_is_over() -> None:
    """The ledger spreads it over the gap: nobody had it then."""
    slices = [
        each._replace(bridged=300 <= (each.start - START) // 60 < 360)
        for each in minutes(600, lambda minute: 0.5 if 300 <= minute < 420 else 0.0)
    ]
    found = lived(QUICK, ledger_of(QUICK, slices), 0, 600)
    pages = [each for each in found.firings if each.severity is Severity.PAGE]
    assert pages[0].started_at >= instant(360)


def test_a_tier_says_nothing_before_its_long_window_is_whole() -> None:
    slices = minutes(300, lambda _: 0.5)
    found = lived(QUICK, ledger_of(QUICK, slices), 0, 300)
    assert found.firings[0].started_at == instant(29)
    assert found.known.since == BEGIN


def test_an_alert_that_escalates_is_one_alert() -> None:
    slices = minutes(900, lambda minute: 0.0 if minute < 200 or minute >= 500 else 0.006 if minute < 400 else 0.3, 600)
    found = lived(QUICK, ledger_of(QUICK, slices), 0, 900)
    ways = [(each.severity, each.began_by, each.alert, each.told) for each in found.firings]
    assert ways[:2] == [(Severity.TICKET, Transition.FIRE, 1, True), (Severity.PAGE, Transition.ESCALATE, 1, True)]
    for earlier, later in pairwise(each for each in found.firings if each.alert == 1):
        assert earlier.ended_at == later.started_at


def put_group(ledger: MemoryLedger, template: Slo, tenant: str, slices: Sequence[Slice]) -> None:
    ledger.kept[ledger_key(grouped(template, (("tenant", tenant),)))] = list(slices)


def test_each_group_is_judged_and_one_that_is_gone_is_over() -> None:
    template = replace(QUICK, group_by=("tenant",), window=RollingWindow(timedelta(hours=6)))
    ledger = ledger_of(template, minutes(900, lambda _: 0.0))
    put_group(ledger, template, "acme", minutes(900, lambda minute: 0.5 if 300 <= minute < 330 else 0.0))
    put_group(ledger, template, "gone", minutes(400, lambda minute: float(minute >= 390)))
    found = lived(template, ledger, 0, 900)
    assert {each.slo_id for each in found.firings} == {
        'onboarding/availability{tenant="acme"}',
        'onboarding/availability{tenant="gone"}',
    }
    gone = [each for each in found.firings if "gone" in each.slo_id]
    assert gone[-1].ended_at == instant(400 + 360)
    assert gone[-1].end_reason is not None
    assert gone[-1].end_reason.code.value == "removed"


def test_a_composite_is_judged_by_its_members() -> None:
    parts = [replace(QUICK, name=name, policy=AlertPolicy()) for name in ("one", "two")]
    whole = replace(
        QUICK, name="whole", indicator=CompositeIndicator(tuple(Member(each.id, Decimal(1)) for each in parts))
    )
    ledger = MemoryLedger()
    ledger.put(parts[0], minutes(600, lambda minute: 0.5 if 300 <= minute < 320 else 0.0))
    ledger.put(parts[1], minutes(600, lambda _: 0.0, seed=2))
    ledger.asked = {ledger_key(each): (START, START + 36_000) for each in parts}
    found = lived(whole, ledger, 0, 600, parts)
    assert found.firings[0].slo_id == whole.id
    assert instant(300) < found.firings[0].started_at <= instant(303)


def test_timeslices_and_calendar_windows_are_judged_too() -> None:
    slo = replace(
        AVAILABILITY,
        objective_ratio=Decimal("0.99"),
        window=CalendarWindow(Period.MONTH, "Europe/Paris"),
        timeslices=Timeslices(timedelta(minutes=1), Decimal("0.95"), EmptySlices.IGNORE),
    )
    found = lived(slo, ledger_of(slo, outage(4500, 4600)), 4320, 5760)
    assert found.firings[0].severity is Severity.PAGE
    assert instant(4500) < found.firings[0].started_at <= instant(4520)


def test_an_slo_without_counts_alerts_about_nothing_but_that() -> None:
    found = lived(QUICK, MemoryLedger({LedgerKey("other/slo", "f"): []}), 0, 60)
    assert [each.kind for each in found.firings] == [AlertKind.NO_DATA]
    assert found.known.seconds_by_step == {}


def test_what_is_excluded_today_would_have_paged_nobody() -> None:
    ledger = ledger_of(AVAILABILITY, outage(4500, 4520))
    ledger.adjusted.append(exclusion(START + 60 * 4490, START + 60 * 4530))
    assert lived(AVAILABILITY, ledger, 4320, 5760).firings == ()
