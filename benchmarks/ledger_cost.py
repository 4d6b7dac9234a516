"""What an evaluation costs: the ledger beside a query per SLO and window, and beside mean-of-ratios rules.

A real Prometheus with 30 days of backfilled past answers all three in one run, so the ratios can be compared; the
seconds depend on the machine. Each SLO has two series, scraped every 30 seconds. Beside it the daemon's own cost, with
a ledger of 30 days (`daemon_cost.py`).

    python benchmarks/ledger_cost.py --slos 10 100 1000 10000

1,000 SLOs take some ten minutes, most of it for the past and for the other two methods. Beyond 1,000 the past is one
day, which is all that the ledger reads of it, and what the other two cost is scaled from the largest fleet before.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx

from daemon_cost import END, SCRAPE_SECONDS, Likeness, fleet
from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.ledger.counting import IntervalCounter
from sloguard.ledger.plan import CountingPlan, counting_plan
from sloguard.model.series import Sample, Series
from sloguard.ports import MetricsSource, Proof

Answer = TypeVar("Answer")
MOST_COMPARED = 1_000
"""So many SLOs at most are evaluated by the other two methods."""
DAY = 86_400
PATTERNS = 7
REPEATS = 10
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
"""The windows of the four tiers; the SLO's own 30 days come in addition."""


@dataclass(frozen=True, slots=True)
class Cost:
    queries: float
    samples: float
    wall_seconds: float
    cpu_seconds: float

    def times(self, factor: float) -> "Cost":
        values = (self.queries, self.samples, self.wall_seconds, self.cpu_seconds)
        return Cost(*(value * factor for value in values))


def write_history(directory: Path, slos: int, days: int) -> None:
    """Two counters an SLO: some thirty good events a scrape, and a bad one in a hundred scrapes."""
    chance = random.Random(1)
    values = [0] * 2 * PATTERNS
    for day in range(days):
        start = END - (days - day) * DAY
        endings: list[list[str]] = [[] for _ in values]
        for at in range(start + SCRAPE_SECONDS, start + DAY + 1, SCRAPE_SECONDS):
            for index in range(PATTERNS):
                values[index] += chance.randint(0, 60)
                values[PATTERNS + index] += chance.random() < 0.01
            for ending, value in zip(endings, values, strict=True):
                ending.append(f" {value} {at}\n")
        file = directory / "day.om"
        with file.open("w", encoding="utf-8") as out:
            out.write("# TYPE requests counter\n")
            for number in range(slos):
                for code, offset in (("200", 0), ("500", PATTERNS)):
                    series = f'requests_total{{slo="{number}",team="team-{number}",code="{code}"}}'
                    out.write("".join([series + ending for ending in endings[offset + number % PATTERNS]]))
            out.write("# EOF\n")
        backfill(directory / "data", file)
        file.unlink()


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
        raise AssertionError(f"an evaluation asks no range: {promql} {start} {end} {step}")

    def cpu_seconds(self) -> float:
        """What the process has used, as Prometheus reads it from /proc."""
        lines = self._http.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("process_cpu_seconds_total"))


def measured(source: CountingSource, work: Callable[[], None], repeats: int = 1) -> Cost:
    queries, samples, cpu, start = source.queries, source.samples, source.cpu_seconds(), time.perf_counter()
    for _ in range(repeats):
        work()
    wall = time.perf_counter() - start
    cost = Cost(source.queries - queries, source.samples - samples, wall, source.cpu_seconds() - cpu)
    return cost.times(1 / repeats)


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


def evaluate(source: CountingSource, plan: CountingPlan) -> None:
    """(c) The ledger: one slice settled, and the tail. Every other evaluation looks at the tail only."""
    counter = IntervalCounter(source, timedelta(seconds=SCRAPE_SECONDS), plan)
    end = datetime.fromtimestamp(END - 60, UTC)
    for start, until in ((end - timedelta(seconds=60), end), (end, end + timedelta(seconds=45))):
        assert len(counter.count(start, until).increases) == len(plan.counters)


