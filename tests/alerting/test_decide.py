"""One alert per SLO: every way it can go, with its reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.alerting.decide import CALM, FLAP_WINDOW, FLAPS, decide, remove
from sloguard.evaluation.burn import TierReading, Verdict
from sloguard.evaluation.signals import Signal, tier_signal
from sloguard.model.alert import Alert, AlertKind, Reason, ReasonCode, Transition
from sloguard.model.measurement import NoData, NoDataReason
from sloguard.model.policy import Severity, Tier
from tests.support.observations import NOW

FAST = Tier(Severity.PAGE, timedelta(hours=1), timedelta(minutes=5), Decimal("14.4"))
SLOW = Tier(Severity.PAGE, timedelta(hours=6), timedelta(minutes=30), Decimal(6))
TICKET = Tier(Severity.TICKET, timedelta(days=3), timedelta(hours=6), Decimal(1))
MINUTE = timedelta(minutes=1)


def reading(tier: Tier, verdict: Verdict) -> Signal:
    nothing = NoData(tier.long, NoDataReason.LOW_COVERAGE)
    return tier_signal(TierReading(tier, verdict, 20.0, 30.0, nothing))


def readings(fast: Verdict, slow: Verdict, ticket: Verdict) -> list[Signal]:
    return [reading(FAST, fast), reading(SLOW, slow), reading(TICKET, ticket)]


F, C, U, N, E = Verdict.FIRING, Verdict.CLEAR, Verdict.UNKNOWN, Verdict.NOT_SIGNIFICANT, Verdict.IDLE


def firing(*verdicts: Verdict) -> Alert:
    alert = decide(None, readings(*verdicts), NOW).alert
    assert alert is not None
    return alert


@pytest.mark.parametrize(
    ("verdicts", "transition", "code", "severity"),
    [
        ((C, C, C), Transition.NONE, ReasonCode.WITHIN_OBJECTIVE, None),
        ((N, C, C), Transition.NONE, ReasonCode.NOT_SIGNIFICANT, None),
        ((U, U, U), Transition.NONE, ReasonCode.NO_DATA, None),
        ((E, C, C), Transition.NONE, ReasonCode.WITHIN_OBJECTIVE, None),
        ((F, C, C), Transition.FIRE, ReasonCode.BURNING, Severity.PAGE),
        ((C, F, C), Transition.FIRE, ReasonCode.BURNING, Severity.PAGE),
        ((C, C, F), Transition.FIRE, ReasonCode.BURNING, Severity.TICKET),
        ((U, U, F), Transition.FIRE, ReasonCode.BURNING, Severity.TICKET),
    ],
)
def test_from_silence(
    verdicts: tuple[Verdict, Verdict, Verdict], transition: Transition, code: ReasonCode, severity: Severity | None
) -> None:
    decision = decide(None, readings(*verdicts), NOW)
    assert decision.transition is transition
    assert decision.reason.code is code
    assert (decision.alert.severity if decision.alert else None) is severity


def test_the_quickest_tier_of_the_highest_severity_gives_the_reason() -> None:
    reason = decide(None, readings(F, F, F), NOW).reason
    assert (reason.long, reason.short, reason.factor) == (FAST.long, FAST.short, FAST.factor)
    assert (reason.long_burn_rate, reason.short_burn_rate) == (20.0, 30.0)


def test_a_ticket_escalates_to_a_page_and_keeps_its_beginning() -> None:
    decision = decide(firing(C, C, F), readings(F, C, F), NOW + MINUTE)
    assert decision.transition is Transition.ESCALATE
    assert decision.alert is not None
    assert decision.alert.severity is Severity.PAGE
    assert decision.alert.started_at == NOW


def test_it_resolves_only_after_its_hold() -> None:
    clear = readings(C, C, C)
    first = decide(firing(F, C, C), clear, NOW)
    assert (first.transition, first.reason.code) == (Transition.NONE, ReasonCode.HOLDING)
    still = decide(first.alert, clear, NOW + timedelta(seconds=59))
    assert still.transition is Transition.NONE
    over = decide(still.alert, clear, NOW + MINUTE)
    assert (over.transition, over.reason.code, over.alert) == (Transition.RESOLVE, ReasonCode.RECOVERED, None)


def test_burning_again_starts_the_hold_anew() -> None:
    held = decide(firing(F, C, C), readings(C, C, C), NOW).alert
    again = decide(held, readings(F, C, C), NOW + MINUTE / 2).alert
    assert again is not None
    assert again.clear_since is None
    assert decide(again, readings(C, C, C), NOW + MINUTE).transition is Transition.NONE


def test_a_page_falls_to_a_ticket_after_its_hold() -> None:
    held = decide(firing(F, C, F), readings(C, C, F), NOW).alert
    lowered = decide(held, readings(C, C, F), NOW + MINUTE)
    assert lowered.transition is Transition.DEESCALATE
    assert lowered.alert is not None
    assert lowered.alert.severity is Severity.TICKET


@pytest.mark.parametrize(("verdict", "code"), [(U, ReasonCode.NO_DATA), (E, ReasonCode.HOLDING)])
def test_without_evidence_of_recovery_it_stays(verdict: Verdict, code: ReasonCode) -> None:
    decision = decide(firing(F, C, C), readings(verdict, C, C), NOW + timedelta(days=1))
    assert (decision.transition, decision.reason.code) == (Transition.NONE, code)
    assert decision.alert is not None


def test_a_removed_slo_resolves() -> None:
    decision = remove(firing(F, C, C))
    assert (decision.transition, decision.reason.code) == (Transition.RESOLVE, ReasonCode.REMOVED)


@given(st.lists(st.tuples(*[st.sampled_from(Verdict)] * 3), max_size=40))
def test_one_resolve_for_each_fire_whatever_happens(course: list[tuple[Verdict, Verdict, Verdict]]) -> None:
    alert, open_incidents = None, 0
    for minute, verdicts in enumerate(course):
        decision = decide(alert, readings(*verdicts), NOW + minute * MINUTE)
        match decision.transition:
            case Transition.FIRE:
                assert alert is None
                open_incidents += 1
            case Transition.RESOLVE:
                assert alert is not None
                open_incidents -= 1
            case Transition.ESCALATE | Transition.DEESCALATE:
                assert alert is not None
                assert decision.alert is not None
                assert decision.alert.severity is not alert.severity
            case Transition.NONE:
                assert (decision.alert is None) == (alert is None)
        alert = decision.alert
        assert open_incidents == (alert is not None)


def left(remaining: str, verdict: Verdict, severity: Severity = Severity.TICKET) -> Signal:
    reason = Reason(ReasonCode.BUDGET_LOW, remaining_ratio=float(remaining), threshold_ratio=Decimal(remaining))
    return Signal(severity, verdict, reason, holds_others=False)


def test_each_threshold_of_the_budget_is_told_once() -> None:
    """One ticket, worse with each threshold, that outlives a page."""
    course: list[tuple[list[Signal], Transition, ReasonCode]] = [
        ([left("0.5", F), left("0.25", C)], Transition.FIRE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", C)], Transition.NONE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", F)], Transition.WORSEN, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", F)], Transition.NONE, ReasonCode.BUDGET_LOW),
        ([reading(FAST, F), left("0.5", F), left("0.25", F)], Transition.ESCALATE, ReasonCode.BURNING),
        ([reading(FAST, C), left("0.5", F), left("0.25", F)], Transition.NONE, ReasonCode.HOLDING),
        ([reading(FAST, C), left("0.5", F), left("0.25", F)], Transition.DEESCALATE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", U)], Transition.NONE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", F)], Transition.NONE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", C)], Transition.NONE, ReasonCode.BUDGET_LOW),
        ([left("0.5", F), left("0.25", F)], Transition.WORSEN, ReasonCode.BUDGET_LOW),
        ([left("0.5", C), left("0.25", C)], Transition.RESOLVE, ReasonCode.RECOVERED),
    ]
    alert = None
    for minute, (signals, transition, code) in enumerate(course):
        decision = decide(alert, signals, NOW + minute * MINUTE)
        assert (decision.transition, decision.reason.code) == (transition, code), minute
        alert = decision.alert
    assert alert is None


def test_the_lowest_threshold_that_is_crossed_gives_the_reason() -> None:
    reason = decide(None, [left("0.5", F), left("0", F), left("0.25", F)], NOW).reason
    assert reason.threshold_ratio == Decimal(0)


def test_an_unknown_budget_holds_its_own_alert_only() -> None:
    page = firing(F, C, C)
    signals = [reading(FAST, C), left("0.5", U, Severity.PAGE)]
    held = decide(page, signals, NOW).alert
    assert decide(held, signals, NOW + MINUTE).transition is Transition.RESOLVE
    low = decide(None, [left("0.5", F)], NOW).alert
    frozen = decide(low, [left("0.5", U)], NOW + timedelta(days=1))
    assert (frozen.transition, frozen.reason.code) == (Transition.NONE, ReasonCode.NO_DATA)


def test_a_signal_says_itself_how_it_ends() -> None:
    foreseen = Signal(
        Severity.TICKET,
        F,
        Reason(ReasonCode.BUDGET_ENDS_SOON, limit=timedelta(days=3)),
        recovered=ReasonCode.BUDGET_ENDED,
    )
    alert = decide(None, [foreseen], NOW).alert
    assert decide(alert, [replace(foreseen, verdict=C)], NOW).reason.code is ReasonCode.BUDGET_ENDED


def test_an_alert_knows_what_it_is_about() -> None:
    alert = decide(None, [left("0", F)], NOW, AlertKind.NO_DATA).alert
    assert alert is not None
    assert alert.kind is AlertKind.NO_DATA


def test_tiers_over_the_same_long_window_are_told_apart() -> None:
    """A ticket is held as long as its own tier asks for, not as the page's over as long a window."""
    page = replace(SLOW, short=10 * MINUTE)
    ticket = replace(SLOW, severity=Severity.TICKET, short=60 * MINUTE, factor=Decimal(3))
    alert = decide(None, [reading(page, C), reading(ticket, F)], NOW).alert
    calm = [reading(page, C), reading(ticket, C)]
    held = decide(alert, calm, NOW).alert
    still = decide(held, calm, NOW + 11 * MINUTE)
    assert (still.transition, decide(still.alert, calm, NOW + 12 * MINUTE).transition) == (
        Transition.NONE,
        Transition.RESOLVE,
    )


