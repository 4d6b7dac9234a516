"""Pasts that a policy is tried on."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sloguard.backtest.firing import Firing
from sloguard.backtest.run import Counted, Lived, Period, Walk, with_members
from sloguard.ledger.plan import ledger_key
from sloguard.model.measurement import Slice
from sloguard.model.policy import AlertPolicy, NoDataPolicy, Severity, Tier
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Slo
from tests.support.courses import poisson
from tests.support.ledgers import MemoryLedger
from tests.support.slos import AVAILABILITY as AVAILABILITY  # noqa: PLC0414

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
START = int(BEGIN.timestamp())
HOUR, DAY = 3_600, 86_400
EVALUATION = EvaluationSettings()

QUICK = replace(
    AVAILABILITY,
    policy=AlertPolicy(
        tiers=tuple(
            Tier(severity, timedelta(minutes=long), timedelta(minutes=short), factor)
            for severity, long, short, factor in (
                (Severity.PAGE, 30, 5, AVAILABILITY.tiers[0].factor),
                (Severity.TICKET, 120, 10, AVAILABILITY.tiers[2].factor),
            )
        ),
        no_data=NoDataPolicy(Severity.TICKET),
    ),
)
"""Its windows are short, so that a day holds many alerts."""


def instant(minute: float) -> datetime:
    return BEGIN + timedelta(minutes=minute)


def minutes(count: int, error_ratio: Callable[[int], float | None], events: float = 60.0, seed: int = 1) -> list[Slice]:
    """Independent events, minute by minute; none is seen where the error ratio is None."""
    chance = random.Random(seed)
    slices = []
    for minute in range(count):
        ratio = error_ratio(minute)
        bad = poisson(chance, events * (ratio or 0))
        good = poisson(chance, events * (1 - (ratio or 0)))
        if ratio is not None:
            slices.append(Slice(START + 60 * minute, 60, bad, bad + good))
    return slices


def coarse(slices: Iterable[Slice], step: int) -> list[Slice]:
    """The same events, counted in longer steps, as replay counts old time."""
    grouped = ((start, list(parts)) for start, parts in groupby(slices, lambda each: each.start // step * step))
    return [
        Slice(start, step, sum(each.bad for each in parts), sum(each.total for each in parts))
        for start, parts in grouped
    ]


def ledger_of(slo: Slo, slices: Sequence[Slice], since: int = START) -> MemoryLedger:
    ledger = MemoryLedger()
    ledger.put(slo, slices)
    if slices:
        ledger.asked[ledger_key(slo)] = (since, slices[-1].end)
    return ledger


def lived(
    slo: Slo,
    ledger: MemoryLedger,
    since: float,
    until: float,
    declared: Sequence[Slo] = (),
    evaluation: EvaluationSettings = EVALUATION,
) -> Lived:
    """The SLO's backtest between two minutes."""
    family = with_members(slo, {each.declared_id: each for each in (*declared, slo)})
    return Walk(slo, family, Counted.of(ledger), evaluation, Period(instant(since), instant(until))).lived()


def before(firings: Iterable[Firing], at: datetime) -> list[tuple[datetime, str]]:
    """All that was decided before an instant."""
    decided = [(each.started_at, f"{each.slo_id} {each.severity} {each.reason} {each.detection}") for each in firings]
    ends = [
        (each.ended_at, f"{each.slo_id} {each.severity} ended: {each.end_reason}") for each in firings if each.ended_at
    ]
    return sorted(each for each in (*decided, *ends) if each[0] < at)
