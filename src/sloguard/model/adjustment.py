"""What takes events out of the ledger's sums or puts them right, by whom and why; the ledger itself stays as it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from sloguard.model.slo import Slo

EVERYTHING = "*"
"""The scope of all SLOs."""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Events in `start_at <= time < end_at` do not count, and that time is not expected to be covered."""

    scope: str
    """Which SLOs it is about, as `covers` reads it."""
    start_at: datetime
    end_at: datetime
    """May lie in the future: a planned one takes effect as its time comes."""
    author: str
    reason: str
    created_at: datetime
    number: int | None = None
    """Given by the store."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Events to add to those that were counted in `start_at <= time < end_at`, spread evenly over that time."""

    slo_id: str
    """Of an SLO that is counted: no composite, and of an SLO with groups one of these."""
    start_at: datetime
    end_at: datetime
    bad: float
    """Signed: negative takes bad events away."""
    total: float
    """Signed, and counts the bad ones too: 1,200 bad events that never were are -1,200 of both."""
    author: str
    reason: str
    created_at: datetime
    number: int | None = None
    """Given by the store."""


Adjustment = Exclusion | Correction


@dataclass(frozen=True, slots=True)
class Removal:
    """Who took an adjustment back, when and why. The sums are then what they would be without it."""

    author: str
    reason: str
    removed_at: datetime


@dataclass(frozen=True, slots=True)
class AdjustmentRecord:
    """An adjustment that was made, and that may have been taken back since. None is ever deleted."""

    adjustment: Adjustment
    removal: Removal | None = None


@dataclass(frozen=True, slots=True)
class Adjusted:
    """What adjustments make of the numbers over an SLO's window."""

    applied: tuple[Adjustment, ...]
    excluded: timedelta
    """So much of the window does not count."""
    bad_taken_out: float | None
    """Counted bad events less those that are left: negative where some were added. None if either is not known."""
    total_taken_out: float | None


def covers(scope: str, slo: Slo) -> bool:
    """Whether an SLO is in a scope.

    `*` is all; `shop` a service; `shop/availability` an SLO and its groups; `shop/availability{tenant="acme"}` one of
    these. `*` and `?` in a service's or an SLO's name stand for any characters, or any one: `shop-*`, `*/latency`.
    """
    return scope == slo.id or fnmatchcase(slo.declared_id if "/" in scope else slo.service, scope)


def applies(adjustment: Adjustment, slo: Slo) -> bool:
    """Whether an adjustment is about an SLO."""
    if isinstance(adjustment, Exclusion):
        return covers(adjustment.scope, slo)
    return adjustment.slo_id == slo.id
