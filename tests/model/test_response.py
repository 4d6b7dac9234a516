"""What people say about alerts: matchers, silences that do something, acknowledgements of what is told together."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.matcher import Matcher, MatchKind, parse_matcher
from sloguard.model.quiet import Silence
from sloguard.model.response import acknowledged, checked_silence
from sloguard.model.slo import EventsIndicator
from tests.support.incidents import NOON, alert, told
from tests.support.slos import make_slo

HOUR = timedelta(hours=1)
PLAIN = make_slo("availability", EventsIndicator(total=("t",), bad=("b",)))
GROUPED = replace(PLAIN, name="by-tenant", group_by=("tenant",))


def silence(*matchers: str, length: timedelta = HOUR, reason: str = "deploy") -> Silence:
    return Silence(tuple(map(parse_matcher, matchers)), NOON, NOON + length, "ann", reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tenant=acme", Matcher("tenant", MatchKind.EQUAL, "acme")),
        (' tenant != "a \\" b" ', Matcher("tenant", MatchKind.NOT_EQUAL, 'a " b')),
        ("tenant=~a.*|b", Matcher("tenant", MatchKind.REGEX, "a.*|b")),
        ("tenant!~''", Matcher("tenant", MatchKind.NOT_REGEX, "''")),
        ("tenant=", Matcher("tenant", MatchKind.EQUAL, "")),
    ],
)
def test_matchers_are_read(text: str, expected: Matcher) -> None:
    assert parse_matcher(text) == expected


@pytest.mark.parametrize("text", ["", "tenant", "=a", "a b=c", "t=~(", "t=~a{9999}", "t=" + "x" * 400])
def test_what_is_no_matcher(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no matcher|regular expression|longer"):
        parse_matcher(text)


@given(st.text(max_size=20), st.sampled_from(MatchKind))
def test_what_is_shown_reads_the_same(value: str, kind: MatchKind) -> None:
    try:
        matcher = Matcher("label", kind, value)
    except ValueError:
        return
    assert parse_matcher(str(matcher)) == matcher


def test_expressions_match_the_whole_value_and_nothing_is_empty() -> None:
    assert parse_matcher("t=~ac.*").matches({"t": "acme"})
    assert not parse_matcher("t=~ac").matches({"t": "acme"})
    assert parse_matcher("t!~ac").matches({"t": "acme"})
    assert parse_matcher("t=~.*").matches({})
    assert not parse_matcher("t=~.+").matches({})
    assert parse_matcher("t!=x").matches({})
    assert parse_matcher("t=").matches({})


def test_an_expression_takes_no_longer_than_its_value_is_long() -> None:
    """`(a+)+b` takes a backtracking engine the age of the universe."""
    assert not parse_matcher("t=~(a+)+b").matches({"t": "a" * 5_000})


@pytest.mark.parametrize(
    "matchers",
    [
        ["slo=onboarding/availability"],
        ["service=onboarding", "severity=ticket"],
        ["service=~on.*", "kind=no_data"],
        ["tenant=acme"],
        ["slo=onboarding/by-tenant", "tenant!=acme"],
        ["severity!=page"],
    ],
)
def test_silences_that_do_something(matchers: list[str]) -> None:
    asked = silence(*matchers)
    assert checked_silence(asked, [PLAIN, GROUPED], NOON) == asked


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (silence(), "would silence everything"),
        (silence(*["severity=page"] * 11), "at most 10 matchers"),
        (silence("slo=onboarding/latency"), "No SLO that is declared"),
        (silence("service=shop", "slo=onboarding/availability"), "No SLO that is declared"),
        (silence("severity=fatal"), "No SLO that is declared"),
        (silence("region=eu"), "No SLO that is declared"),
        (silence("slo=onboarding/availability", "tenant=acme"), "No SLO that is declared"),
        (silence("severity=page", length=-HOUR), "over before it begins"),
        (silence("severity=page", length=timedelta(days=91)), "at most 90d"),
        (silence("severity=page", reason=""), "The reason must be one line"),
        (silence("severity=page", reason="a\nb"), "The reason must be one line"),
    ],
)
def test_silences_that_do_nothing_or_too_much(asked: Silence, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked_silence(asked, [PLAIN, GROUPED], NOON)


def test_who_takes_one_on_takes_on_what_is_told_with_it() -> None:
    a, b, other = AlertKey("shop/a"), AlertKey("shop/b"), AlertKey("shop/c")
    silent = AlertKey("shop/a", AlertKind.NO_DATA)
    firing = {a: alert(), b: alert(), other: alert(), silent: alert()}
    incident = replace(told("shop/a"), members=frozenset({a, b, AlertKey("gone/x")}))
    found = acknowledged("shop/a", firing, [incident], ("ann", "on it", NOON))
    assert list(found) == [silent, a, b]
    assert {(each.author, each.note, each.severity) for each in found.values()} == {("ann", "on it", alert().severity)}
    assert acknowledged("shop/x", firing, [incident], ("ann", "", NOON)) == {}


def test_an_slo_with_groups_means_all_of_them() -> None:
    tenants = {AlertKey(f'shop/a{{tenant="{name}"}}'): alert() for name in ("acme", "globex")}
    assert acknowledged("shop/a", tenants, [], ("ann", "", NOON)).keys() == tenants.keys()
    assert len(acknowledged('shop/a{tenant="acme"}', tenants, [], ("ann", "", NOON))) == 1
