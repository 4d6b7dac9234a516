"""What would be said of an SLO: its own incident, made up by a past in which it burns."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sloguard.alerting.incident import firing_incident, resolved_incident
from sloguard.alerting.judgement import judge
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import ObservedSlices
from sloguard.model.alert import AlertKind, Contributor, Incident, ReasonCode
from sloguard.model.measurement import Slice
from sloguard.model.policy import Severity, Tier
from sloguard.model.slo import Slo

_EVENTS_PER_SECOND = 50
_EXCESS = 1.3
"""How far above a tier's threshold the error ratio is."""
_LASTED = timedelta(minutes=40)
_CONTRIBUTORS = ((0.91, 0.12), (0.06, 0.31))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An incident from its beginning to its end."""

    firing: Incident
    resolved: Incident


def rehearsal(slo: Slo, severity: Severity, slice_length: timedelta, now: datetime) -> Rehearsal | None:
    """The incident of a burn that is just steep enough for a severity; None if no tier of the SLO has it.

    Everything in it is decided and worded as it would be for a real one. Only the counts are made up, and the names
    of contributors: what `breakdown_by` would find is not known.
    """
    tier = next((each for each in slo.tiers if each.severity is severity), None)
    if tier is None:
        return None
    seconds = round(slice_length.total_seconds())
    at = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    observed = ObservedSlices(_burning(slo, tier, seconds, at), None, at, slice_length, 0)
    judged = judge(slo, observed, {}, at)
    alert = judged.decisions[AlertKind.OBJECTIVE].alert
    if alert is None:
        return None
    incident = firing_incident(slo, judged.status, alert, _contributors(slo), at)
    over = replace(alert.reason, code=ReasonCode.RECOVERED, short_burn_rate=0.0)
    return Rehearsal(incident, resolved_incident(incident, over, at + _LASTED))


def _burning(slo: Slo, tier: Tier, seconds: int, at: datetime) -> History:
    """A past without an error, and the tier's long window above its threshold."""
    end = int(at.timestamp())
    burning_from = end - round(tier.long.total_seconds())
    quiet_from = end - round((slo.window.nominal + tier.long).total_seconds())
    ratio = min(0.99, _EXCESS * float(tier.factor * slo.budget_ratio))
    slices = [
        Slice(quiet_from, burning_from - quiet_from, 0.0, float(_EVENTS_PER_SECOND * (burning_from - quiet_from)))
    ]
    total = float(_EVENTS_PER_SECOND * seconds)
    slices += [Slice(start, seconds, ratio * total, total) for start in range(burning_from, end, seconds)]
    return History.of(slices)


def _contributors(slo: Slo) -> tuple[Contributor, ...]:
    labels = slo.breakdown_by[: len(_CONTRIBUTORS)]
    return tuple(
        Contributor(label, f"a {label}", bad, total) for label, (bad, total) in zip(labels, _CONTRIBUTORS, strict=False)
    )
