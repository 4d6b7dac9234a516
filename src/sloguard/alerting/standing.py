"""A firing alert with all that decides on who is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sloguard.alerting.maintenance import end_of_maintenance
from sloguard.model.alert import Alert, AlertKey, AlertKind
from sloguard.model.maintenance import EVERYTHING, Maintenance
from sloguard.model.policy import Severity
from sloguard.model.quiet import (
    LABEL_KIND,
    LABEL_SERVICE,
    LABEL_SEVERITY,
    LABEL_SLO,
    Muted,
    Quiet,
    QuietReason,
    Silence,
)
from sloguard.model.slo import Slo

Routes = Mapping[Severity, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Standing:
    key: AlertKey
    alert: Alert
    service: str
    declared_id: str
    """Of its SLO; the same for all groups."""
    routes: Routes
    """Receivers, by severity, of alerts of this kind."""
    stated: Quiet | None = None
    """Somebody has said that nobody wants to hear of it: a silence or a maintenance."""
    upstreams: frozenset[str] = frozenset()
    """Declared ids of all SLOs that it depends on, directly or not."""
    worsened: bool = False
    """A further threshold has just been crossed."""
    damped: bool = False
    """It would be over, did it not flap."""

    @property
    def routed(self) -> tuple[str, ...]:
        """Who hears of it when it begins."""
        return self.routes.get(self.alert.severity, ())

    @property
    def pages(self) -> bool:
        return self.alert.severity is Severity.PAGE and self.key.kind is AlertKind.OBJECTIVE

    def concerns(self, receiver: str) -> bool:
        """Whether somebody who was told of it still wants to know: it is as severe as what they hear of, or more."""
        rank = self.alert.severity.rank
        return any(receiver in names for severity, names in self.routes.items() if severity.rank <= rank)


def urgency(standing: Standing) -> tuple[int, datetime, str, str]:
    """Sorts the most severe first, then the oldest."""
    alert = standing.alert
    return -alert.severity.rank, alert.started_at, standing.key.slo_id, standing.key.kind.value


def alert_labels(slo: Slo, alert: Alert) -> Mapping[str, str]:
    """What silences match."""
    return {
        **dict(slo.group),
        LABEL_SLO: slo.declared_id,
        LABEL_SERVICE: slo.service,
        LABEL_SEVERITY: alert.severity.value,
        LABEL_KIND: alert.kind.value,
    }


def stated_quiet(
    slo: Slo, alert: Alert, silences: Sequence[Silence], maintenance: Sequence[Maintenance], now: datetime
) -> Quiet | None:
    """What somebody has said about the alert; of several the one that ends last."""
    labels = alert_labels(slo, alert)
    said = [_silenced(each) for each in silences if each.is_active(now) and each.matches(labels)]
    concerned = (each for each in maintenance if each.concerns(slo.service, slo.declared_id))
    said += filter(None, (_in_maintenance(each, now) for each in concerned))
    return max(said, key=lambda quiet: (quiet.until or now, quiet.source), default=None)


def muted(silences: Sequence[Silence], maintenance: Sequence[Maintenance], now: datetime) -> tuple[Muted, ...]:
    """All that is in force, by its end: whoever looks at a calm page should know of what nobody would hear."""
    found = [Muted(", ".join(map(str, each.matchers)), _silenced(each)) for each in silences if each.is_active(now)]
    for window in maintenance:
        quiet = _in_maintenance(window, now)
        if quiet is not None:
            scopes = {"all services"} if EVERYTHING in window.services else window.services | window.slos
            found.append(Muted(", ".join(sorted(scopes)), quiet))
    return tuple(sorted(found, key=lambda each: (each.quiet.until or now, each.scope)))


def _silenced(silence: Silence) -> Quiet:
    return Quiet(QuietReason.SILENCED, str(silence.id), f"{silence.author}: {silence.reason}", silence.ends_at)


def _in_maintenance(window: Maintenance, now: datetime) -> Quiet | None:
    end = end_of_maintenance(window, now)
    return Quiet(QuietReason.MAINTENANCE, window.name, window.reason, end) if end else None


def upstreams(slos: Sequence[Slo]) -> Mapping[str, frozenset[str]]:
    """By declared id: all SLOs that it depends on, directly or through others."""
    direct = {slo.declared_id: slo.depends_on for slo in slos}
    return {slo_id: _reached(slo_id, direct) for slo_id, names in direct.items() if names}


def _reached(slo_id: str, direct: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = [*direct[slo_id]]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += direct.get(name, ())
    return frozenset(found)
