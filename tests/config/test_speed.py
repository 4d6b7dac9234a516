"""Validating a large fleet costs a few times what reading its YAML costs."""

import time
from collections.abc import Callable

import yaml

from tests.config.texts import configuration_of, loaded

SLO = """      - name: slo-{slo}
        description: Requests of kind {slo} are answered without a server error.
        objective: 99.9
        indicator:
          events:
            bad: 'http_requests_total{{service="service-{service}",route="/r{slo}",code=~"5.."}}'
            total: 'http_requests_total{{service="service-{service}",route="/r{slo}"}}'
        breakdown_by: [version, route]
"""
SERVICE = """  - name: service-{service}
    owner: team-a
    runbook_url: https://runbooks.example.com/service-{service}
    slos:
"""


def fleet(services: int, *, objective: str = "99.9") -> str:
    parts = ["version: 1\nservices:\n"]
    for service in range(services):
        parts.append(SERVICE.format(service=service))
        parts += [SLO.format(service=service, slo=slo).replace("99.9", objective) for slo in range(10)]
    return "".join(parts)


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_a_thousand_slos_take_at_most_four_times_their_yaml() -> None:
    text = fleet(100)
    yaml_seconds = min(seconds(lambda: yaml.load(text, Loader=yaml.CSafeLoader)) for _ in range(3))
    ours = min(seconds(lambda: loaded(text)) for _ in range(3))
    assert len(configuration_of(loaded(text)).slos) == 1000
    assert ours < 4 * yaml_seconds


def test_a_fleet_full_of_mistakes_takes_time_in_proportion() -> None:
    small, large = fleet(20, objective="100"), fleet(80, objective="100")
    assert len(loaded(large).problems) == 800
    assert min(seconds(lambda: loaded(large)) for _ in range(3)) < 10 * min(
        seconds(lambda: loaded(small)) for _ in range(3)
    )
