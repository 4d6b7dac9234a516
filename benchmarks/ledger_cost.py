"""What one evaluation costs Prometheus: the ledger beside a query per SLO and window, and beside mean-of-ratios rules.

A real Prometheus with a backfilled past answers all three in one run, so the ratios can be compared; the
milliseconds depend on the machine.

    python benchmarks/ledger_cost.py --slos 10 100 1000 --days 2
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import httpx

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.ledger.counting import IntervalCounter
from sloguard.ledger.plan import CountingPlan, counting_plan
from sloguard.model.policy import AlertPolicy
from sloguard.model.series import Sample, Series
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import EventsIndicator, Slo
from sloguard.model.window import RollingWindow
from sloguard.ports import MetricsSource, Proof
from sloguard.prometheus import PrometheusClient

Answer = TypeVar("Answer")
END = 1_795_000_000 // 3_600 * 3_600
SCRAPE_SECONDS = 30
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""The windows of the four tiers; the SLO's own 30 days come in addition."""
MONTH = RollingWindow(timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Cost:
    queries: int
    samples: int
    wall_seconds: float
    cpu_seconds: float


def slo(number: int) -> Slo:
    total = f'requests_total{{slo="{number}"}}'
    bad = f'requests_total{{slo="{number}",code="500"}}'
    indicator = EventsIndicator(total=(total,), bad=(bad,))
    return Slo("fleet", f"slo-{number}", Decimal("0.999"), MONTH, indicator, AlertPolicy())


def write_history(file: Path, slos: int, days: float) -> None:
    chance = random.Random(1)
    times = range(END - round(days * 86_400), END + 1, SCRAPE_SECONDS)
    with file.open("w", encoding="utf-8") as out:
        out.write("# TYPE requests counter\n")
        for number in range(slos):
            for code, most in (("200", 60), ("500", 1)):
                value = 0
                for at in times:
                    value += chance.randint(0, most)
                    out.write(f'requests_total{{slo="{number}",code="{code}"}} {value} {at}\n')
        out.write("# EOF\n")


class CountingSource:
    """A Prometheus that is asked with `stats=all`: how many samples each answer has read."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=120)
        self.queries = 0
        self.samples = 0

    def on_one_replica(self, work: Callable[[MetricsSource], Answer], proof: Proof | None = None) -> Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        form = {"query": promql, "time": f"{at.timestamp():.3f}", "stats": "all"}
        document = self._http.post("/api/v1/query", data=form).raise_for_status().json()["data"]
        self.queries += 1
        self.samples += document["stats"]["samples"]["totalQueryableSamples"]
        return [Sample(row["metric"], float(row["value"][1])) for row in document["result"] if "value" in row]

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        raise AssertionError(f"steady series need no closer look: {promql} at {at}")

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        raise AssertionError(f"a cycle asks no range: {promql} {start} {end} {step}")

    def cpu_seconds(self) -> float:
        lines = self._http.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("process_cpu_seconds_total"))


def measured(source: CountingSource, work: Callable[[], None]) -> Cost:
    queries, samples, cpu, start = source.queries, source.samples, source.cpu_seconds(), time.perf_counter()
    work()
    wall = time.perf_counter() - start
    return Cost(source.queries - queries, source.samples - samples, wall, source.cpu_seconds() - cpu)


def per_slo_and_window(slos: int) -> Iterator[str]:
    """(a) Each window's bad and total asked for on its own."""
    for number in range(slos):
        for window in (*WINDOWS, "30d"):
            yield f'sum(increase(requests_total{{slo="{number}",code="500"}}[{window}]))'
            yield f'sum(increase(requests_total{{slo="{number}"}}[{window}]))'


def mean_of_ratios(slos: int) -> Iterator[str]:
    """(b) What a mean-of-ratios generator's rules read at each evaluation.

    Its 30-day rule averages a recorded series; there is none here, so a raw series stands in with as many samples.
    """
    for number in range(slos):
        for window in WINDOWS:
            bad = f'sum(rate(requests_total{{slo="{number}",code="500"}}[{window}]))'
            yield f'{bad} / sum(rate(requests_total{{slo="{number}"}}[{window}]))'
        recorded = f'requests_total{{slo="{number}",code="500"}}[30d]'
        yield f"sum_over_time({recorded}) / count_over_time({recorded})"


def cycle(source: CountingSource, plan: CountingPlan) -> None:
    """(c) The ledger: one slice settled, and the tail."""
    counter = IntervalCounter(source, timedelta(seconds=SCRAPE_SECONDS))
    end = datetime.fromtimestamp(END - 60, UTC)
    for start, until in ((end - timedelta(seconds=60), end), (end, end + timedelta(seconds=45))):
        assert len(counter.count(plan, start, until).increases) == len(plan.counters)


def compare(slos: int, days: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_history(directory / "history.om", slos, days)
        backfill(directory / "data", directory / "history.om")
        with PrometheusServer(directory, arguments=["--query.max-samples=500000000"]) as server:
            with PrometheusClient(PrometheusSettings(url=server.url)) as client:
                client.ping()
            source = CountingSource(server.url)
            at = datetime.fromtimestamp(END, UTC)
            plan = counting_plan(slo(number) for number in range(slos))

            def ask(queries: Iterator[str]) -> None:
                for query in queries:
                    source.query(query, at)

            cycle(source, plan)
            ledger = measured(source, lambda: cycle(source, plan))
            each = measured(source, lambda: ask(per_slo_and_window(slos)))
            report(slos, "a query per SLO and window", each, ledger)
            rules = measured(source, lambda: ask(mean_of_ratios(slos)))
            report(slos, "mean-of-ratios rules", rules, ledger)
            report(slos, "ledger cycle", ledger, ledger)


def report(slos: int, name: str, cost: Cost, ledger: Cost) -> None:
    cpu_ratio = cost.cpu_seconds / ledger.cpu_seconds if ledger.cpu_seconds else float("nan")
    print(
        f"{slos:>6} {name:<28} {cost.queries:>7} {cost.samples:>12,} {cost.wall_seconds:>8.2f} s"
        f" {cost.cpu_seconds:>8.2f} s {cost.samples / ledger.samples:>9.0f} x {cpu_ratio:>8.0f} x",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--days", type=float, default=2, help="history; longer windows read only what there is")
    arguments = parser.parse_args()
    heading = ("SLOs", "method", "queries", "samples", "wall", "CPU", "samples", "CPU")
    print("{:>6} {:<28} {:>7} {:>12} {:>10} {:>10} {:>11} {:>10}".format(*heading))
    for slos in arguments.slos:
        compare(slos, arguments.days)


if __name__ == "__main__":
    main()
