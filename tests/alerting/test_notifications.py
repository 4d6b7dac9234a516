"""Who is told what: levels compared, through silences, upstreams, folding, acknowledgements and restarts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.alerting.notifications import TellingRules, plan
from sloguard.alerting.standing import Standing
from sloguard.model.alert import AlertKey, AlertKind, OtherState
from sloguard.model.delivery import dedup_key
from sloguard.model.policy import Severity
from sloguard.model.quiet import Acknowledgement, QuietReason
from sloguard.model.settings import DEFAULT_REMINDERS, Folding
from tests.alerting.telling import INFO, MINUTE, RULES, SILENCED, P, Receivers, T, clearing, kinds, standing
from tests.support.incidents import NOON

HOUR = timedelta(hours=1)
A, B = "sloguard/shop/a", "sloguard/shop/b"


def acknowledged(each: Standing) -> Standing:
    ack = Acknowledgement("ann", NOON, each.alert.severity, each.alert.started_at)
    return replace(each, alert=replace(each.alert, acknowledged=ack))


@pytest.mark.parametrize(
    ("course", "pd", "slack"),
    [
        ([P, None], ["trigger", "resolve"], ["trigger", "resolve"]),
        ([T, P, None], ["trigger", "resolve"], ["trigger", "escalate", "resolve"]),
        ([P, T, None], ["trigger", "resolve"], ["trigger", "update", "resolve"]),
        ([INFO, None], [], []),
        ([P, INFO, P, None], ["trigger", "resolve"] * 2, ["trigger", "resolve"] * 2),
        ([P, P, P], ["trigger"], ["trigger"]),
    ],
)
def test_one_alert_that_changes_its_severity(
    course: Sequence[Severity | None], pd: list[str], slack: list[str]
) -> None:
    """A page needs no ticket beside it: whoever knows of the one is kept up to date about the other."""
    receivers = Receivers()
    said = [each for severity in course for each in receivers.hear([standing("shop/a", severity)] if severity else [])]
    assert [kind for kind, _ in kinds(said, "pd")] == pd
    assert [kind for kind, _ in kinds(said, "slack")] == slack
    assert {each.dedup_key for each in said} <= {A}


def test_who_hears_only_of_tickets_is_kept_up_to_date_about_the_page() -> None:
    routes = {P: ("pd",), T: ("team",)}
    receivers = Receivers()
    course = [standing("shop/a", severity, routes=routes) for severity in (T, P, T)]
    said = [each for at in course for each in receivers.hear([at])] + receivers.hear([])
    assert [kind for kind, _ in kinds(said, "team")] == ["trigger", "escalate", "update", "resolve"]
    assert [kind for kind, _ in kinds(said, "pd")] == ["trigger", "resolve"]


def test_a_further_threshold_is_told_as_an_update() -> None:
    receivers = Receivers()
    receivers.hear([standing()])
    assert kinds(receivers.hear([replace(standing(), worsened=True)])) == [("update", A)]
    assert receivers.hear([replace(standing(stated=SILENCED), worsened=True)]) == []


def test_what_fires_in_a_silence_is_told_at_its_end() -> None:
    receivers = Receivers()
    assert receivers.hear([standing(stated=SILENCED)]) == []
    assert receivers.quiet[AlertKey("shop/a")] == SILENCED
    assert kinds(receivers.hear([standing()], NOON + HOUR)) == [("trigger", A)]
    assert receivers.quiet == {}


def test_what_was_told_before_a_silence_is_resolved_in_it() -> None:
    receivers = Receivers()
    receivers.hear([standing()])
    assert receivers.hear([standing(stated=SILENCED)]) == []
    assert kinds(receivers.hear([])) == [("resolve", A)]


def test_an_escalation_in_a_silence_waits_for_its_end() -> None:
    receivers = Receivers()
    receivers.hear([standing(severity=T)])
    assert receivers.hear([standing(severity=P, stated=SILENCED)]) == []
    said = receivers.hear([standing(severity=P)])
    assert (kinds(said, "pd"), kinds(said, "slack")) == ([("trigger", A)], [("escalate", A)])


def test_what_is_only_held_is_not_told_any_more() -> None:
    receivers = Receivers()
    assert receivers.hear([clearing(standing())]) == []
    assert receivers.quiet[AlertKey("shop/a")].reason is QuietReason.CLEARING
    assert kinds(receivers.hear([standing()])) == [("trigger", A)]
    assert receivers.hear([clearing(standing())]) == []


def test_a_new_route_hears_of_what_goes_on_and_an_old_one_that_it_is_over() -> None:
    receivers = Receivers()
    receivers.hear([standing(routes={P: ("old",)})])
    said = receivers.hear([standing(routes={P: ("new",)})])
    assert {(each.receiver, each.kind.value) for each in said} == {("old", "resolve"), ("new", "trigger")}


# Upstreams


def test_an_upstream_that_pages_tells_of_its_dependants() -> None:
    receivers = Receivers()
    said = receivers.hear([standing("db/up"), standing("shop/a", upstreams=["db/up"])])
    assert kinds(said) == [("trigger", "sloguard/db/up")]
    (other,) = said[0].incident.others
    assert (other.slo_id, other.state) == ("shop/a", OtherState.HELD_BACK)
    assert "1 alert that depends on it held back" in said[0].incident.summary
    assert receivers.quiet[AlertKey("shop/a")].reason is QuietReason.UPSTREAM_PAGES
    assert receivers.quiet[AlertKey("shop/a")].source == "db/up"
    # It comes later: an update of the page, once.
    later = [standing("db/up"), standing("shop/a", upstreams=["db/up"]), standing("shop/b", upstreams=["db/up"])]
    assert kinds(receivers.hear(later)) == [("update", "sloguard/db/up")]
    assert receivers.hear(later) == []
    # The upstream is over, and one dependant still fires.
    said = receivers.hear([standing("shop/a", upstreams=["db/up"])])
    assert kinds(said) == [("resolve", "sloguard/db/up"), ("trigger", A)]


def test_through_an_slo_between_them() -> None:
    receivers = Receivers()
    chain = [
        standing("db/up"),
        standing("api/ok", upstreams=["db/up"]),
        standing("shop/a", upstreams=["db/up", "api/ok"]),
    ]
    said = receivers.hear(chain)
    assert kinds(said) == [("trigger", "sloguard/db/up")]
    assert {each.slo_id for each in said[0].incident.others} == {"api/ok", "shop/a"}


@pytest.mark.parametrize(
    "upstream",
    [
        standing("db/up", T),
        standing("db/up", stated=SILENCED),
        standing("db/up", routes={}),
        clearing(standing("db/up")),
        standing("db/up", kind=AlertKind.NO_DATA),
    ],
    ids=["a ticket", "silenced", "told to nobody", "about to end", "no data"],
)
def test_an_upstream_that_nobody_is_paged_for_holds_nothing_back(upstream: Standing) -> None:
    said = Receivers().hear([upstream, standing("shop/a", upstreams=["db/up"])])
    assert ("trigger", A) in kinds(said)


def test_a_dependant_that_was_told_first_is_resolved_by_itself() -> None:
    receivers = Receivers()
    dependant = standing("shop/a", upstreams=["db/up"])
    receivers.hear([dependant])
    assert kinds(receivers.hear([standing("db/up"), dependant])) == [("trigger", "sloguard/db/up")]
    assert kinds(receivers.hear([standing("db/up")])) == [("resolve", A)]


# Folding


def shop(count: int, severity: Severity = P) -> list[Standing]:
    return [standing(f"shop/{number:02}", severity) for number in range(count)]


def test_ten_slos_of_a_service_are_one_page() -> None:
    receivers = Receivers()
    said = receivers.hear(shop(10))
    assert [each.kind.value for each in said] == ["trigger", "trigger"], "one for each of the two receivers"
    page = said[0].incident
    assert page.summary == "shop/00: 98 % good (9 more alerts fire)"
    assert [each.state for each in page.others] == [OtherState.FIRING] * 9
    assert {key for key, why in receivers.quiet.items() if why.reason is QuietReason.FOLDED} == {
        each.key for each in shop(10)[1:]
    }
    assert kinds(receivers.hear(shop(3), NOON + MINUTE)) == [("update", "sloguard/shop/00")]
    said = receivers.hear([])
    assert kinds(said) == [("resolve", "sloguard/shop/00")]
    assert {each.state for each in said[0].incident.others} == {OtherState.OVER}
    assert len(said[0].incident.others) == 9


def test_the_second_comes_half_a_minute_later() -> None:
    receivers = Receivers()
    receivers.hear([standing("shop/a")])
    said = receivers.hear([standing("shop/a"), standing("shop/b")], NOON + MINUTE / 2)
    assert kinds(said) == [("update", A)]
    # The first is over: the incident goes on by its name, and the first comes back into it.
    said = receivers.hear([standing("shop/b")], NOON + MINUTE)
    assert kinds(said) == [("update", A)]
    assert said[0].incident.slo_id == "shop/b"
    assert [(each.slo_id, each.state) for each in said[0].incident.others] == [("shop/a", OtherState.OVER)]
    assert kinds(receivers.hear([standing("shop/a"), standing("shop/b")], NOON + 5 * HOUR)) == [("update", A)]
    assert kinds(receivers.hear([standing("shop/a")], NOON + 6 * HOUR)) == [("update", A)]
    assert kinds(receivers.hear([], NOON + 6 * HOUR)) == [("resolve", A)]


def test_what_begins_much_later_is_told_on_its_own() -> None:
    receivers = Receivers()
    receivers.hear([standing("shop/a")])
    assert kinds(receivers.hear([standing("shop/a"), standing("shop/b")], NOON + 11 * MINUTE)) == [("trigger", B)]
    # A storm may go on growing, but not for ever.
    receivers, firing = Receivers(), [standing("shop/00")]
    triggers = kinds(receivers.hear(firing))
    for number in range(1, 10):
        firing.append(standing(f"shop/{number:02}"))
        triggers += kinds(receivers.hear(firing, NOON + 9 * number * MINUTE))
    assert [key for kind, key in triggers if kind == "trigger"] == ["sloguard/shop/00", "sloguard/shop/07"]


def test_a_page_never_joins_a_ticket() -> None:
    receivers = Receivers()
    receivers.hear([standing("shop/a", T)])
    said = receivers.hear([standing("shop/a", T), standing("shop/b", P), standing("shop/c", T)])
    assert kinds(said) == [("update", A), ("trigger", B)]
    # Nor what is silenced, where nobody would look.
    receivers = Receivers()
    receivers.hear([standing("shop/a")])
    assert kinds(receivers.hear([standing("shop/a", stated=SILENCED), standing("shop/b")])) == [("trigger", B)]


def services(count: int) -> list[Standing]:
    return [standing(f"service-{number:02}/a") for number in range(count)]


def test_a_storm_over_many_services_is_one_page() -> None:
    assert kinds(Receivers().hear(services(3))) == [("trigger", f"sloguard/service-0{n}/a") for n in range(3)]
    assert kinds(Receivers().hear(services(10))) == [("trigger", "sloguard/service-00/a")]
    trickling = Receivers()
    said = [
        each for count in range(1, 11) for each in kinds(trickling.hear(services(count), NOON + count * MINUTE / 4))
    ]
    assert [kind for kind, _ in said] == ["trigger"] * 3 + ["update"] * 7


def test_different_receivers_have_storms_of_their_own() -> None:
    mine, theirs = {P: ("mine",)}, {P: ("theirs",)}
    said = Receivers().hear([standing("a/a", routes=mine), standing("b/b", routes=theirs)])
    assert (kinds(said, "mine"), kinds(said, "theirs")) == (
        [("trigger", "sloguard/a/a")],
        [("trigger", "sloguard/b/b")],
    )


def test_missing_data_is_told_apart() -> None:
    said = Receivers().hear([standing(), standing(kind=AlertKind.NO_DATA)])
    assert sorted(kinds(said)) == [("trigger", A), ("trigger", f"{A}/no-data")]


def test_without_folding_each_is_told_on_its_own() -> None:
    assert len(kinds(Receivers(TellingRules(folding=None)).hear(shop(10)))) == 10


# Reminders and acknowledgements


def test_reminders_until_somebody_takes_it_on() -> None:
    receivers = Receivers(TellingRules(Folding(), DEFAULT_REMINDERS))
    receivers.hear([standing()])
    assert receivers.hear([standing()], NOON + 4 * HOUR - MINUTE) == []
    assert kinds(receivers.hear([standing()], NOON + 4 * HOUR), "pd") == [("reminder", A)]
    assert receivers.hear([standing()], NOON + 5 * HOUR) == []
    assert receivers.hear([standing(stated=SILENCED)], NOON + 9 * HOUR) == []
    said = receivers.hear([acknowledged(standing())], NOON + 10 * HOUR)
    assert kinds(said, "pd") == [("acknowledge", A)]
    assert said[0].incident.acknowledged_by == "ann"
    assert receivers.hear([acknowledged(standing())], NOON + 99 * HOUR) == []
    # A page is more than the ticket that was acknowledged.
    said = receivers.hear([standing()], NOON + 120 * HOUR)
    assert kinds(said) == [("reminder", A)]


def test_a_ticket_is_reminded_of_once_a_day_and_information_never() -> None:
    receivers = Receivers(TellingRules(Folding(), DEFAULT_REMINDERS))
    routes = {T: ("slack",), INFO: ("slack",)}
    receivers.hear([standing("shop/a", T, routes=routes)])
    receivers.hear([standing("shop/a", T, routes=routes), standing("x/b", INFO, routes=routes)])
    said = receivers.hear(
        [standing("shop/a", T, routes=routes), standing("x/b", INFO, routes=routes)], NOON + 24 * HOUR
    )
    assert kinds(said) == [("reminder", A)]


def test_who_took_a_ticket_on_has_not_taken_on_the_page_beside_it() -> None:
    receivers = Receivers()
    a, b = standing("shop/a", T), standing("shop/b", T)
    receivers.hear([a, b])
    # At the same instant one is acknowledged and the other becomes a page.
    worse = standing("shop/b", P)
    said = receivers.hear([acknowledged(a), worse])
    assert (kinds(said, "pd"), kinds(said, "slack")) == ([("trigger", B)], [("escalate", A)])
    assert receivers.hear([acknowledged(a), worse]) == []
    assert {kind for kind, _ in kinds(receivers.hear([acknowledged(a), acknowledged(worse)]))} == {"acknowledge"}


def test_what_is_acknowledged_as_it_becomes_worse_is_told_in_two_steps() -> None:
    receivers = Receivers()
    receivers.hear([standing("shop/a", T)])
    assert kinds(receivers.hear([acknowledged(standing("shop/a", P))])) == [("escalate", A)]
    assert kinds(receivers.hear([acknowledged(standing("shop/a", P))])) == [("acknowledge", A)]


def test_acknowledged_in_a_silence_and_told_after_it() -> None:
    receivers = Receivers()
    assert receivers.hear([acknowledged(standing(stated=SILENCED))]) == []
    assert kinds(receivers.hear([acknowledged(standing())])) == [("trigger", A)]
    assert kinds(receivers.hear([acknowledged(standing())])) == [("acknowledge", A)]


def test_each_reason_is_written_down_once() -> None:
    first = plan([standing(stated=SILENCED)], [], RULES, NOON)
    (entry,) = first.held_back
    assert (entry.alert, entry.severity, entry.quiet, entry.receivers) == (
        AlertKey("shop/a"),
        P,
        SILENCED,
        ("pd", "slack"),
    )
    known = standing(stated=SILENCED)
    again = plan([replace(known, alert=replace(known.alert, quiet=SILENCED))], [], RULES, NOON)
    assert again.held_back == ()
    assert again.quiet == first.quiet


def test_damped_alerts_say_why_they_go_on() -> None:
    receivers = Receivers()
    receivers.hear([standing()])
    receivers.hear([replace(clearing(standing()), damped=True)])
    assert receivers.quiet[AlertKey("shop/a")].reason is QuietReason.FLAPPING


# Whatever happens

_IDS = ("shop/a", "shop/b", "shop/c", "db/up", "api/ok", "mail/x", "search/y")
_UPSTREAMS = {"shop/a": ("db/up",), "shop/b": ("api/ok", "db/up"), "api/ok": ("db/up",)}
_SEVERITIES = st.sampled_from([P, T, INFO, None])
_ONE = st.tuples(_SEVERITIES, st.booleans(), st.booleans(), st.booleans())
_COURSES = st.lists(
    st.tuples(st.fixed_dictionaries(dict.fromkeys(_IDS, _ONE)), st.sampled_from([1, 4, 30, 700])), max_size=12
)
_RULES = st.sampled_from([RULES, TellingRules(None, {}), TellingRules(Folding(), DEFAULT_REMINDERS)])


def _scene(state: dict[str, tuple[Severity | None, bool, bool, bool]]) -> list[Standing]:
    found = []
    for slo_id, (severity, silenced, is_clearing, is_acknowledged) in state.items():
        if severity is not None:
            each = standing(
                slo_id, severity, stated=SILENCED if silenced else None, upstreams=_UPSTREAMS.get(slo_id, ())
            )
            each = clearing(each) if is_clearing else each
            found.append(acknowledged(each) if is_acknowledged else each)
    return found


@given(_COURSES, _RULES)
def test_receivers_believe_what_they_were_told_and_in_the_end_all_is_over(
    course: Sequence[tuple[dict[str, tuple[Severity | None, bool, bool, bool]], int]], rules: TellingRules
) -> None:
    """`Receivers` refuses two triggers without a resolve, and anything about what was not told."""
    receivers, now = Receivers(rules), NOON
    for state, minutes in course:
        now += minutes * MINUTE
        scene = _scene(state)
        receivers.hear(scene, now)
        known = {(receiver, dedup_key(lead)) for receiver, lead in receivers.incidents}
        assert receivers.believes.keys() == known
        firing = {each.key: each for each in scene}
        told: set[tuple[str, AlertKey]] = set()
        for incident in receivers.incidents.values():
            for member in incident.members:
                assert member in firing, "what is over is not believed"
                assert (incident.receiver, member) not in told, "told twice"
                told.add((incident.receiver, member))
        for key, each in firing.items():
            for receiver in each.routed:
                assert (receiver, key) in told or key in receivers.quiet, "neither told nor quiet for a reason"
        assert receivers.hear(scene, now) == [] or any(each.alert.acknowledged for each in scene)
    receivers.hear([], now)
    assert receivers.believes == {}
    assert receivers.incidents == {}


@given(_COURSES)
def test_quiet_people_hear_nothing_new(
    course: Sequence[tuple[dict[str, tuple[Severity | None, bool, bool, bool]], int]],
) -> None:
    receivers, now = Receivers(), NOON
    for state, minutes in course:
        now += minutes * MINUTE
        scene = [replace(each, stated=SILENCED) for each in _scene(state)]
        assert receivers.hear(scene, now) == []
