"""How right each way to compute a 30-day error ratio is, on a real Prometheus with a past whose truth is known.

The shapes of traffic are those of the tests, lived through for 30 days (or SLOGUARD_WORLD_DAYS). Beside the ledger,
replayed from Prometheus, stand the mean of 5-minute ratios, as most rule generators record it, and a single `increase`
over the whole time.

    python -m benchmarks.accuracy
    python -m benchmarks.accuracy --only churn resets
"""

import argparse
import math
import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sloguard.demo.prometheus import PrometheusServer, backfill
from sloguard.ledger.plan import counting_plan
from sloguard.ledger.replay import Replay
from sloguard.model.settings import PrometheusSettings
from sloguard.model.slo import Slo
from sloguard.prometheus import PrometheusClient
from sloguard.promql.rates import bad_rate, total_rate
from sloguard.store import open_store

DAYS = int(os.environ.setdefault("SLOGUARD_WORLD_DAYS", "30"))  # the worlds are as long as this when they are made

from tests.ledger.conftest import at, slo_of  # noqa: E402
from tests.ledger.worlds import WORLDS  # noqa: E402
from tests.support.truth import World, openmetrics, simulate  # noqa: E402

SPAN = f"{DAYS}d"
FIVE_MINUTES = timedelta(minutes=5)
BLOCK = f"{DAYS * 12}h"


def ledger_ratio(client: PrometheusClient, slo: Slo, directory: Path, span: tuple[int, int]) -> float:
    store = open_store(f"sqlite:///{directory}/ledger.db")
    plan = counting_plan([slo])
    Replay(client, store.ledger, timedelta(minutes=1)).run(plan, at(span[0]), at(span[1]))
    slices = store.ledger.slices(plan.keys[0], *span)
    store.close()
    return sum(part.bad for part in slices) / sum(part.total for part in slices)


def asked(client: PrometheusClient, query: str, end: int) -> float:
    samples = client.query(query, at(end))
    return samples[0].value if samples else math.nan


def mean_of_ratios(slo: Slo) -> str:
    total = total_rate(slo.indicator, FIVE_MINUTES)
    return f"avg_over_time((({bad_rate(slo.indicator, FIVE_MINUTES, total)}) / ({total}))[{SPAN}:5m])"


def one_increase(slo: Slo) -> str:
    plan = counting_plan([slo]).counters[0]
    measured, total = (
        " + ".join(f"(sum(increase({term.selector}[{SPAN}])) or vector(0))" for term in terms)
        for terms in (plan.measured, plan.total)
    )
    return f"({measured}) / ({total})" if plan.outcome.value == "bad" else f"1 - ({measured}) / ({total})"


def row(world: World) -> tuple[float, float, float, float]:
    """The true error ratio, and the relative error of the ledger, the single increase and the mean of ratios."""
    slo = slo_of(world.job)
    truth, samples = simulate(world)
    bad, total = truth.between(world.start, world.end)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        history = directory / "history.om"
        history.write_text(openmetrics(samples), encoding="utf-8")
        backfill(directory / "data", history, block_duration=BLOCK)
        with (
            PrometheusServer(directory, arguments=["--query.max-samples=500000000"]) as server,
            PrometheusClient(PrometheusSettings(url=server.url, timeout=timedelta(minutes=2))) as client,
        ):
            ratios = (
                ledger_ratio(client, slo, directory, (world.start, world.end)),
                asked(client, one_increase(slo), world.end),
                asked(client, mean_of_ratios(slo), world.end),
            )
    true_ratio = bad / total
    first, second, third = ((ratio - true_ratio) / true_ratio if true_ratio else ratio for ratio in ratios)
    return true_ratio, first, second, third


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", help="some shapes instead of all")
    arguments = parser.parse_args()
    print("| shape of traffic | true error ratio | sloguard | one `increase` | mean of ratios |")
    print("| --- | --- | --- | --- | --- |")
    for job, world in WORLDS.items():
        if arguments.only and job not in arguments.only:
            continue
        began = time.perf_counter()
        true_ratio, *errors = row(world)
        shown = " | ".join("no answer" if math.isnan(error) else f"{error:+.3%}" for error in errors)
        print(f"| {job} | {true_ratio:.4%} | {shown} |", flush=True)
        assert time.perf_counter() - began < 600, "something hangs"


if __name__ == "__main__":
    main()
