"""When people are told: severities, burn-rate tiers, and the other signals that a policy may have."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum


class Severity(Enum):
    """How urgently a person is needed. Compare by `rank`."""

    INFO = "info"
    TICKET = "ticket"
    PAGE = "page"

    @property
    def rank(self) -> int:
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Tier:
    """Fires when the burn rate exceeds `factor` over both windows."""

    severity: Severity
    long: timedelta
    short: timedelta
    factor: Decimal
    declared_factor: Decimal | None = None
    """The standard factor, where it could never fire at this objective and `factor` replaces it."""


@dataclass(frozen=True, slots=True)
class SuccessRateTier:
    """Fires when the success ratio falls below `objective · (1 - drop_ratio)`."""

    severity: Severity
    drop_ratio: Decimal
    """0 < drop_ratio < 1: 0.05 is five percent below the objective."""
    window: timedelta


@dataclass(frozen=True, slots=True)
class BudgetThreshold:
    """Fires when no more than `remaining_ratio` of the error budget is left."""

    severity: Severity
    remaining_ratio: Decimal
    """0..1."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Fires when the budget ends within `within` at the present pace."""

    severity: Severity
    within: timedelta


@dataclass(frozen=True, slots=True)
class NoDataPolicy:
    """Fires when nothing has been seen for `after`; None: as long as a total outage takes to burn 1 % of the budget."""

    severity: Severity
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class BlindnessPolicy:
    """Fires when sloguard itself has had no complete evaluation for `after`."""

    severity: Severity = Severity.TICKET
    after: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """All that may raise an SLO's alert."""

    tiers: tuple[Tier, ...] = ()
    """Burn-rate tiers, most severe first."""
    success_rate: tuple[SuccessRateTier, ...] = ()
    budget: tuple[BudgetThreshold, ...] = ()
    """Most severe first."""
    forecast: Forecast | None = None
    no_data: NoDataPolicy | None = None

    @property
    def severities(self) -> frozenset[Severity]:
        """Every severity that an alert of the SLO may have."""
        single = tuple(each for each in (self.forecast, self.no_data) if each is not None)
        return frozenset(each.severity for each in (*self.tiers, *self.success_rate, *self.budget, *single))
