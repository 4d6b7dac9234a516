"""Who is told what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.alerting.notifications import announce
from sloguard.model.alert import AlertDecision, Reason, ReasonCode, Transition
from sloguard.model.delivery import NotificationKind
from tests.support.incidents import INCIDENT, RESOLVED

T, U, R = NotificationKind.TRIGGER, NotificationKind.UPDATE, NotificationKind.RESOLVE
FIRING, ENDED = INCIDENT, RESOLVED


def told(transition: Transition, notified: set[str], routed: list[str]) -> tuple[dict[str, NotificationKind], set[str]]:
    decision = AlertDecision(transition, Reason(ReasonCode.BURNING), None)
    result = announce(decision, frozenset(notified), routed, FIRING, ENDED)
    for notification in result.notifications:
        assert notification.incident.firing is (notification.kind is not R)
        assert notification.dedup_key == "sloguard/onboarding/availability"
    return {part.receiver: part.kind for part in result.notifications}, set(result.notified)


@pytest.mark.parametrize(
    ("transition", "notified", "routed", "kinds", "after"),
    [
        (Transition.FIRE, set(), ["pd", "slack"], {"pd": T, "slack": T}, {"pd", "slack"}),
        (Transition.FIRE, set(), [], {}, set()),
        (Transition.NONE, {"pd"}, ["pd"], {}, {"pd"}),
        (Transition.ESCALATE, {"team"}, ["pd", "slack"], {"pd": T, "slack": T, "team": U}, {"pd", "slack", "team"}),
        (Transition.ESCALATE, {"slack"}, ["pd", "slack"], {"pd": T, "slack": U}, {"pd", "slack"}),
        (
            Transition.DEESCALATE,
            {"pd", "slack"},
            ["slack", "team"],
            {"pd": R, "slack": U, "team": T},
            {"slack", "team"},
        ),
        (Transition.RESOLVE, {"pd", "slack"}, [], {"pd": R, "slack": R}, set()),
    ],
)
def test_who_is_told_what(
    transition: Transition,
    notified: set[str],
    routed: list[str],
    kinds: dict[str, NotificationKind],
    after: set[str],
) -> None:
    assert told(transition, notified, routed) == (kinds, after)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([Transition.FIRE, Transition.ESCALATE, Transition.DEESCALATE]),
            st.lists(st.sampled_from("abcd"), unique=True),
        ),
        max_size=10,
    )
)
def test_whoever_heard_that_it_fires_hears_that_it_is_over(course: list[tuple[Transition, list[str]]]) -> None:
    knows: set[str] = set()
    notified: set[str] = set()
    for transition, routed in [*course, (Transition.RESOLVE, list[str]())]:
        kinds, notified = told(transition, notified, routed)
        for receiver, kind in kinds.items():
            if kind is R:
                knows.remove(receiver)
            elif kind is U:
                assert receiver in knows
            else:
                assert receiver not in knows
                knows.add(receiver)
    assert not knows
    assert not notified
