"""What a backtest finds: stretches of time for which an alert had one severity."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.model.alert import AlertKind, Reason, Transition
from sloguard.model.policy import Severity


@dataclass(frozen=True, slots=True)
class Detection:
    """What was known when a stretch began. Absent numbers are None."""

    onset_at: datetime | None = None
    """When the burn that was detected began."""
    success_ratio: float | None = None
    """Over the SLO's window."""
    budget_consumed_ratio: float | None = None
    """Of the error budget of the SLO's window, whoever has consumed it."""
    burn_consumed_ratio: float | None = None
    """Of the same budget, since the onset."""


@dataclass(frozen=True, slots=True)
class Update:
    """People were told something more, while the severity stayed."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Firing:
    """A page, a ticket or an info: from when an alert got its severity until it lost it.

    An alert that escalates and falls back again consists of three.
    """

    slo_id: str
    service: str
    kind: AlertKind
    alert: int
    """Counts the SLO's alerts from 1; firings of one alert have the same number."""
    severity: Severity
    began_by: Transition
    started_at: datetime
    reason: Reason
    resolution: timedelta
    """How finely the past is known here: it may have started, and ended, so much earlier."""
    detection: Detection = Detection()
    updates: tuple[Update, ...] = ()
    ended_at: datetime | None = None
    """None while it still fires at the end of the backtest."""
    ended_by: Transition | None = None
    end_reason: Reason | None = None

    @property
    def told(self) -> bool:
        """Whether somebody was called by it: falling back to a lower severity calls nobody."""
        return self.began_by in {Transition.FIRE, Transition.ESCALATE}
