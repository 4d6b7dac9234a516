"""One SLO at one instant: its status, and what becomes of each of its alerts. The daemon and a backtest share it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sloguard.alerting.decide import decide
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.signals import read_signals
from sloguard.evaluation.silence import read_silence
from sloguard.evaluation.status import slo_status
from sloguard.model.alert import OF_AN_SLO, Alert, AlertDecision, AlertKind
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus


@dataclass(frozen=True, slots=True)
class Judgement:
    status: SloStatus
    decisions: Mapping[AlertKind, AlertDecision]
    """One for each kind of alert that the SLO can have."""


def judge(
    slo: Slo, observed: Observed, before: Mapping[AlertKind, Alert | None], watched_since: datetime | None
) -> Judgement:
    """Measure an SLO and decide on its alerts.

    Args:
        slo: what was promised.
        observed: what is known of it, at the instant that is judged.
        before: its alerts as they stood; a kind without an alert may be left out.
        watched_since: since when sloguard has been able to see it; None while it is not.
    """
    now = observed.at
    readings = read_tiers(slo.tiers, slo.budget_ratio, observed)
    known = before.get(AlertKind.OBJECTIVE)
    signals = read_signals(slo, observed, readings, known.crossed if known else ())
    decisions = {AlertKind.OBJECTIVE: decide(known, signals, now)}
    policy = slo.policy.no_data
    # Groups come and go with their data: the end of one is no fault.
    if policy is not None and not slo.group:
        silence = read_silence(slo, policy, observed, watched_since)
        decisions[AlertKind.NO_DATA] = decide(before.get(AlertKind.NO_DATA), (silence,), now, AlertKind.NO_DATA)
    firing = {kind: decision.alert for kind, decision in decisions.items()}
    status = slo_status(slo, observed, readings, *(firing.get(kind) for kind in OF_AN_SLO))
    return Judgement(status, decisions)
