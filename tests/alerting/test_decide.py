"""One alert per SLO: every way it can go, with its reason."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.alerting.decide import decide, remove
from sloguard.evaluation.burn import TierReading, Verdict
from sloguard.model.alert import Alert, ReasonCode, Transition
from sloguard.model.measurement import NoData, NoDataReason
from sloguard.model.policy import Severity, Tier
from tests.support.observations import NOW

FAST = Tier(Severity.PAGE, timedelta(hours=1), timedelta(minutes=5), Decimal("14.4"))
SLOW = Tier(Severity.PAGE, timedelta(hours=6), timedelta(minutes=30), Decimal(6))
TICKET = Tier(Severity.TICKET, timedelta(days=3), timedelta(hours=6), Decimal(1))
MINUTE = timedelta(minutes=1)


def reading(tier: Tier, verdict: Verdict) -> TierReading:
    nothing = NoData(tier.long, NoDataReason.LOW_COVERAGE)
    return TierReading(tier, verdict, 20.0, 30.0, nothing)


def readings(fast: Verdict, slow: Verdict, ticket: Verdict) -> list[TierReading]:
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
