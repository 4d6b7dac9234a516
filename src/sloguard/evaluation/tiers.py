"""Burn-rate tiers: the workbook's four, scaled to a window and kept within what an objective can reach.

Source: Google SRE Workbook, chapter 5, table 5-8, and its scaling by share · W / long window.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sloguard.model.policy import Severity, Tier

STANDARD_WINDOW = timedelta(days=30)
SHORT_FRACTION = 12
"""The short window is the long one divided by this."""

_STANDARD = (
    (Severity.PAGE, timedelta(hours=1), Decimal("14.4")),
    (Severity.PAGE, timedelta(hours=6), Decimal(6)),
    (Severity.TICKET, timedelta(days=1), Decimal(3)),
    (Severity.TICKET, timedelta(days=3), Decimal(1)),
)

_HOVERING_FACTOR = 2
"""Below it a burn rate that is no alarm by itself hovers around the threshold."""

_HOVERING_HOLD = 5 / 3
"""Of such a tier, in long windows."""

_HIGHEST_ERROR_RATIO = Decimal("0.8")
"""A standard tier whose threshold no error ratio can exceed fires above this one instead."""


def reachable(factor: Decimal, budget_ratio: Decimal) -> bool:
    """Whether some error ratio below 1 exceeds the tier's threshold: factor · (1 - objective) < 1."""
    return factor * budget_ratio < 1


def nearest_reachable_factor(budget_ratio: Decimal) -> Decimal:
    """The factor that stands in for one out of reach: fires when more than 80 % of the events are bad."""
    return (_HIGHEST_ERROR_RATIO / budget_ratio).quantize(Decimal("0.001")).normalize()


def scaled(length: timedelta, window: timedelta, slice_length: timedelta) -> timedelta:
    """A tier's window of a 30-day policy for another SLO window: in proportion, in whole slices, at least two."""
    slices = round(length * (window / STANDARD_WINDOW) / slice_length)
    return max(2, slices) * slice_length


def standard_tiers(budget_ratio: Decimal, window: timedelta, slice_length: timedelta) -> tuple[Tier, ...]:
    """The standard policy for an SLO. A factor out of reach is replaced, and `declared_factor` remembers it."""
    tiers = []
    for severity, long, factor in _STANDARD:
        fits = reachable(factor, budget_ratio)
        tiers.append(
            Tier(
                severity=severity,
                long=scaled(long, window, slice_length),
                short=scaled(long / SHORT_FRACTION, window, slice_length),
                factor=factor if fits else nearest_reachable_factor(budget_ratio),
                declared_factor=None if fits else factor,
            )
        )
    return tuple(tiers)


def tier_windows(tiers: Sequence[Tier]) -> tuple[timedelta, ...]:
    """Every window that the tiers look at, ascending."""
    return tuple(sorted({length for tier in tiers for length in (tier.long, tier.short)}))


def hold(tier: Tier) -> timedelta:
    """How long a tier's condition must have been false before its alert resolves: a fifth of the short window.

    A service that spends exactly its budget keeps crossing a threshold of 1: it opened 40 tickets a month with that
    hold, 16 with one of 6 h, up to 5 with the long window of 3 days, and with 5 days never more than 4 in 450 months.
    """
    return tier.long * _HOVERING_HOLD if tier.factor < _HOVERING_FACTOR else tier.short / 5
