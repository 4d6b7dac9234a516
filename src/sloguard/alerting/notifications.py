"""Who is told what, now. Level by level, not step by step: what receivers believe is compared with what is.

Whoever was told that something fires is told when it is over, whatever was said or removed meanwhile. Whatever should
be known and is not, because nobody wanted to hear of it for a time, is told as soon as that time is over.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sloguard.alerting.folding import Arrangement, Room, arranged, services_of
from sloguard.alerting.standing import Standing, urgency
from sloguard.model.alert import AlertKey
from sloguard.model.delivery import NotificationKind
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.settings import Configuration, Folding
from sloguard.model.told import HeldBack, OpenIncident


@dataclass(frozen=True, slots=True)
class TellingRules:
    folding: Folding | None = field(default_factory=Folding)
    reminders: Mapping[Severity, timedelta] = field(default_factory=dict)

    @classmethod
    def of(cls, configuration: Configuration) -> "TellingRules":
        return cls(configuration.folding, configuration.reminders)


@dataclass(frozen=True, slots=True)
class Message:
    """What becomes of one receiver's incident. Its words are found later."""

    receiver: str
    lead: AlertKey
    kind: NotificationKind | None
    """None: nothing is said, but something about it is remembered."""
    before: OpenIncident | None
    """None: it is opened."""
    members: tuple[AlertKey, ...]
    """Most urgent first; none once it is over."""
    listed: frozenset[AlertKey]
    """Alerts that were mentioned because they depend on a member."""
    severity: Severity
    acknowledged: bool
    mentioned: frozenset[AlertKey] = frozenset()
    """Those of them that are held back now."""
    grown: bool = False
    """Whether an alert has joined it."""


@dataclass(frozen=True, slots=True)
class Plan:
    messages: tuple[Message, ...]
    quiet: Mapping[AlertKey, Quiet]
    """Of every alert of which nothing, or nothing more, is said: why."""
    held_back: tuple[HeldBack, ...]
    """The reasons that are new."""


def plan(standings: Iterable[Standing], incidents: Iterable[OpenIncident], rules: TellingRules, now: datetime) -> Plan:
    """Compare what fires with what receivers believe.

    Args:
        standings: every alert that fires.
        incidents: every incident that was told and is not over.
        rules: how alerts are folded, and how often is reminded.
        now: the instant.
    """
    by_key = {each.key: each for each in sorted(standings, key=urgency)}
    known = {
        each: frozenset(key for key in each.members if key in by_key and by_key[key].concerns(each.receiver))
        for each in incidents
    }
    told = {key for members in known.values() for key in members}
    waiting = _waiting(by_key, told)
    receivers = sorted({each.receiver for each in known} | {name for each in by_key.values() for name in each.routed})
    messages: list[Message] = []
    for receiver in receivers:
        mine = {each: members for each, members in known.items() if each.receiver == receiver}
        desk = _Desk(receiver, by_key, waiting, rules, now)
        messages += desk.messages(mine)
    quiet = _reasons(by_key, waiting, _leads(messages, known))
    return Plan(tuple(messages), quiet, _new(by_key, quiet, now))


