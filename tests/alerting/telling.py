"""Standings to test with, and receivers that believe what they are told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sloguard.alerting.digest import Texts, worded
from sloguard.alerting.notifications import Plan, TellingRules, plan
from sloguard.alerting.standing import Routes, Standing
from sloguard.model.alert import Alert, AlertKey, AlertKind, Incident, Reason, ReasonCode
from sloguard.model.delivery import Notification, NotificationKind
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, QuietReason
from sloguard.model.told import OpenIncident
from tests.support.incidents import INCIDENT, NOON

P, T, INFO = Severity.PAGE, Severity.TICKET, Severity.INFO
MINUTE = timedelta(minutes=1)
ROUTES: Routes = {P: ("pd", "slack"), T: ("slack",), INFO: ()}
SILENCED = Quiet(QuietReason.SILENCED, "7", "ann: deploy")
RULES = TellingRules()


def standing(
    slo_id: str = "shop/a",
    severity: Severity = P,
    *,
    started_at: datetime = NOON,
    routes: Routes = ROUTES,
    stated: Quiet | None = None,
    upstreams: Iterable[str] = (),
    kind: AlertKind = AlertKind.OBJECTIVE,
) -> Standing:
    alert = Alert(severity, started_at, Reason(ReasonCode.BURNING), kind=kind)
    return Standing(
        AlertKey(slo_id, kind),
        alert,
        slo_id.partition("/")[0],
        slo_id.partition("{")[0],
        routes,
        stated,
        frozenset(upstreams),
    )


def clearing(each: Standing) -> Standing:
    return replace(each, alert=replace(each.alert, clear_since=NOON))


@dataclass
class Receivers:
    """What each receiver has been told, and what sloguard remembers of it."""

    rules: TellingRules = RULES
    incidents: dict[tuple[str, AlertKey], OpenIncident] = field(default_factory=dict)
    believes: dict[tuple[str, str], NotificationKind] = field(default_factory=dict)
    """What a receiver takes to be firing, by its dedup key."""
    quiet: Mapping[AlertKey, Quiet] = field(default_factory=dict)

    def hear(self, standings: Sequence[Standing], now: datetime = NOON) -> list[Notification]:
        """One evaluation; what is said must make sense to whoever hears it."""
        before = [replace(each, alert=replace(each.alert, quiet=self.quiet.get(each.key))) for each in standings]
        planned = plan(before, self.incidents.values(), self.rules, now)
        self.quiet = planned.quiet
        return self._say(planned, {each.key: each for each in standings}, now)

    def _say(self, planned: Plan, standings: Mapping[AlertKey, Standing], now: datetime) -> list[Notification]:
        def text(key: AlertKey) -> Incident:
            found = standings[key]
            return replace(
                INCIDENT,
                slo_id=key.slo_id,
                service=found.service,
                kind=key.kind,
                severity=found.alert.severity,
                summary=f"{key.slo_id}: 98 % good",
            )

        reasons = {key: each.alert.reason for key, each in standings.items()}
        texts = Texts(text, text, reasons, lambda key: ack.author if (ack := standings[key].alert.acknowledged) else "")
        said: list[Notification] = []
        for message in planned.messages:
            result = worded(message, texts, now)
            place = (message.receiver, message.lead)
            if result.incident is None:
                del self.incidents[place]
            else:
                self.incidents[place] = result.incident
            if result.notification is not None:
                said.append(result.notification)
                self._believe(result.notification)
        return said

    def _believe(self, said: Notification) -> None:
        key = (said.receiver, said.dedup_key)
        if said.kind is NotificationKind.TRIGGER:
            assert key not in self.believes, "two triggers without a resolve"
        else:
            assert key in self.believes, "about something that nobody knows"
        if said.kind is NotificationKind.RESOLVE:
            assert not said.incident.firing
            del self.believes[key]
        else:
            assert said.incident.firing
            self.believes[key] = said.kind


def kinds(said: Sequence[Notification], receiver: str = "slack") -> list[tuple[str, str]]:
    return [(each.kind.value, each.dedup_key) for each in said if each.receiver == receiver]
