"""What receivers believe: the incidents that they were told of and that are not over."""

from dataclasses import dataclass
from datetime import datetime

from sloguard.model.alert import AlertKey, Incident
from sloguard.model.delivery import dedup_key
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """One incident as one receiver knows it: told by a trigger, and not yet resolved."""

    receiver: str
    lead: AlertKey
    """The alert which opened it. It may be over before the others are."""
    members: frozenset[AlertKey]
    """Alerts that fire and are told by it; several if they were folded."""
    listed: frozenset[AlertKey]
    """Alerts that depend on a member, and are mentioned instead of told."""
    severity: Severity
    """As it was told."""
    opened_at: datetime
    grown_at: datetime
    """When an alert joined it last."""
    told_at: datetime
    """When anything was said last."""
    said: Incident
    """What was said last: enough to resolve it even when its SLOs are gone."""
    acknowledged: bool = False

    @property
    def dedup_key(self) -> str:
        """What the receiver knows it by."""
        return dedup_key(self.lead)


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A journal's entry: since when, and why, nothing was said of an alert."""

    at: datetime
    alert: AlertKey
    severity: Severity
    quiet: Quiet
    receivers: tuple[str, ...] = ()
    """Who would have heard of it."""
