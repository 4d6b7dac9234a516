"""What was computed: the state of each SLO and service at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sloguard.model.adjustment import Adjusted
from sloguard.model.alert import Alert
from sloguard.model.group import Group
from sloguard.model.measurement import Counts, NoData
from sloguard.model.quiet import Muted
from sloguard.model.window import Window


class SloState(StrEnum):
    OK = "ok"
    BURNING = "burning"
    """Spending its budget faster than the window allows: an alert is firing."""
    EXHAUSTED = "exhausted"
    """No budget is left."""
    NO_DATA = "no_data"


class Grade(StrEnum):
    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    budget_ratio: Decimal
    """1 - objective."""
    consumed_ratio: float
    """0 and up; above 1 the budget is overspent."""

    @property
    def remaining_ratio(self) -> float:
        """At most 1; negative when overspent."""
        return 1.0 - self.consumed_ratio


@dataclass(frozen=True, slots=True)
class PeriodProgress:
    """The calendar period in force, and how much of it is over (0..1): as much of its budget may be spent."""

    start_at: datetime
    end_at: datetime
    elapsed_ratio: float


@dataclass(frozen=True, slots=True)
class Provisional:
    """A window whose history is being replayed: what is shown of it stands in for what is counted in the end."""

    replayed_ratio: float
    """How much of the window Prometheus has been asked for, 0..1."""
    counts: Counts | None
    """By one `increase` over the window; None where all that is shown is what is replayed so far."""
    why: str = ""
    """Why there are no such counts, in half a sentence; empty where there are, or nobody has asked yet."""


@dataclass(frozen=True, slots=True)
class SloStatus:
    """Absent numbers are None: there was no event, or too little was seen (`no_data` tells why)."""

    id: str
    service: str
    name: str
    objective_ratio: Decimal
    window: Window
    state: SloState
    counts: Counts | None
    success_ratio: float | None
    budget: ErrorBudget | None
    burn_rates: Mapping[timedelta, float | None]
    time_to_exhaustion: timedelta | None
    coverage_ratio: float
    approximate: bool
    health_score: float | None
    """0..100."""
    watermark_at: datetime | None
    """All events up to here are counted for good."""
    no_data: NoData | None = None
    alerts: tuple[Alert, ...] = ()
    description: str = ""
    owner: str = ""
    runbook_url: str = ""
    period: PeriodProgress | None = None
    """Of a calendar window."""
    group: Group = ()
    """The label values that it is about, where one SLO stands for many; id and name hold them too."""
    adjusted: Adjusted | None = None
    """What exclusions and corrections make of these numbers; None if none has a part in them."""
    provisional: Provisional | None = None
    """Set where the numbers are provisional: nothing is decided by them."""


@dataclass(frozen=True, slots=True)
class Health:
    score: float
    """0..100."""
    grade: Grade
    partial: bool
    """Some SLOs have no data and are left out."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    name: str
    health: Health | None
    """None where no SLO has data."""
    slos: tuple[SloStatus, ...]
    owner: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    as_of: datetime
    partial: bool
    """At least one SLO has no data."""
    services: tuple[ServiceStatus, ...]
    muted: tuple[Muted, ...] = ()
    """Silences and maintenance in force, where these are known."""

    @property
    def slos(self) -> tuple[SloStatus, ...]:
        return tuple(slo for service in self.services for slo in service.slos)