def minutes(*numbers: float) -> list[datetime]:
    return [NOW - number * MINUTE for number in numbers]


@pytest.mark.parametrize(
    ("fired", "flapping"),
    [([], False), (minutes(5, 20), False), (minutes(5, 20, 59), True), (minutes(5, 20, 60), False)],
)
def test_the_fourth_time_within_an_hour_it_is_flapping(fired: list[datetime], flapping: bool) -> None:
    alert = decide(None, readings(F, C, C), NOW, fired=fired).alert
    assert alert is not None
    assert alert.flapping is flapping
    again = decide(alert, readings(F, C, C), NOW + MINUTE, fired=()).alert
    assert again is not None
    assert again.flapping is flapping, "for as long as it lasts"


def test_what_flaps_ends_only_after_a_longer_calm() -> None:
    alert = decide(None, readings(F, C, C), NOW, fired=minutes(5, 20, 40)).alert
    clear = readings(C, C, C)
    first = decide(alert, clear, NOW)
    assert first.reason.code is ReasonCode.HOLDING
    held = decide(first.alert, clear, NOW + CALM - MINUTE)
    assert (held.transition, held.reason.code) == (Transition.NONE, ReasonCode.FLAPPING)
    again = decide(held.alert, readings(F, C, C), NOW + CALM - MINUTE).alert
    assert again is not None
    assert again.clear_since is None, "the calm begins anew"
    assert decide(held.alert, clear, NOW + CALM).transition is Transition.RESOLVE


def test_going_up_and_down_between_severities_flaps_too() -> None:
    ticket = firing(C, C, F)
    raised = decide(ticket, readings(F, C, F), NOW, fired=minutes(5, 20, 40)).alert
    assert raised is not None
    assert raised.flapping
    lower = decide(decide(raised, readings(C, C, F), NOW).alert, readings(C, C, F), NOW + 2 * MINUTE)
    assert (lower.transition, lower.reason.code) == (Transition.NONE, ReasonCode.FLAPPING)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40)), max_size=120))
def test_nobody_is_called_more_than_four_times_an_hour(course: list[tuple[bool, int]]) -> None:
    """Whatever the signals do: an alert that was damped goes on until it was calm for half an hour."""
    alert, now, fired = None, NOW, list[datetime]()
    for burns, length in course:
        now += length * MINUTE
        decision = decide(alert, readings(F if burns else C, C, C), now, fired=tuple(fired))
        if decision.transition is Transition.FIRE:
            fired.append(now)
        alert = decision.alert
    for at in fired:
        assert sum(timedelta(0) <= each - at < FLAP_WINDOW for each in fired) <= FLAPS + 2
