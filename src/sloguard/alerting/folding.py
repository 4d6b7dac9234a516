"""Alerts that fire together are told together: which of them join an incident that people know, and which open one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sloguard.alerting.standing import Standing, urgency
from sloguard.model.alert import AlertKey, AlertKind
from sloguard.model.policy import Severity
from sloguard.model.settings import Folding

LONGEST_GROWTH = timedelta(hours=1)
"""After this an incident takes in no more: what begins then is likely to be something else."""


@dataclass(frozen=True, slots=True)
class Room:
    """An open incident of one receiver, as far as others may join it."""

    lead: AlertKey
    services: frozenset[str]
    severity: Severity
    opened_at: datetime
    grown_at: datetime

    def takes(self, standing: Standing, folding: Folding, now: datetime) -> bool:
        """A page never joins what was told as a ticket: nobody would be woken."""
        return (
            self.lead.kind is standing.key.kind
            and self.severity.rank >= standing.alert.severity.rank
            and now - self.grown_at <= folding.within
            and now - self.opened_at <= LONGEST_GROWTH
        )


@dataclass(slots=True)
class Arrangement:
    joining: dict[AlertKey, AlertKey] = field(default_factory=dict)
    """The lead of the incident that an alert joins."""
    opening: list[tuple[Standing, ...]] = field(default_factory=list)
    """New incidents; the first of each leads it."""


def arranged(
    newcomers: Iterable[Standing], rooms: Sequence[Room], folding: Folding | None, now: datetime
) -> Arrangement:
    """Where alerts are told of which one receiver does not know yet."""
    coming = sorted(newcomers, key=urgency)
    if folding is None:
        return Arrangement(opening=[(standing,) for standing in coming])
    found = Arrangement()
    newest = sorted(rooms, key=lambda room: (room.opened_at, room.lead.slo_id), reverse=True)
    groups: dict[tuple[AlertKind, str], list[Standing]] = {}
    for standing in coming:
        home = next(
            (room for room in newest if standing.service in room.services and room.takes(standing, folding, now)), None
        )
        if home is not None:
            found.joining[standing.key] = home.lead
        else:
            groups.setdefault((standing.key.kind, standing.service), []).append(standing)
    for kind in dict.fromkeys(kind for kind, _ in groups):
        of_kind = [group for (each, _), group in groups.items() if each is kind]
        _settle(of_kind, [room for room in newest if room.lead.kind is kind], folding, now, found)
    return found


def _settle(
    groups: Sequence[Sequence[Standing]], rooms: Sequence[Room], folding: Folding, now: datetime, found: Arrangement
) -> None:
    """Each service's alerts open one incident; if there are too many of those, all of them go into one."""
    recent = sum(now - room.opened_at <= folding.within for room in rooms)
    if recent + len(groups) <= folding.more_than:
        found.opening += map(tuple, groups)
        return
    rest: list[Standing] = []
    for standing in sorted((each for group in groups for each in group), key=urgency):
        home = next((room for room in rooms if room.takes(standing, folding, now)), None)
        if home is not None:
            found.joining[standing.key] = home.lead
        else:
            rest.append(standing)
    if rest:
        found.opening.append(tuple(rest))


def services_of(members: Iterable[AlertKey], standings: Mapping[AlertKey, Standing], said: str) -> frozenset[str]:
    """The services that an incident is about: those of its members, and that of which it was told last."""
    return frozenset({said, *(standings[key].service for key in members if key in standings)})
