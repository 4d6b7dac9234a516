"""The life of an SLO without servers: events by chance or by script, evaluated step by step."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sloguard.alerting.decide import decide
from sloguard.evaluation.burn import TierReading, read_tiers
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.evaluation.signals import tier_signal
from sloguard.model.alert import Alert, Transition
from sloguard.model.measurement import Slice
from sloguard.model.policy import Severity, Tier

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
_NORMAL_FROM = 50
"""Above this mean a Poisson number is as good as normal."""

Row = tuple[float, float] | None
"""Bad and total events of a slice; None if it was not seen."""


@dataclass(frozen=True, slots=True)
class Course:
    """Slices from `BEGIN` on."""

    rows: Sequence[Row]
    slice_length: timedelta
    budget_ratio: Decimal

    def at(self, slices: int) -> datetime:
        """The instant at which so many slices are over."""
        return BEGIN + slices * self.slice_length

    def readings(self, tiers: Sequence[Tier], first: int) -> Iterator[tuple[int, tuple[TierReading, ...]]]:
        """What the tiers see after each slice, from the one with this number on."""
        start, seconds = int(BEGIN.timestamp()), int(self.slice_length.total_seconds())
        slices = [
            Slice(start + seconds * index, seconds, *row) for index, row in enumerate(self.rows) if row is not None
        ]
        history = History.of(slices)
        for number in range(first, len(self.rows) + 1):
            seen = ObservedSlices(history, None, self.at(number), self.slice_length, counted_from=start)
            yield number, read_tiers(tiers, self.budget_ratio, seen)

    def changes(self, tiers: Sequence[Tier], first: int) -> list[tuple[int, Transition, Severity | None]]:
        """What becomes of the alert: after which slice, what, and how severe it is then."""
        alert: Alert | None = None
        found: list[tuple[int, Transition, Severity | None]] = []
        for number, readings in self.readings(tiers, first):
            decision = decide(alert, [tier_signal(reading) for reading in readings], self.at(number))
            alert = decision.alert
            if decision.transition is not Transition.NONE:
                found.append((number, decision.transition, alert.severity if alert else None))
        return found


def by_chance(chance: random.Random, slices: int, events: float, error_ratio: float) -> list[Row]:
    """Independent events: so many in the mean of a slice, of which this share fails."""
    rows: list[Row] = []
    for _ in range(slices):
        bad = poisson(chance, events * error_ratio)
        rows.append((bad, bad + poisson(chance, events * (1 - error_ratio))))
    return rows


def poisson(chance: random.Random, mean: float) -> float:
    if mean > _NORMAL_FROM:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
