"""A deployment that restarts a thousand pods of three hundred SLOs at once: exact, and a handful of queries."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.ledger.batches import TermAsker
from sloguard.ledger.counting import IntervalCounter
from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CounterPlan, CountingPlan, Increase
from sloguard.ledger.stepwise import StepCounter
from sloguard.model.series import Sample, Series
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import LedgerKey, MetricsSource, Proof
from sloguard.prometheus import PrometheusClient
from sloguard.promql.bundles import Term
from sloguard.promql.terms import Outcome
from tests.ledger.conftest import at

Answer = TypeVar("Answer")
START = 1_795_000_000 // 3_600 * 3_600
DEPLOYED = START + 1_200
END = START + 1_800
SCRAPES = 15
SLOS = 300
"""Each has a pod that goes on, one that restarts, one that is replaced by another, and one that was away."""


@dataclass(frozen=True, slots=True)
class Pod:
    name: str
    born: int = START
    died: int = END
    restart: int = 0
    away: tuple[int, int] = (0, 0)


PODS = (
    Pod("steady"),
    Pod("restarted", restart=DEPLOYED + 20),
    Pod("old", died=DEPLOYED + 10),
    Pod("new", born=DEPLOYED + 25),
    Pod("away", away=(DEPLOYED - 600, DEPLOYED + 5)),
)


def history(happened: Counter[tuple[int, int]]) -> Iterator[str]:
    """Samples; and how much happened in the scrape interval that ends at an instant, as far as anybody can tell."""
    yield "# TYPE requests counter\n"
    for slo in range(SLOS):
        for pod in PODS:
            value = unseen = 0
            for time in range(pod.born - pod.born % SCRAPES, pod.died + 1, SCRAPES):
                if time >= pod.restart > time - SCRAPES:
                    value = 0
                events = (slo * 31 + time) % 11
                value, unseen = value + events, unseen + events
                if pod.away[0] <= time < pod.away[1]:
                    continue
                happened[slo, time] += unseen
                unseen = 0
                yield f'requests_total{{slo="{slo}",pod="{pod.name}-{slo}"}} {value} {time}\n'
    yield "# EOF\n"


@dataclass
class Noting:
    """A Prometheus that is watched."""

    source: MetricsSource
    asked: list[str] = field(default_factory=list)

    def on_one_replica(self, work: Callable[[MetricsSource], Answer], proof: Proof | None = None) -> Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        self.asked.append(promql)
        return self.source.query(promql, at)

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        self.asked.append(promql)
        return self.source.query_raw(promql, at)

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        self.asked.append(promql)
        return self.source.query_range(promql, start, end, step)


@pytest.fixture(scope="module")
def happened() -> Counter[tuple[int, int]]:
    return Counter()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, happened: Counter[tuple[int, int]]) -> Iterator[PrometheusClient]:
    directory: Path = tmp_path_factory.mktemp("deployment")
    file = directory / "history.om"
    file.write_text("".join(history(happened)), encoding="utf-8")
    backfill(directory / "data", file)
    with PrometheusServer(directory) as server, PrometheusClient(PrometheusSettings(url=server.url)) as client:
        yield client


TERMS = [Term(f'requests_total{{slo="{slo}"}}', (f'requests_total{{slo="{slo}"}}',)) for slo in range(SLOS)]


def events(happened: Counter[tuple[int, int]], slo: int, start: int, end: int) -> int:
    return sum(happened[slo, time] for time in range(start // SCRAPES * SCRAPES + SCRAPES, end + 1, SCRAPES))


@pytest.mark.parametrize("start", range(DEPLOYED - 120, DEPLOYED + 420, 60))
def test_it_is_counted_exactly_in_a_handful_of_queries(
    source: PrometheusClient, happened: Counter[tuple[int, int]], start: int
) -> None:
    noting = Noting(source)
    counters = tuple(CounterPlan(LedgerKey(str(n), ""), Outcome.BAD, (), (term,)) for n, term in enumerate(TERMS))
    counter = IntervalCounter(noting, timedelta(seconds=SCRAPES), CountingPlan(counters, ()))
    found = counter.count(at(start), at(start + 60))
    expected = {LedgerKey(str(slo), ""): events(happened, slo, start, start + 60) for slo in range(SLOS)}
    assert found.increases == {key: Increase(0.0, total) for key, total in expected.items()}
    assert len(noting.asked) == (5 if start == DEPLOYED else 1)
    for query in (query for query in noting.asked if "[1d]" in query):
        assert "steady-1" not in query, "a day of samples is read of those only of which it is not known better"


def test_it_is_replayed_exactly_in_a_handful_of_queries(
    source: PrometheusClient, happened: Counter[tuple[int, int]]
) -> None:
    noting = Noting(source)
    chunk = Chunk(START + 600, END, 60)
    counts, refused = StepCounter(noting, timedelta(seconds=SCRAPES)).count(TermAsker(TERMS), chunk)
    assert not refused
    assert len(noting.asked) <= 6
    found = {(time, term): groups[()] for time, terms in counts.items() for term, groups in terms.items()}
    assert found == {
        (end, term): events(happened, slo, end - 60, end)
        for slo, term in enumerate(TERMS)
        for end in range(START + 660, END + 1, 60)
    }
