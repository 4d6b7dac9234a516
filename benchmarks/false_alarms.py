"""False alarms: what a service that just meets its objective raises in 30 days, by traffic, objective and tier.

Independent failures by chance, evaluated every five minutes by the daemon's own code. Episodes less than an hour apart
count as one. The last column is the slowest tier at half the budget; the one before, the tickets that are opened where
exactly the budget is spent, with the hold. Then: how many SLOs are decided on in a second.

    python -m benchmarks.false_alarms --months 5
"""

import argparse
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from tests.support.courses import Course, by_chance

from sloguard.alerting.decide import decide
from sloguard.evaluation.burn import Verdict
from sloguard.evaluation.signals import tier_signal
from sloguard.evaluation.tiers import STANDARD_WINDOW, standard_tiers
from sloguard.model.alert import Transition
from sloguard.model.duration import format_duration
from sloguard.model.policy import Tier

STEP = timedelta(minutes=5)
DAY_STEPS = timedelta(days=1) // STEP
APART = timedelta(hours=1) // STEP
PER_HOUR = (1, 10, 60, 100, 1_000, 5_000)
OBJECTIVES = (Decimal("0.99"), Decimal("0.999"), Decimal("0.9999"))


def course(chance: random.Random, budget: Decimal, per_hour: int, share: float) -> Course:
    """33 days, of which the last 30 are looked at."""
    return Course(by_chance(chance, 33 * DAY_STEPS, per_hour / 12, float(budget) * share), STEP, budget)


def episodes(lived: Course, tiers: Sequence[Tier]) -> list[int]:
    """How often each tier began to fire."""
    counts, last = [0] * len(tiers), [-APART - 1] * len(tiers)
    for number, readings in lived.readings(tiers, 3 * DAY_STEPS):
        for index, reading in enumerate(readings):
            if reading.verdict is Verdict.FIRING:
                counts[index] += number - last[index] > APART
                last[index] = number
    return counts


def row(objective: Decimal, per_hour: int, months: int) -> list[float]:
    chance = random.Random(f"{objective}/{per_hour}")
    budget = 1 - objective
    tiers = standard_tiers(budget, STANDARD_WINDOW, STEP)
    sums = [0.0] * (len(tiers) + 2)
    for _ in range(months):
        exact, half = (course(chance, budget, per_hour, share) for share in (1.0, 0.5))
        changes = exact.changes(tiers, 3 * DAY_STEPS)
        opened = sum(transition is Transition.FIRE for _, transition, _ in changes)
        for index, count in enumerate([*episodes(exact, tiers), opened, *episodes(half, tiers[-1:])]):
            sums[index] += count / months
    return sums


def decisions_per_second() -> float:
    """Deciding alone: from what four tiers see to what becomes of the alert."""
    budget = Decimal("0.001")
    lived = course(random.Random(1), budget, 1_000, 1.0)
    readings = [each for _, each in lived.readings(standard_tiers(budget, STANDARD_WINDOW, STEP), 20 * DAY_STEPS)]
    signals = [[tier_signal(reading) for reading in each] for each in readings]
    now = lived.at(0)
    started = time.perf_counter()
    for each in signals:
        decide(None, each, now)
    return len(signals) / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=3)
    parser.add_argument("--objectives", type=Decimal, nargs="+", default=OBJECTIVES, help="ratios, such as 0.999")
    parser.add_argument("--per-hour", type=int, nargs="+", default=PER_HOUR, help="requests")
    asked = parser.parse_args()
    names = [format_duration(tier.long) for tier in standard_tiers(Decimal("0.001"), STANDARD_WINDOW, STEP)]
    print("| objective | requests/h |", " | ".join([*names, "tickets", f"{names[-1]} at half"]), "|")
    print("| --- " * (len(names) + 4) + "|")
    for objective in asked.objectives:
        for per_hour in asked.per_hour:
            numbers = " | ".join(f"{value:.2f}" for value in row(objective, per_hour, asked.months))
            print(f"| {objective * 100:f} % | {per_hour} | {numbers} |", flush=True)
    print(f"\n{decisions_per_second():,.0f} decisions a second")


if __name__ == "__main__":
    main()
