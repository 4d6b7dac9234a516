"""What the daemon itself spends on an evaluation: time, CPU and memory of a process of its own, and its store.

`ledger_cost.py` starts this beside a Prometheus that has the past; it prints one JSON object. The ledger is filled
with 30 days of made-up counts beforehand, by another process, so that the memory is that of the daemon alone. They are
like those of counters: whole numbers, irregular, of small and of large services, the same in every run.

    python benchmarks/daemon_cost.py fill --slos 1000 --store /tmp/cost.db
    python benchmarks/daemon_cost.py run  --slos 1000 --store /tmp/cost.db --url http://127.0.0.1:9090
"""

import argparse
import json
import math
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from sloguard.daemon.cycle import Cycle
from sloguard.evaluation.tiers import standard_tiers
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger, Settled
from sloguard.ledger.plan import counting_plan, ledger_key
from sloguard.ledger.replaying import Replaying
from sloguard.model.measurement import Slice
from sloguard.model.policy import AlertPolicy
from sloguard.model.settings import Configuration, EvaluationSettings, PrometheusSettings
from sloguard.model.slo import EventsIndicator, Service, Slo
from sloguard.model.window import RollingWindow
from sloguard.ports import AlertStore, CountedRange, CycleOutcome, LedgerKey
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.store import open_store

END = 1_795_000_000 // 3_600 * 3_600
"""Of the past, in Unix seconds."""
COUNTED_UNTIL = END - 900
SCRAPE_SECONDS = 30
EVALUATIONS = 8
"""Every other one settles a slice; all look at the tail."""
HOUR, DAY = 3_600, 86_400
PASTS = 97
"""So many different ones the SLOs have."""
SLOWEST, FASTEST = 0.02, 200.0
"""Events a second."""
BAD_RATIO = 0.0003
FEW = 50
"""Up to so many events are drawn one by one."""
MONTH = RollingWindow(timedelta(days=30))
OBJECTIVE = Decimal("0.999")


class Likeness(StrEnum):
    """How the selectors of two SLOs differ."""

    ALIKE = "alike"
    """In the value of one label."""
    UNLIKE = "unlike"
    """In the values of two."""
    SHAPELESS = "shapeless"
    """In a regular expression, so that no two can be asked for by one selector."""


_LABELS = {
    Likeness.ALIKE: 'slo="{0}"',
    Likeness.UNLIKE: 'slo="{0}",team="team-{0}"',
    Likeness.SHAPELESS: 'slo=~"{0}"',
}


def slo(number: int, likeness: Likeness = Likeness.ALIKE) -> Slo:
    labels = _LABELS[likeness].format(number)
    total = f"requests_total{{{labels}}}"
    bad = f'requests_total{{code="500",{labels}}}'
    policy = AlertPolicy(standard_tiers(1 - OBJECTIVE, MONTH.length, EvaluationSettings().slice))
    return Slo("fleet", f"slo-{number}", OBJECTIVE, MONTH, EventsIndicator(total=(total,), bad=(bad,)), policy)


def fleet(slos: int, likeness: Likeness = Likeness.ALIKE) -> tuple[Slo, ...]:
    return tuple(slo(number, likeness) for number in range(slos))


def past(number: int, *, fractions: bool) -> tuple[Slice, ...]:
    """Hours for 30 days, five minutes for the last three, minutes for the last six hours, as replay leaves them."""
    chance = random.Random(number)
    events_a_second = SLOWEST * (FASTEST / SLOWEST) ** (number / (PASTS - 1))
    fine, medium = COUNTED_UNTIL - 6 * HOUR, COUNTED_UNTIL - 3 * DAY
    at = (COUNTED_UNTIL - 30 * DAY) // HOUR * HOUR
    found: list[Slice] = []
    while at < COUNTED_UNTIL:
        seconds = 60 if at >= fine or at % 300 else 300 if at >= medium or at % HOUR else HOUR
        total = by_chance(events_a_second * seconds * (1 + 0.5 * math.sin(2 * math.pi * at / DAY)), chance)
        bad = min(total, by_chance(BAD_RATIO * total, chance))
        found.append(Slice(at, seconds, bad * (1 / 3 if fractions else 1.0), float(total)))
        at += seconds
    return tuple(found)


def by_chance(expected: float, chance: random.Random) -> int:
    """A number of events where so many are expected, as Poisson has it; many of them by the normal distribution."""
    if expected > FEW:
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    events, left = 0, expected
    while (left := left - chance.expovariate(1.0)) > 0:
        events += 1
    return events


