"""The judgements on given facts, where no server is needed to make them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sloguard.evaluation.tiers import standard_tiers
from sloguard.live.amounts import part_exceeds_total, too_little_traffic
from sloguard.live.facts import Facts, SelectorFacts
from sloguard.live.matching import unmatched
from sloguard.live.nearest import nearest
from sloguard.live.server import short_retention, slow_scrapes
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import Configuration
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.window import RollingWindow
from sloguard.promql.selectors import Matcher, selector_parts, with_label

WINDOW = timedelta(days=30)
SLO = Slo(
    "shop",
    "availability",
    Decimal("0.999"),
    RollingWindow(WINDOW),
    EventsIndicator(total=("requests_total",), bad=('requests_total{code="500"}',)),
    AlertPolicy(standard_tiers(Decimal("0.001"), WINDOW, timedelta(minutes=1))),
)


def facts(total: SelectorFacts, bad: SelectorFacts | None = None, **more: object) -> Facts:
    selectors = {"requests_total": total, 'requests_total{code="500"}': bad or SelectorFacts()}
    return Facts(selectors=selectors, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hour", "day", "found"),
    [
        (0.0, 0.0, True),
        (0.0, 0.9, True),  # 2.7 in the 3 days of the last tier
        (0.0, 1.1, False),
        (0.05, 0.05, False),  # an hour old, and busy enough
    ],
)
def test_too_little_traffic(hour: float, day: float, found: bool) -> None:
    answers = list(too_little_traffic(SLO, facts(SelectorFacts(1, hour, day))))
    assert bool(answers) is found


def test_the_arithmetic_is_in_the_message() -> None:
    (finding,) = too_little_traffic(SLO, facts(SelectorFacts(1, 0.0, 0.5)))
    assert finding.why == (
        "about 0.5 events a day are 1.5 in 3d, and the tier of factor 1 needs 3 bad ones to be more than chance"
    )


def test_traffic_is_not_judged_where_nothing_is_known_or_nothing_alerts() -> None:
    assert list(too_little_traffic(SLO, facts(SelectorFacts()))) == []
    assert list(too_little_traffic(replace(SLO, policy=AlertPolicy()), facts(SelectorFacts(1)))) == []


@pytest.mark.parametrize(
    ("total", "bad", "words"),
    [
        ((100.0, 1000.0), (50.0, 500.0), None),
        ((100.0, 1000.0), (101.0, 1005.0), None),  # skew between two scrapes
        ((100.0, 1000.0), (200.0, 500.0), "in the last hour 200 of 100"),
        ((100.0, 1000.0), (50.0, 2000.0), "in the last day 2,000 of 1,000"),
    ],
)
def test_more_bad_events_than_events(total: tuple[float, float], bad: tuple[float, float], words: str | None) -> None:
    found = list(part_exceeds_total(SLO, facts(SelectorFacts(1, *total), SelectorFacts(1, *bad))))
    assert [finding.why for finding in found] == ([words] if words else [])


def test_retention_is_told_once_for_each_window() -> None:
    slos = [SLO, replace(SLO, name="second"), replace(SLO, name="short", window=RollingWindow(timedelta(days=1)))]
    (finding,) = short_retention(slos, Facts(retention=timedelta(days=15)))
    assert finding.slo_id == "shop/availability"
    assert finding.what == "the window of 30d is longer than Prometheus remembers, and one more SLO has it"
    assert finding.why == "it keeps samples for 15d"
    assert list(short_retention(slos, Facts(retention=timedelta(days=30)))) == []


def test_without_a_told_retention_the_oldest_sample_counts() -> None:
    (finding,) = short_retention([SLO], Facts(oldest={"requests_total": timedelta(days=12)}))
    assert finding.why == "it does not tell its retention, and the oldest sample is of 12 days ago"
    assert list(short_retention([SLO], Facts(oldest={"requests_total": timedelta(days=29, hours=12)}))) == []
    assert list(short_retention([SLO], Facts())) == []


def test_slow_scrapes_are_told_once() -> None:
    configuration = Configuration((Service("shop", (SLO, replace(SLO, name="second"))),))
    (finding,) = slow_scrapes(configuration, facts(SelectorFacts(1, scrape_seconds=59.9)))
    assert finding.what == "2 of 2 SLOs are scraped less often than every 15s"
    assert finding.do == "Set prometheus.scrape_interval: 1m and evaluation.slice to at least 2m."
    assert list(slow_scrapes(configuration, facts(SelectorFacts(1, scrape_seconds=20.0)))) == []
    assert list(slow_scrapes(configuration, facts(SelectorFacts(1, scrape_seconds=None)))) == []


def test_a_refused_selector_is_not_also_missing() -> None:
    refused = facts(SelectorFacts(), SelectorFacts(1), refused={"requests_total": "failed: no"})
    assert list(unmatched(SLO, refused)) == []


def test_nearest() -> None:
    names = ("http_requests_total", "http_request_duration_seconds_count", "up")
    assert nearest("http_request_total", names)[0] == "http_requests_total"
    assert nearest("zzz", names) == ()


@pytest.mark.parametrize(
    ("operator", "value", "accepted"),
    [
        ("=", "a", True),
        ("=", "b", False),
        ("!=", "a", False),
        ("=~", "a|b", True),
        ("=~", ".", True),
        ("!~", "a", False),
    ],
)
def test_matchers_accept_as_prometheus_does(operator: str, value: str, accepted: bool) -> None:
    assert Matcher("x", operator, value).accepts("a") is accepted


def test_a_pattern_that_python_does_not_know_accepts_everything() -> None:
    assert Matcher("x", "=~", r"\pN+").accepts("a")


def test_selectors_are_taken_apart_and_extended() -> None:
    parts = selector_parts('x{a="b",c=~"d}"}')
    assert parts.metric == "x"
    assert [str(matcher) for matcher in parts.matchers] == ['a="b"', 'c=~"d}"']
    assert with_label('x{a="}"}', "tenant") == 'x{a="}",tenant!=""}'
    assert with_label("x", "tenant") == 'x{tenant!=""}'
