"""One real Prometheus that has lived through every world."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import EventsIndicator, Indicator, LatencyIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.prometheus import PrometheusClient
from tests.ledger.worlds import SICK, TENANTS, WORLDS
from tests.support.truth import Truth, openmetrics, simulate


@dataclass(frozen=True)
class Past:
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


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    directory: Path = tmp_path_factory.mktemp("past")
    lived = {job: simulate(world) for job, world in {**WORLDS, SICK.job: SICK}.items()}
    tenants = {name: simulate(world) for name, world in TENANTS.items()}
    samples = (line for part in (lived, tenants) for _, lines in part.values() for line in lines)
    history = directory / "history.om"
    history.write_text(openmetrics(samples), encoding="utf-8")
    backfill(directory / "data", history)
    with PrometheusServer(directory) as server, PrometheusClient(PrometheusSettings(url=server.url)) as client:
        yield Past(
            client,
            {job: truth for job, (truth, _) in lived.items()},
            {name: truth for name, (truth, _) in tenants.items()},
        )
