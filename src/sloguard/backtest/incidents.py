"""What really happened, as people know it, and how well pages and tickets met it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.backtest.firing import Firing
from sloguard.model.alert import AlertKind
from sloguard.model.policy import Severity


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """A time in which something was wrong."""

    start_at: datetime
    end_at: datetime
    service: str = ""
    """Empty: any."""
    slo_id: str = ""
    """As declared; empty: any."""
    name: str = ""

    def concerns(self, firing: Firing) -> bool:
        """Whether the firing is about the service and SLO that the incident was in."""
        declared = firing.slo_id.partition("{")[0]
        return (not self.service or firing.service == self.service) and (
            not self.slo_id or self.slo_id in {declared, firing.slo_id}
        )

    def met_by(self, firing: Firing) -> bool:
        """Whether the firing is about this incident: they overlap, as far as their times are known."""
        if not self.concerns(firing) or firing.started_at - firing.resolution > self.end_at:
            return False
        return firing.ended_at is None or firing.ended_at >= self.start_at


@dataclass(frozen=True, slots=True)
class Met:
    """What one incident would have brought."""

    incident: KnownIncident
    page: Firing | None
    """The first page."""
    first: Firing | None
    """The first page or ticket."""

    @property
    def delay(self) -> timedelta | None:
        """From the incident's beginning to the page; nothing if it was there before."""
        return delay(self.incident.start_at, self.page)


def delay(since: datetime | None, firing: Firing | None) -> timedelta | None:
    if since is None or firing is None:
        return None
    return max(timedelta(0), firing.started_at - since)


def calls(firings: Iterable[Firing]) -> list[Firing]:
    """Those by which somebody was called because a promise was in danger."""
    return [each for each in firings if each.told and each.kind is AlertKind.OBJECTIVE]


def meetings(incidents: Iterable[KnownIncident], firings: Sequence[Firing]) -> tuple[Met, ...]:
    """Each incident with what met it."""
    called = calls(firings)
    found = []
    for incident in incidents:
        meeting = [each for each in called if incident.met_by(each) and each.severity is not Severity.INFO]
        page = next((each for each in meeting if each.severity is Severity.PAGE), None)
        found.append(Met(incident, page, next(iter(meeting), None)))
    return tuple(found)


def is_false(firing: Firing, incidents: Iterable[KnownIncident]) -> bool:
    """Whether it met no known incident."""
    return not any(incident.met_by(firing) for incident in incidents)