def others(source: CountingSource, slos: int) -> Mapping[str, Cost]:
    at = datetime.fromtimestamp(END, UTC)

    def ask(queries: Iterator[str]) -> None:
        for query in queries:
            source.query(query, at)

    return {
        "a query per SLO and window": measured(source, lambda: ask(per_slo_and_window(slos))),
        "mean-of-ratios rules": measured(source, lambda: ask(mean_of_ratios(slos))),
    }


def ledger(source: CountingSource, slos: int, likeness: Likeness) -> Cost:
    plan = counting_plan(fleet(slos, likeness))
    evaluate(source, plan)
    return measured(source, lambda: evaluate(source, plan), REPEATS)


def compare(slos: int, days: int, known: Mapping[str, Cost]) -> Mapping[str, Cost]:
    """Print what one fleet costs, and return what the other two methods cost an SLO."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_history(directory, slos, days if slos <= MOST_COMPARED else 1)
        with PrometheusServer(directory, arguments=["--query.max-samples=500000000"]) as server:
            source = CountingSource(server.url)
            ledgers = {likeness: ledger(source, slos, likeness) for likeness in Likeness}
            scaled = slos > MOST_COMPARED
            if not scaled:
                known = {method: cost.times(1 / slos) for method, cost in others(source, slos).items()}
            for method, cost in known.items():
                report(slos, f"{method}{', scaled' if scaled else ''}", cost.times(slos), ledgers)
            for likeness, cost in ledgers.items():
                report(slos, f"the ledger, selectors {likeness}", cost, ledgers)
            report_daemon(slos, directory / "store.db", server.url)
    return known


def report(slos: int, method: str, cost: Cost, ledgers: Mapping[Likeness, Cost]) -> None:
    ratios = "".join(f" {cost.cpu_seconds / each.cpu_seconds:>8.1f} x" for each in ledgers.values())
    print(
        f"{slos:>6} {method:<35} {cost.queries:>9,.0f} {cost.samples:>14,.0f} {cost.wall_seconds:>9.3f} s"
        f" {cost.cpu_seconds:>9.3f} s{ratios}",
        flush=True,
    )


def report_daemon(slos: int, file: Path, url: str) -> None:
    program = [sys.executable, str(Path(__file__).with_name("daemon_cost.py"))]
    size = ["--slos", str(slos), "--store", str(file)]
    filled = json.loads(subprocess.check_output([*program, "fill", *size], text=True))
    found = json.loads(subprocess.check_output([*program, "run", *size, "--url", url], text=True))
    print(
        f"{slos:>6} the daemon: {found['wall']:.2f} s an evaluation (the longest {found['longest']:.2f} s),"
        f" of which counting {found['counting']:.2f} s; writing a slice {found['writing']:.3f} s;"
        f" CPU {found['cpu']:.2f} s; peak memory {found['peak_mib']:.0f} MiB;"
        f" start {found['loading']:.1f} s, CPU {found['loading_cpu']:.1f} s;"
        f" store {filled['bytes'] / 1e6:.0f} MB ({filled['bytes'] / filled['slices']:.0f} bytes a slice)",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, nargs="+", default=[10, 100, 1000], help="fleets, from small to large")
    parser.add_argument("--days", type=int, default=30, help="history; longer windows read only what there is")
    arguments = parser.parse_args()
    print(f"One evaluation, {arguments.days} days of history; CPU is that of Prometheus, ratios are CPU to CPU.")
    print(f"{'SLOs':>6} {'method':<35} {'queries':>9} {'samples':>14} {'wall':>11} {'CPU':>11}", end="")
    print("".join(f" {likeness:>10}" for likeness in Likeness))
    known: Mapping[str, Cost] = {}
    for slos in sorted(arguments.slos):
        known = compare(slos, arguments.days, known)


if __name__ == "__main__":
    main()
