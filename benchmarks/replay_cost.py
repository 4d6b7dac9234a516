"""What a replay of a month costs: time, CPU of the replay and of Prometheus, queries, memory, store.

A real Prometheus with a backfilled past, the same as that of `ledger_cost.py`: two series an SLO, scraped every 30
seconds. The replay is what the daemon does on an empty ledger, and what `sloguard replay --since 30d` does.

    python benchmarks/replay_cost.py --slos 100 1000
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from daemon_cost import COUNTED_UNTIL, SCRAPE_SECONDS, Likeness, fleet, peak_mib
from ledger_cost import write_history
from sloguard.demo.prometheus import PrometheusServer
from sloguard.ledger.plan import CountingPlan, counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.settings import EvaluationSettings, PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.store import open_store

CPU = "process_cpu_seconds_total"
QUERIES = 'prometheus_engine_query_duration_seconds_count{slice="inner_eval"}'


def own_metrics(url: str) -> Mapping[str, float]:
    """Prometheus' metrics of itself."""
    lines = httpx.get(f"{url}/metrics", timeout=30).raise_for_status().text.splitlines()
    values = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in values}


def replay(plan: CountingPlan, days: int, file: Path, url: str) -> None:
    settings = PrometheusSettings(
        url=url, scrape_interval=timedelta(seconds=SCRAPE_SECONDS), timeout=timedelta(seconds=60)
    )
    until = datetime.fromtimestamp(COUNTED_UNTIL, UTC)
    store = open_store(f"sqlite:///{file}")
    with PrometheusClient(settings) as client:
        work = Replay(client, store.ledger, EvaluationSettings().slice, settings.scrape_interval)
        outcome = work.run(plan, until - timedelta(days=days), until)
    store.close()
    assert outcome.complete
    assert not outcome.refused
    assert not outcome.unseen


def measure(slos: int, days: int, likeness: Likeness, directory: Path, url: str) -> None:
    plan, file = counting_plan(fleet(slos, likeness)), directory / f"{likeness}.db"
    before, wall, cpu = own_metrics(url), time.perf_counter(), time.process_time()
    replay(plan, days, file, url)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    spent = {name: value - before[name] for name, value in own_metrics(url).items() if name in {CPU, QUERIES}}
    print(
        f"{slos:>6} {likeness:<9} {spent[QUERIES]:>8,.0f} {wall:>9.1f} s"
        f" {spent[CPU]:>10.1f} s {cpu:>9.1f} s {peak_mib():>9.0f} MiB {file.stat().st_size / 1e6:>8.1f} MB",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slos", type=int, nargs="+", default=[100, 1000], help="fleets, from small to large")
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    print(f"Replay of {arguments.days} days into an empty store.")
    print(
        f"{'SLOs':>6} {'selectors':<9} {'queries':>8} {'wall':>11} {'Prometheus':>12} {'own CPU':>11}"
        f" {'peak memory':>13} {'store':>11}"
    )
    for slos in sorted(arguments.slos):
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            write_history(directory, slos, arguments.days)
            with PrometheusServer(directory) as server:
                for likeness in Likeness:
                    measure(slos, arguments.days, likeness, directory, server.url)


if __name__ == "__main__":
    main()