def fill(slos: tuple[Slo, ...], file: Path, *, fractions: bool = False) -> Mapping[str, float]:
    pasts = [past(number, fractions=fractions) for number in range(PASTS)]
    start, end = pasts[0][0].start, pasts[0][-1].end
    store = open_store(f"sqlite:///{file}")
    for first in range(0, len(slos), 200):
        keys = [ledger_key(each) for each in slos[first : first + 200]]
        ranges = [CountedRange(key, start, end, pasts[(first + n) % PASTS]) for n, key in enumerate(keys)]
        store.ledger.write_replayed(ranges, dict.fromkeys(keys, (start, end)))
    store.close()
    return {"slices": len(pasts[0]) * len(slos), "bytes": file.stat().st_size}


class WatchedLedger(LiveLedger):
    """Notes how long counting takes."""

    counting_seconds = 0.0

    def settle(self, now: datetime) -> Settled:
        start = time.perf_counter()
        settled = super().settle(now)
        self.counting_seconds += time.perf_counter() - start
        return settled

    def tail(self, settled: Settled, now: datetime) -> Mapping[LedgerKey, Slice]:
        start = time.perf_counter()
        tail = super().tail(settled, now)
        self.counting_seconds += time.perf_counter() - start
        return tail


class WatchedAlerts:
    """Notes how long writing takes. Implements the AlertStore port."""

    def __init__(self, alerts: AlertStore) -> None:
        self.alerts = alerts.alerts
        self.incidents = alerts.incidents
        self.fired = alerts.fired
        self._commit = alerts.commit_cycle
        self.writing_seconds = 0.0

    def commit_cycle(self, outcome: CycleOutcome, now: datetime) -> None:
        start = time.perf_counter()
        self._commit(outcome, now)
        self.writing_seconds += time.perf_counter() - start


def run(slos: tuple[Slo, ...], file: Path, url: str) -> Mapping[str, float]:
    prometheus = PrometheusSettings(
        url=url, scrape_interval=timedelta(seconds=SCRAPE_SECONDS), timeout=timedelta(seconds=30)
    )
    configuration = Configuration((Service("fleet", slos),), prometheus)
    store = open_store(f"sqlite:///{file}")
    histories = Histories(store.ledger, configuration.evaluation.slice)
    loading, loading_cpu = time.perf_counter(), time.process_time()
    histories.load(slos, datetime.fromtimestamp(COUNTED_UNTIL, UTC))
    loading, loading_cpu = time.perf_counter() - loading, time.process_time() - loading_cpu
    with PrometheusClient(prometheus) as client:
        evaluation, plan = configuration.evaluation, counting_plan(slos)
        ledger = WatchedLedger(client, store.ledger, evaluation, prometheus.scrape_interval, plan)
        alerts = WatchedAlerts(store.alerts)
        adhoc, replaying = AdhocQueries(prometheus), Replaying(store.ledger, store.provisional, slos)
        cycle = Cycle(configuration, ledger, histories, alerts, adhoc, quiet=store.quiet, replaying=replaying)
        longest = wall = 0.0
        cpu = time.process_time()
        for number in range(EVALUATIONS):
            start = time.perf_counter()
            report = cycle.run(datetime.fromtimestamp(COUNTED_UNTIL + 75 + 30 * number, UTC))
            assert report.error is None, report.error
            assert not report.refused
            assert len(report.status.services[0].slos) == len(slos)
            took = time.perf_counter() - start
            longest, wall = max(longest, took), wall + took
        cpu = time.process_time() - cpu
    store.close()
    return {
        "wall": wall / EVALUATIONS,
        "longest": longest,
        "counting": ledger.counting_seconds / EVALUATIONS,
        "writing": alerts.writing_seconds / (EVALUATIONS / 2),
        "cpu": cpu / EVALUATIONS,
        "loading": loading,
        "loading_cpu": loading_cpu,
        "peak_mib": peak_mib(),
    }


def peak_mib() -> float:
    """VmHWM, because getrusage() still knows the peak of the process that this one was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", choices=("fill", "run"))
    parser.add_argument("--slos", type=int, default=1000)
    parser.add_argument("--likeness", type=Likeness, choices=list(Likeness), default=Likeness.ALIKE)
    parser.add_argument("--fractions", action="store_true", help="bad events are estimated, not counted")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--url", default="http://127.0.0.1:9090")
    arguments = parser.parse_args()
    slos = fleet(arguments.slos, arguments.likeness)
    if arguments.work == "fill":
        found = fill(slos, arguments.store, fractions=arguments.fractions)
    else:
        found = run(slos, arguments.store, arguments.url)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
