"""Burn rates, and whether a tier fires: over both windows, and by more bad events than chance would show."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sloguard.evaluation.measure import Observed, measure
from sloguard.model.measurement import Counts, Measurement, NoData
from sloguard.model.policy import Tier

SIGNIFICANCE_BOUND = 1.5
"""About 1 chance in 1,000, and never fewer than 3 bad events."""
FULL_EVIDENCE_FACTOR = 3
"""Below this factor a service that just meets its objective comes close to the threshold, so less is asked."""


class Verdict(StrEnum):
    FIRING = "firing"
    NOT_SIGNIFICANT = "not_significant"
    """Above the threshold, by too few events."""
    IDLE = "idle"
    """The long window is above, the short one had no event: no sign of recovery either."""
    CLEAR = "clear"
    UNKNOWN = "unknown"
    """Too little data for an answer."""


@dataclass(frozen=True, slots=True)
class TierReading:
    """What a tier sees. Burn rates are None where there was no event, or no data."""

    tier: Tier
    verdict: Verdict
    long_burn_rate: float | None
    short_burn_rate: float | None
    long: Measurement | NoData


def burn_rate(counts: Counts, budget_ratio: Decimal) -> float | None:
    """How many times faster than allowed the budget is spent; 1 spends exactly the budget in the SLO's window.

    None without events. Source: SRE Workbook, chapter 5: (bad / total) / (1 - objective).
    """
    return counts.bad / counts.total / float(budget_ratio) if counts.total else None


def significant(counts: Counts, factor: Decimal | float, budget_ratio: Decimal) -> bool:
    """Whether there are more bad events than a service that just meets its objective shows by chance.

    The square root of a Poisson count has the constant variance 1/4 (Anscombe 1948), so
    sqrt(bad) - sqrt(expected) is compared with a bound, at any traffic.
    """
    share = min(1.0, float(factor) / FULL_EVIDENCE_FACTOR)
    expected = share * float(budget_ratio) * counts.total
    return math.sqrt(counts.bad) - math.sqrt(expected) > SIGNIFICANCE_BOUND


def read_tier(tier: Tier, budget_ratio: Decimal, observed: Observed) -> TierReading:
    long = measure(observed, tier.long)
    short = measure(observed, tier.short)
    long_burn = burn_rate(long.counts, budget_ratio) if isinstance(long, Measurement) else None
    short_burn = burn_rate(short.counts, budget_ratio) if isinstance(short, Measurement) else None
    verdict = _verdict(tier, budget_ratio, long, short) if observed.reaches_back(tier.long) else Verdict.UNKNOWN
    return TierReading(tier, verdict, long_burn, short_burn, long)


def read_tiers(tiers: Iterable[Tier], budget_ratio: Decimal, observed: Observed) -> tuple[TierReading, ...]:
    return tuple(read_tier(tier, budget_ratio, observed) for tier in tiers)


def may_fire(tier: Tier, budget_ratio: Decimal, observed: Observed) -> bool:
    """False if the tier surely does not fire: one look at its short window is enough for most."""
    short = observed.last(tier.short)
    return isinstance(short, Measurement) and _exceeds(short.counts, tier.factor, budget_ratio)


def _verdict(tier: Tier, budget_ratio: Decimal, long: Measurement | NoData, short: Measurement | NoData) -> Verdict:
    if isinstance(long, NoData) or isinstance(short, NoData):
        return Verdict.UNKNOWN
    if not _exceeds(long.counts, tier.factor, budget_ratio):
        return Verdict.CLEAR
    if not short.counts.total:
        return Verdict.IDLE
    if not _exceeds(short.counts, tier.factor, budget_ratio):
        return Verdict.CLEAR
    if not significant(long.evidence, tier.factor, budget_ratio):
        return Verdict.NOT_SIGNIFICANT
    return Verdict.FIRING


def _exceeds(counts: Counts, factor: Decimal, budget_ratio: Decimal) -> bool:
    return counts.bad > float(factor * budget_ratio) * counts.total
