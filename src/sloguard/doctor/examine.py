"""All checks in order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sloguard.config import Loaded
from sloguard.doctor import server
from sloguard.doctor.check import Check, State, problem, skipped
from sloguard.doctor.configured import configuration_valid, environment_set, secrets_present
from sloguard.doctor.loaded_rules import rules_current
from sloguard.doctor.machine import time_zones, versions
from sloguard.doctor.server import Server
from sloguard.doctor.stored import store_checks
from sloguard.doctor.told import receivers_reachable
from sloguard.errors import PrometheusError
from sloguard.model.settings import Configuration, PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.discovery import Discovery


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is examined."""

    loaded: Loaded
    environ: Mapping[str, str]
    store_url: str
    prometheus_url: str | None
    """Instead of the file's."""
    now: Callable[[], datetime]


def examine(around: Surroundings) -> Iterator[Check]:
    """Every check, as soon as it is done. Nothing raises: what is wrong is what it is about."""
    configuration = around.loaded.configuration
    if configuration is not None:
        configuration = configuration.asking(around.prometheus_url)
    yield versions()
    yield configuration_valid(around.loaded)
    yield environment_set(around.loaded, around.environ)
    yield secrets_present(configuration)
    yield time_zones(configuration)
    yield from store_checks(around.store_url, around.now())
    yield from receivers_reachable(configuration)
    yield from _prometheus(around, configuration)


def _prometheus(around: Surroundings, configuration: Configuration | None) -> Iterator[Check]:
    if configuration is not None:
        settings = configuration.prometheus
    elif around.prometheus_url is not None:
        settings = PrometheusSettings(url=around.prometheus_url.rstrip("/"))
    else:
        yield skipped("prometheus", "the configuration is not valid")
        return
    with PrometheusClient(settings, attempts=1) as client, Discovery(settings) as discovery:
        asked = Server(client, discovery, around.now)
        answer = server.reachable(settings, asked)
        yield answer
        if answer.state is not State.OK:
            yield from server.not_looked_at("Prometheus does not answer")
            yield skipped("rules", "Prometheus does not answer")
            return
        try:
            yield server.clock_skew(asked)
            if configuration is not None:
                yield from server.fitness(configuration, asked)
                yield rules_current(configuration, discovery.rule_groups())
        except PrometheusError as error:
            yield problem("answers", str(error), "Ask again; if it stays so, look at Prometheus' own log.")