def _waiting(standings: Mapping[AlertKey, Standing], told: Collection[AlertKey]) -> Mapping[AlertKey, Quiet]:
    """Alerts that nobody is told of for a reason beyond folding, those that depend on others after those."""
    found: dict[AlertKey, Quiet] = {}
    paging: dict[str, AlertKey] = {}
    for key, standing in sorted(standings.items(), key=lambda pair: len(pair[1].upstreams)):
        upstream = next((name for name in sorted(standing.upstreams) if name in paging), None)
        if standing.stated is not None:
            found[key] = standing.stated
        elif upstream is not None:
            found[key] = Quiet(QuietReason.UPSTREAM_PAGES, upstream)
        elif key not in told and standing.alert.clear_since is not None:
            found[key] = Quiet(QuietReason.CLEARING)
        # Only what somebody was told of explains anything.
        if standing.pages and (key in told or (key not in found and standing.routed)):
            paging.setdefault(standing.declared_id, key)
    return found


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one receiver is told."""

    receiver: str
    standings: Mapping[AlertKey, Standing]
    waiting: Mapping[AlertKey, Quiet]
    rules: TellingRules
    now: datetime

    def messages(self, known: Mapping[OpenIncident, frozenset[AlertKey]]) -> list[Message]:
        told = frozenset(key for members in known.values() for key in members)
        newcomers = {
            key: standing
            for key, standing in self.standings.items()
            if self.receiver in standing.routed and key not in told and key not in self.waiting
        }
        leads = {each.lead for each in known}
        places = self._places([each for key, each in newcomers.items() if key not in leads], known)
        # An incident goes by its first alert's key: while it is open, that alert has no other place.
        places.joining.update({key: key for key in newcomers if key in leads})
        all_told = told | newcomers.keys()
        going_on = [self._going_on(each, members, places.joining, all_told) for each, members in known.items()]
        opened = [self._opened(group, all_told) for group in places.opening]
        return [each for each in (*going_on, *opened) if each is not None]

    def _places(self, newcomers: Sequence[Standing], known: Mapping[OpenIncident, frozenset[AlertKey]]) -> Arrangement:
        rooms = [
            Room(
                each.lead,
                services_of(members, self.standings, each.said.service),
                each.severity,
                each.opened_at,
                each.grown_at,
            )
            for each, members in known.items()
            if self._loud(members)
        ]
        return arranged(newcomers, rooms, self.rules.folding, self.now)

    def _going_on(
        self,
        incident: OpenIncident,
        still: frozenset[AlertKey],
        joining: Mapping[AlertKey, AlertKey],
        told: Collection[AlertKey],
    ) -> Message | None:
        joined = frozenset(key for key, lead in joining.items() if lead == incident.lead)
        members = self._ordered(still | joined)
        if not members:
            return Message(
                self.receiver,
                incident.lead,
                NotificationKind.RESOLVE,
                incident,
                members,
                frozenset(),
                incident.severity,
                acknowledged=False,
            )
        after = self._as_it_stands(incident.lead, members, told)
        kind = self._kind(incident, after, joined)
        listed = incident.listed | (after.listed if kind else frozenset())
        rose = after.severity.rank > incident.severity.rank
        severity = incident.severity if rose and kind is None else after.severity
        same = members == self._ordered(incident.members) and after.acknowledged == incident.acknowledged
        if kind is None and same:
            return None
        # One thing at a time: that it is acknowledged is said after that it is worse.
        taken = after.acknowledged and (incident.acknowledged or kind is not NotificationKind.ESCALATE)
        return replace(
            after,
            kind=kind,
            before=incident,
            listed=listed,
            severity=severity,
            acknowledged=taken,
            grown=bool(joined),
        )

    def _kind(self, incident: OpenIncident, after: Message, joined: Collection[AlertKey]) -> NotificationKind | None:
        """What is to be said. Good news always; bad news, and reminders, only where somebody wants to hear of it."""
        loud = self._loud(after.members)
        rises = after.severity.rank - incident.severity.rank
        worsened = any(self.standings[key].worsened and key not in self.waiting for key in after.members)
        if loud and rises > 0:
            return NotificationKind.ESCALATE
        if after.acknowledged and not incident.acknowledged:
            return NotificationKind.ACKNOWLEDGE
        if joined or incident.members - set(after.members) or rises < 0:
            return NotificationKind.UPDATE
        if loud and (worsened or after.listed - incident.listed):
            return NotificationKind.UPDATE
        interval = self.rules.reminders.get(after.severity)
        due = interval is not None and self.now - incident.told_at >= interval
        return NotificationKind.REMINDER if loud and due and not after.acknowledged else None

    def _opened(self, group: Sequence[Standing], told: Collection[AlertKey]) -> Message:
        # If it is acknowledged already, that is said next.
        fresh = self._as_it_stands(group[0].key, tuple(each.key for each in group), told)
        return replace(fresh, acknowledged=False)

    def _as_it_stands(self, lead: AlertKey, members: tuple[AlertKey, ...], told: Collection[AlertKey]) -> Message:
        alerts = [self.standings[key].alert for key in members]
        severity = max((alert.severity for alert in alerts), key=lambda each: each.rank)
        listed = self._listed(members, told)
        return Message(
            self.receiver,
            lead,
            NotificationKind.TRIGGER,
            None,
            members,
            listed,
            severity,
            # Who took a ticket on has not taken on the page beside it.
            acknowledged=any(alert.acknowledged for alert in alerts if alert.severity is severity),
            mentioned=listed,
            grown=True,
        )

    def _listed(self, members: Collection[AlertKey], told: Collection[AlertKey]) -> frozenset[AlertKey]:
        """What is held back because one of these pages, and is not known to this receiver otherwise."""
        pages = {self.standings[key].declared_id for key in members if self.standings[key].pages}
        return frozenset(
            key
            for key, quiet in self.waiting.items()
            if quiet.reason is QuietReason.UPSTREAM_PAGES and quiet.source in pages and key not in told
            if self.standings[key].routed
        )

    def _loud(self, members: Iterable[AlertKey]) -> bool:
        """Whether there is a member of which somebody wants to hear."""
        return any(key not in self.waiting for key in members)

    def _ordered(self, keys: frozenset[AlertKey]) -> tuple[AlertKey, ...]:
        return tuple(sorted(keys & self.standings.keys(), key=lambda key: urgency(self.standings[key])))


def _leads(
    messages: Iterable[Message], known: Mapping[OpenIncident, frozenset[AlertKey]]
) -> Mapping[AlertKey, frozenset[AlertKey]]:
    """By alert: the leads of all incidents by which it is told from now on."""
    places = {(each.receiver, each.lead): members for each, members in known.items()}
    places |= {(each.receiver, each.lead): frozenset(each.members) for each in messages}
    leads: dict[AlertKey, set[AlertKey]] = {}
    for (_, lead), members in places.items():
        for key in members:
            leads.setdefault(key, set()).add(lead)
    return {key: frozenset(found) for key, found in leads.items()}


def _reasons(
    standings: Mapping[AlertKey, Standing],
    waiting: Mapping[AlertKey, Quiet],
    leads: Mapping[AlertKey, frozenset[AlertKey]],
) -> Mapping[AlertKey, Quiet]:
    found: dict[AlertKey, Quiet] = {}
    for key, standing in standings.items():
        lead = min(leads.get(key, ()), key=lambda each: each.slo_id, default=key)
        if key in waiting:
            found[key] = waiting[key]
        elif lead != key and key not in leads[key]:
            found[key] = Quiet(QuietReason.FOLDED, lead.slo_id)
        elif standing.damped:
            found[key] = Quiet(QuietReason.FLAPPING)
    return found


def _new(
    standings: Mapping[AlertKey, Standing], quiet: Mapping[AlertKey, Quiet], now: datetime
) -> tuple[HeldBack, ...]:
    return tuple(
        HeldBack(now, key, standings[key].alert.severity, why, standings[key].routed)
        for key, why in quiet.items()
        if not _is_same(standings[key].alert.quiet, why)
    )


def _is_same(before: Quiet | None, after: Quiet) -> bool:
    return before is not None and (before.reason, before.source) == (after.reason, after.source)
