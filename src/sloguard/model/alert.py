"""What was decided: one alert per SLO, why it changed, and what people are told of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sloguard.model.policy import Severity


class Transition(StrEnum):
    """What an evaluation does to an SLO's alert."""

    NONE = "none"
    FIRE = "fire"
    ESCALATE = "escalate"
    DEESCALATE = "deescalate"
    RESOLVE = "resolve"


class ReasonCode(StrEnum):
    """Why a decision is what it is: the log's field, the metric's label, the message's first words."""

    WITHIN_OBJECTIVE = "within_objective"
    BURNING = "burning"
    NOT_SIGNIFICANT = "not_significant"
    """A threshold is exceeded, by too few events to tell it from chance."""
    HOLDING = "holding"
    """The threshold is no longer exceeded, but not for long enough to resolve."""
    RECOVERED = "recovered"
    NO_DATA = "no_data"
    """Frozen: neither fires nor resolves."""
    REMOVED = "removed"
    """The SLO is no longer declared."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with the numbers that decided. Numbers are None where the code does not come from a tier."""

    code: ReasonCode
    long: timedelta | None = None
    short: timedelta | None = None
    factor: Decimal | None = None
    long_burn_rate: float | None = None
    short_burn_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """The firing alert of an SLO."""

    severity: Severity
    started_at: datetime
    reason: Reason
    notified: frozenset[str] = field(default_factory=frozenset)
    """Receivers that were told that it fires: each of them is told when it resolves."""
    clear_since: datetime | None = None
    """Since when its severity's tiers no longer exceed their thresholds; None while they do."""


@dataclass(frozen=True, slots=True)
class AlertDecision:
    transition: Transition
    reason: Reason
    alert: Alert | None
    """The alert after the decision; None when there is none (any more)."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """One label value with its share of the bad events, and of all events."""

    label: str
    value: str
    bad_share_ratio: float
    total_share_ratio: float | None


@dataclass(frozen=True, slots=True)
class Incident:
    """All that a message says of an alert, in values; receivers put it into their own words and limits."""

    slo_id: str
    service: str
    slo_name: str
    description: str
    owner: str
    severity: Severity
    firing: bool
    """False once it is resolved."""
    started_at: datetime
    updated_at: datetime
    summary: str
    """One plain sentence: what fails, by how much."""
    reason: str
    """One plain sentence: which windows decided, with their numbers."""
    objective_ratio: Decimal
    success_ratio: float | None
    """Over the window that decided."""
    budget_remaining_ratio: float | None
    time_to_exhaustion: timedelta | None
    contributors: tuple[Contributor, ...] = ()
    runbook_url: str = ""
    dashboard_url: str = ""


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """A firing alert with what was last said of it: enough to resolve it even when its SLO is gone."""

    alert: Alert
    incident: Incident
