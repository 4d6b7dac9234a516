"""One real Prometheus that has lived through every world."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import EventsIndicator, Indicator, LatencyIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.prometheus import PrometheusClient
from tests.ledger.worlds import SICK, TENANTS, WORLDS
from tests.support.engines import ENGINES, engine_with
from tests.support.truth import Truth, simulate


@dataclass(frozen=True)
class Past:
    engine: str
    url: str
    client: PrometheusClient
    truths: Mapping[str, Truth]
    tenants: Mapping[str, Truth]


def slo_of(job: str) -> Slo:
    total = f'requests_total{{job="{job}"}}'
    bad = f'requests_total{{job="{job}",code=~"5.."}}'
    indicator: Indicator = EventsIndicator(total=(total,), bad=(bad,))
    if job == "histogram":
        indicator = LatencyIndicator("seconds", f'job="{job}"', timedelta(milliseconds=300))
    return Slo(job, "availability", Decimal("0.99"), RollingWindow(timedelta(days=30)), indicator, AlertPolicy())


def at(unix: float) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


@dataclass(frozen=True)
class Lived:
    """What happened, and the samples of it: for every engine the same."""

    jobs: Mapping[str, tuple[Truth, list[str]]]
    tenants: Mapping[str, tuple[Truth, list[str]]]


@pytest.fixture(scope="session")
def lived() -> Lived:
    return Lived(
        {job: simulate(world) for job, world in {**WORLDS, SICK.job: SICK}.items()},
        {name: simulate(world) for name, world in TENANTS.items()},
    )


@pytest.fixture(scope="session", params=ENGINES)
def past(lived: Lived, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Past]:
    """Once for each engine that has lived through it."""
    directory: Path = tmp_path_factory.mktemp("past")
    samples = (line for part in (lived.jobs, lived.tenants) for _, lines in part.values() for line in lines)
    with engine_with(request.param, directory, samples) as url, PrometheusClient(PrometheusSettings(url=url)) as client:
        yield Past(
            request.param,
            url,
            client,
            {job: truth for job, (truth, _) in lived.jobs.items()},
            {name: truth for name, (truth, _) in lived.tenants.items()},
        )
