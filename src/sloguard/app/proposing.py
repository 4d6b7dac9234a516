"""What `sloguard init` is put together from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sloguard.config import Level, Problem, load_text
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.discovery import Discovery
from sloguard.proposal.observed import Observer
from sloguard.proposal.propose import proposals
from sloguard.proposal.text import Surroundings, slo_yaml

_ATTEMPTS = 2
_TIMEOUT = timedelta(seconds=60)
"""A day of a large metric takes longer than what an evaluation asks for."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file to begin with."""

    text: str
    services: int
    slos: int
    refused: tuple[str, ...]
    """Metrics that are too large for this Prometheus to look at."""
    errors: tuple[Problem, ...]
    """Why the file would not be valid: something about the URL or the window."""


def propose(url: str, window: timedelta, now: datetime) -> Proposal:
    """Look at a Prometheus, and write down what could be promised.

    Raises:
        PrometheusError: Prometheus gave no usable answer.
    """
    settings = PrometheusSettings(url=url.rstrip("/"), timeout=_TIMEOUT)
    refused: list[str] = []
    with PrometheusClient(settings, attempts=_ATTEMPTS) as client, Discovery(settings) as discovery:
        observer = Observer(client, discovery, now, refused)
        services = proposals(observer.observations(), window)
        scrape = observer.scrape_seconds(services[0].slos[0].metric) if services else None
    text = slo_yaml(services, Surroundings(settings.url, window, scrape, now))
    # With nothing to propose the file would be refused for that alone.
    problems = load_text(text.encode(), "slo.yaml", {}, Path()).problems if services else ()
    errors = tuple(each for each in problems if each.level is Level.ERROR)
    return Proposal(text, len(services), sum(len(each.slos) for each in services), tuple(refused), errors)
