"""The simulated services: all series from the start, repeatable, and faults that hit what they say."""

from collections.abc import Mapping

import pytest
from prometheus_client.registry import CollectorRegistry
from prometheus_client.samples import Sample

from sloguard.demo.faults import DESCRIPTIONS, Fault, activities, initial_series
from sloguard.demo.services import HELP, Services
from sloguard.demo.traffic import ACTIVITIES, BACKUP, HTTP_DURATION, HTTP_REQUESTS, OPERATIONS, REGISTRATIONS

AFTERNOON = 1_795_356_000.0


def samples(registry: CollectorRegistry) -> list[Sample]:
    return [
        sample for family in registry.collect() for sample in family.samples if not sample.name.endswith("_created")
    ]


def count(services: Services, metric: str, **labels: str) -> float:
    return sum(
        sample.value
        for sample in samples(services.registry)
        if sample.name == metric and all(sample.labels.get(name) == value for name, value in labels.items())
    )


def lived(seconds: int, *faults: Fault) -> Services:
    services = Services(AFTERNOON)
    services.set_faults(frozenset(faults))
    for second in range(1, seconds + 1):
        services.advance(AFTERNOON + second)
    return services


def test_every_counter_is_there_with_zero_before_the_first_event() -> None:
    services = Services(AFTERNOON)
    shown = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples(services.registry)}
    assert set(initial_series()) <= shown.keys()
    assert {value for (name, _), value in shown.items() if name != BACKUP} == {0.0}
    assert {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name, _ in shown} == set(HELP)


def test_the_same_seed_tells_the_same_story() -> None:
    assert samples(lived(30).registry) == samples(lived(30).registry)
    other = Services(AFTERNOON, seed=2)
    other.advance(AFTERNOON + 30)
    assert samples(other.registry) != samples(lived(30).registry)


def test_the_busiest_hour_has_30_requests_a_second_and_each_has_a_duration() -> None:
    services = lived(120)
    assert count(services, HTTP_REQUESTS) == pytest.approx(120 * 30, rel=0.1)
    assert count(services, f"{HTTP_DURATION}_count") == count(services, HTTP_REQUESTS)


def test_a_clock_that_goes_back_changes_nothing() -> None:
    services = lived(10)
    before = count(services, HTTP_REQUESTS)
    services.advance(AFTERNOON)
    assert count(services, HTTP_REQUESTS) == before


def test_a_bad_release_fails_registrations_of_its_version_alone() -> None:
    services = lived(60)
    services.set_faults(frozenset({Fault.BAD_RELEASE}))
    released = count(services, HTTP_REQUESTS, version="2.4.0")
    old = count(services, HTTP_REQUESTS, version="2.3.1")
    for second in range(61, 121):
        services.advance(AFTERNOON + second)
    assert released == 0
    assert count(services, HTTP_REQUESTS, version="2.3.1") == old
    bad = count(services, HTTP_REQUESTS, version="2.4.0", code="503")
    at_registration = sum(
        count(services, HTTP_REQUESTS, version="2.4.0", code="503", route=route)
        for route in ("/api/registrations", "/api/confirmations")
    )
    assert bad == pytest.approx(0.75 * 2 * 15 * 60, rel=0.1)
    assert at_registration > 0.99 * bad
    services.set_faults(frozenset())
    services.advance(AFTERNOON + 180)
    assert count(services, HTTP_REQUESTS, version="2.4.0", code="503") == bad


@pytest.mark.parametrize(
    ("fault", "metric", "labels", "at_least"),
    [
        (Fault.DATABASE_DOWN, HTTP_REQUESTS, {"code": "500"}, 700),
        (Fault.DATABASE_DOWN, REGISTRATIONS, {"reason": "server_error"}, 180),
        (Fault.THROTTLING, HTTP_REQUESTS, {"code": "429"}, 170),
        (Fault.MAIL_OUTAGE, "onboarding_emails_total", {"outcome": "deferred"}, 650),
        (Fault.PARSER_CRASH, OPERATIONS, {"reason": "parser_crash", "version": "1.9.0"}, 60),
    ],
)
def test_a_fault_shows_where_it_should(fault: Fault, metric: str, labels: Mapping[str, str], at_least: int) -> None:
    assert count(lived(60, fault), metric, **labels) >= at_least
    assert count(lived(60), metric, **labels) < at_least / 5


def test_a_slow_database_slows_most_requests() -> None:
    slow = lived(60, Fault.SLOW_DATABASE)
    within = count(slow, f"{HTTP_DURATION}_bucket", le="0.3")
    assert within < 0.5 * count(slow, f"{HTTP_DURATION}_count")
    ordinary = lived(60)
    assert count(ordinary, f"{HTTP_DURATION}_bucket", le="0.3") > 0.95 * count(ordinary, f"{HTTP_DURATION}_count")


def test_missing_backups_are_seen_at_once_and_gone_with_the_fault() -> None:
    services = lived(1)
    assert AFTERNOON - count(services, BACKUP) < 25 * 3600
    services.set_faults(frozenset({Fault.BACKUP_STOPPED}))
    assert AFTERNOON - count(services, BACKUP) > 25 * 3600
    services.set_faults(frozenset())
    assert AFTERNOON - count(services, BACKUP) < 25 * 3600


def test_every_fault_is_described_and_all_at_once_still_make_sense() -> None:
    assert set(DESCRIPTIONS) == set(Fault)
    for activity in activities(set(Fault)):
        assert sum(outcome.probability for outcome in activity.outcomes) == pytest.approx(1)
        assert all(0 <= outcome.probability <= 1 for outcome in activity.outcomes)
    assert activities(()) == ACTIVITIES
