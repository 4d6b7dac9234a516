"""How fast a policy is tried on the past: SLO-evaluations a second, 30 days of 100 SLOs, and deciding alone.

One core, whose own seconds are counted. The past is an ordinary service's: calm but for three outages and some days of
a slow burn. By the minute, as the daemon counts and `replay --step 1m` does, and in the steps of a plain replay.

    python -m benchmarks.backtest_speed --days 30 --slos 100
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from tests.support.courses import poisson
from tests.support.ledgers import MemoryLedger
from tests.support.slos import AVAILABILITY

from sloguard.alerting.decide import decide
from sloguard.alerting.judgement import decide_alerts, judge
from sloguard.backtest.run import Counted, Period, Walk
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.evaluation.signals import tier_signal
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Slo

END = datetime(2026, 11, 22, tzinfo=UTC)
DAY = 86_400
WARM_UP = 3


def error_ratio(minute: int) -> float:
    day, of_day = divmod(minute, 1_440)
    if day % 10 == 5 and 600 <= of_day < 620:
        return 0.5
    return 0.002 if day % 15 in {11, 12} else 0.0004


def minutes(days: int, seed: int) -> list[Slice]:
    chance, start = random.Random(seed), int(END.timestamp()) - days * DAY
    slices = []
    for minute in range(days * 1_440):
        ratio = error_ratio(minute)
        bad = poisson(chance, 300 * ratio)
        slices.append(Slice(start + 60 * minute, 60, bad, bad + round(300 * (1 - ratio))))
    return slices


def as_replayed(slices: Sequence[Slice]) -> list[Slice]:
    """Hours for old time, five minutes for three days, minutes for six hours."""
    end = slices[-1].end

    def step(piece: Slice) -> int:
        age = end - piece.start
        length = 60 if age <= 6 * 3_600 else 300 if age <= 3 * DAY else 3_600
        return piece.start // length * length

    folded = []
    for start, same in groupby(slices, step):
        parts = list(same)
        folded.append(
            Slice(start, parts[-1].end - start, sum(each.bad for each in parts), sum(each.total for each in parts))
        )
    return folded


def ledger(slos: Sequence[Slo], slices: Sequence[Slice]) -> MemoryLedger:
    kept = MemoryLedger()
    for slo in slos:
        kept.put(slo, slices)
        kept.asked[ledger_key(slo)] = (slices[0].start, slices[-1].end)
    return kept


def walked(slos: Sequence[Slo], kept: MemoryLedger, days: int) -> tuple[int, int, float]:
    """Evaluations, pages and tickets, and seconds."""
    counted = Counted.of(kept)
    period = Period(END - timedelta(days=days), END)
    started = time.process_time()
    lived = [Walk(slo, (slo,), counted, EvaluationSettings(), period).lived() for slo in slos]
    seconds = time.process_time() - started
    return sum(each.evaluations for each in lived), sum(len(each.firings) for each in lived), seconds


def per_second(work: Callable[[], object], times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        work()
    return times / (time.process_time() - started)


def pure(slices: Sequence[Slice]) -> None:
    """What one evaluation of an SLO costs, in parts."""
    slo = AVAILABILITY
    seen = ObservedSlices(History.of(slices), None, END, timedelta(seconds=60), slices[0].start)
    signals = [tier_signal(reading) for reading in read_tiers(slo.tiers, slo.budget_ratio, seen)]
    print("\n| one SLO, one instant | a second |\n| --- | --- |")
    parts: tuple[tuple[str, Callable[[], object], int], ...] = (
        ("decide (from signals to what becomes of the alert)", lambda: decide(None, signals, END), 50_000),
        ("decide_alerts (from the ledger to every alert)", lambda: decide_alerts(slo, seen, {}, END), 5_000),
        ("judge (also all that is shown of it)", lambda: judge(slo, seen, {}, END), 5_000),
    )
    for name, work, times in parts:
        print(f"| {name} | {per_second(work, times):,.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--slos", type=int, default=100)
    asked = parser.parse_args()
    slos = [replace(AVAILABILITY, name=f"slo-{number}") for number in range(asked.slos)]
    slices = minutes(asked.days + WARM_UP, 1)
    print("| past | SLOs | evaluations | firings | seconds | evaluations a second |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, past in (("as a plain replay counts it", as_replayed(slices)), ("by the minute", slices)):
        evaluations, firings, seconds = walked(slos, ledger(slos, past), asked.days)
        rate = evaluations / seconds
        print(
            f"| {asked.days} d {name} | {asked.slos} | {evaluations:,} | {firings} | {seconds:.1f} | {rate:,.0f} |",
            flush=True,
        )
    pure(slices)


if __name__ == "__main__":
    main()
