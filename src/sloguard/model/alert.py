"""What was decided: the alerts of an SLO and of sloguard itself, why they changed, and what people are told of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sloguard.model.policy import Severity
from sloguard.model.quiet import Acknowledgement, Quiet


class AlertKind(StrEnum):
    """What an alert is about. An SLO has at most one alert of a kind."""

    OBJECTIVE = "objective"
    """The promise is in danger, or broken."""
    NO_DATA = "no_data"
    """Nobody knows: nothing is seen of the SLO."""
    SELF = "self"
    """sloguard itself sees nothing."""


OF_AN_SLO = (AlertKind.OBJECTIVE, AlertKind.NO_DATA)


@dataclass(frozen=True, slots=True)
class AlertKey:
    """What alerts are told apart by."""

    slo_id: str
    kind: AlertKind = AlertKind.OBJECTIVE


SELF_ALERT = AlertKey("sloguard", AlertKind.SELF)
"""No SLO's: their ids have a slash."""


class Transition(StrEnum):
    """What an evaluation does to an SLO's alert."""

    NONE = "none"
    FIRE = "fire"
    ESCALATE = "escalate"
    WORSEN = "worsen"
    """A further threshold of the budget is crossed; the severity stays."""
    DEESCALATE = "deescalate"
    RESOLVE = "resolve"


class ReasonCode(StrEnum):
    """Why a decision is what it is: the log's field, the metric's label, the message's first words."""

    WITHIN_OBJECTIVE = "within_objective"
    BURNING = "burning"
    SUCCESS_LOW = "success_low"
    """The success ratio is far below the objective."""
    BUDGET_LOW = "budget_low"
    """No more than a threshold of the error budget is left."""
    BUDGET_ENDS_SOON = "budget_ends_soon"
    """At the present pace the error budget is gone before long."""
    BUDGET_ENDED = "budget_ended"
    """What was foreseen has come: the error budget is gone."""
    NOT_SIGNIFICANT = "not_significant"
    """A threshold is exceeded, by too few events to tell it from chance."""
    HOLDING = "holding"
    """The threshold is no longer exceeded, but not for long enough to resolve."""
    FLAPPING = "flapping"
    """It has fired and resolved too often within the hour: it is held until it has been calm for longer."""
    RECOVERED = "recovered"
    NO_DATA = "no_data"
    """Frozen: neither fires nor resolves."""
    REMOVED = "removed"
    """The SLO is no longer declared, or its group has not been seen for its window."""
    DATA_STOPPED = "data_stopped"
    """Nothing has been seen of the SLO for a while."""
    NEVER_SEEN = "never_seen"
    """Nothing has ever been seen of the SLO."""
    DATA_RETURNED = "data_returned"
    BLIND = "blind"
    """sloguard has had no complete evaluation for a while."""
    SEES_AGAIN = "sees_again"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with the numbers that decided; None where they have no part in it."""

    code: ReasonCode
    long: timedelta | None = None
    short: timedelta | None = None
    factor: Decimal | None = None
    long_burn_rate: float | None = None
    short_burn_rate: float | None = None
    success_ratio: float | None = None
    """Over the long window."""
    remaining_ratio: float | None = None
    """Of the error budget; negative when overspent."""
    threshold_ratio: Decimal | None = None
    """What the success ratio fell below, or the remaining budget to."""
    ends_in: timedelta | None = None
    """When the budget is gone at the pace over the long window."""
    limit: timedelta | None = None
    """How soon is too soon for the budget's end; how long is too long without data."""
    last_seen_at: datetime | None = None

    @property
    def source(self) -> tuple[timedelta | Decimal | None, ...]:
        """What tells the signals of a policy apart."""
        return self.long, self.short, self.factor, self.threshold_ratio, self.limit


@dataclass(frozen=True, slots=True)
class Alert:
    """A firing alert."""

    severity: Severity
    started_at: datetime
    reason: Reason
    clear_since: datetime | None = None
    """Since when nothing that could keep its severity fires; None while something does."""
    crossed: frozenset[Decimal] = field(default_factory=frozenset)
    """Thresholds of the remaining budget that are crossed, until the budget has risen well above them."""
    kind: AlertKind = AlertKind.OBJECTIVE
    flapping: bool = False
    """It had fired too often within the hour when it fired again: it ends only after a longer calm."""
    quiet: Quiet | None = None
    """Why nothing, or nothing more, is said of it."""
    acknowledged: Acknowledgement | None = None


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


class OtherState(StrEnum):
    """How another alert of the same incident stands."""

    FIRING = "firing"
    HELD_BACK = "held_back"
    """It depends on one that pages: it is told here instead of by a page of its own."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OtherAlert:
    """Another alert of the same incident."""

    slo_id: str
    kind: AlertKind
    severity: Severity
    state: OtherState
    summary: str


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
    objective_ratio: Decimal | None
    """None if it is about no SLO."""
    success_ratio: float | None
    """Over the window that decided."""
    budget_remaining_ratio: float | None
    time_to_exhaustion: timedelta | None
    contributors: tuple[Contributor, ...] = ()
    runbook_url: str = ""
    dashboard_url: str = ""
    kind: AlertKind = AlertKind.OBJECTIVE
    others: tuple["OtherAlert", ...] = ()
    """Alerts that are told by the same incident, most urgent first."""
    acknowledged_by: str = ""

    @property
    def key(self) -> AlertKey:
        return AlertKey(self.slo_id, self.kind)


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """A firing alert with what is to be said of it, as of its last change."""

    alert: Alert
    incident: Incident
