"""One SLO at one instant: its status, and what becomes of each of its alerts. The daemon and a backtest share it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sloguard.alerting.decide import decide
from sloguard.evaluation.burn import TierReading, may_fire, read_tiers
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.signals import read_signals
from sloguard.evaluation.silence import read_silence, silence_limit
from sloguard.evaluation.status import slo_status
from sloguard.model.alert import OF_AN_SLO, Alert, AlertDecision, AlertKind
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus

NEVER_FIRED: Mapping[AlertKind, Sequence[datetime]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Judgement:
    status: SloStatus
    decisions: Mapping[AlertKind, AlertDecision]
    """One for each kind of alert that the SLO can have."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What is decided, before anything is worked out that is only shown."""

    readings: Sequence[TierReading]
    decisions: Mapping[AlertKind, AlertDecision]


def judge(
    slo: Slo,
    observed: Observed,
    before: Mapping[AlertKind, Alert | None],
    watched_since: datetime | None,
    fired: Mapping[AlertKind, Sequence[datetime]] = NEVER_FIRED,
) -> Judgement:
    """Measure an SLO and decide on its alerts.

    Args:
        slo: what was promised.
        observed: what is known of it, at the instant that is judged.
        before: its alerts as they stood; a kind without an alert may be left out.
        watched_since: since when sloguard has been able to see it; None while it is not.
        fired: when its alerts fired or escalated within the last hour: one that does so too often is damped.
    """
    decided = decide_alerts(slo, observed, before, watched_since, fired)
    return Judgement(status_of(slo, observed, decided), decided.decisions)


def is_calm(slo: Slo, observed: Observed, before: Mapping[AlertKind, Alert | None]) -> bool:
    """Whether `decide_alerts` surely changes nothing: there is no alert, and nothing that could raise one.

    It costs a fraction, and a backtest asks it at each of some ten thousand instants, of which most are calm.
    """
    policy = slo.policy
    if any(before.values()) or policy.success_rate or policy.budget or policy.forecast:
        return False
    last = observed.last_seen
    if policy.no_data is not None and (
        last is None or observed.at.timestamp() - last >= silence_limit(slo, policy.no_data).total_seconds()
    ):
        return False
    return not any(may_fire(tier, slo.budget_ratio, observed) for tier in policy.tiers)


def decide_alerts(
    slo: Slo,
    observed: Observed,
    before: Mapping[AlertKind, Alert | None],
    watched_since: datetime | None,
    fired: Mapping[AlertKind, Sequence[datetime]] = NEVER_FIRED,
) -> Decided:
    """The half of `judge` that a backtest needs at every step. The arguments are the same."""
    now = observed.at
    readings = read_tiers(slo.tiers, slo.budget_ratio, observed)
    known = before.get(AlertKind.OBJECTIVE)
    signals = read_signals(slo, observed, readings, known.crossed if known else ())
    decisions = {AlertKind.OBJECTIVE: decide(known, signals, now, fired=fired.get(AlertKind.OBJECTIVE, ()))}
    policy = slo.policy.no_data
    # Groups come and go with their data: the end of one is no fault.
    if policy is not None and not slo.group:
        silence = read_silence(slo, policy, observed, watched_since)
        kind = AlertKind.NO_DATA
        decisions[kind] = decide(before.get(kind), (silence,), now, kind, fired.get(kind, ()))
    return Decided(readings, decisions)


def status_of(slo: Slo, observed: Observed, decided: Decided) -> SloStatus:
    """The other half of `judge`: all that is shown of the SLO."""
    firing = {kind: decision.alert for kind, decision in decided.decisions.items()}
    return slo_status(slo, observed, decided.readings, *(firing.get(kind) for kind in OF_AN_SLO))
