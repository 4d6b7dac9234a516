"""Keeps the alerts of a backtest, and writes down what becomes of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sloguard.alerting.decide import FLAP_WINDOW, RISES, remove
from sloguard.alerting.judgement import Decided, status_of
from sloguard.backtest.firing import Detection, Firing, Update
from sloguard.backtest.onset import consumed, onset
from sloguard.evaluation.measure import Observed
from sloguard.model.alert import OF_AN_SLO, Alert, AlertDecision, AlertKind, Transition
from sloguard.model.slo import Slo

_NO_ALERTS: Mapping[AlertKind, Alert] = {}


@dataclass(slots=True)
class Journal:
    alerts: dict[str, dict[AlertKind, Alert]] = field(default_factory=dict)
    """Those that fire, by SLO."""
    _open: dict[tuple[str, AlertKind], Firing] = field(default_factory=dict)
    _closed: list[Firing] = field(default_factory=list)
    _counts: dict[str, int] = field(default_factory=dict)
    _fired: dict[tuple[str, AlertKind], list[datetime]] = field(default_factory=dict)
    """When alerts fired or escalated within the last hour of each."""

    def firing(self, slo: Slo) -> Mapping[AlertKind, Alert]:
        return self.alerts.get(slo.id, _NO_ALERTS)

    def fired(self, slo: Slo) -> Mapping[AlertKind, Sequence[datetime]]:
        """When its alerts fired or escalated lately: what flaps is damped, as in the daemon."""
        return {kind: self._fired[slo.id, kind] for kind in OF_AN_SLO if (slo.id, kind) in self._fired}

    def note(self, slo: Slo, observed: Observed, decided: Decided, resolution: timedelta) -> None:
        """Take over the decisions of one evaluation."""
        for kind, decision in decided.decisions.items():
            if decision.transition is not Transition.NONE:
                self._change(slo, kind, decision, observed.at)
                if (slo.id, kind) in self._open and decision.transition is not Transition.WORSEN:
                    detection = detected(slo, observed, decided, decision)
                    begun = self._open[slo.id, kind]
                    self._open[slo.id, kind] = replace(begun, detection=detection, resolution=resolution)
            self._keep(slo.id, kind, decision.alert)

    def remove_all_but(self, ids: Iterable[str], at: datetime) -> None:
        """End the alerts of groups that are gone, as the daemon does."""
        for slo_id in self.alerts.keys() - set(ids):
            for kind, alert in self.alerts.pop(slo_id).items():
                self._close((slo_id, kind), remove(alert), at)

    def firings(self) -> tuple[Firing, ...]:
        """All so far, by their start; those that go on have no end."""
        found = [*self._closed, *self._open.values()]
        return tuple(sorted(found, key=lambda each: (each.started_at, each.slo_id, each.kind, each.severity.rank)))

    def _keep(self, slo_id: str, kind: AlertKind, alert: Alert | None) -> None:
        if alert is not None:
            self.alerts.setdefault(slo_id, {})[kind] = alert
        elif slo_id in self.alerts:
            self.alerts[slo_id].pop(kind, None)

    def _change(self, slo: Slo, kind: AlertKind, decision: AlertDecision, at: datetime) -> None:
        key = (slo.id, kind)
        if decision.transition in RISES:
            self._fired[key] = [*(each for each in self._fired.get(key, ()) if at - each < FLAP_WINDOW), at]
        if decision.transition is Transition.WORSEN:
            begun = self._open[key]
            self._open[key] = replace(begun, updates=(*begun.updates, Update(at, decision.reason)))
            return
        if decision.transition is Transition.FIRE:
            self._counts[slo.id] = self._counts.get(slo.id, 0) + 1
        number = self._open[key].alert if key in self._open else self._counts[slo.id]
        self._close(key, decision, at)
        if decision.alert is not None:
            self._open[key] = Firing(
                slo_id=slo.id,
                service=slo.service,
                kind=kind,
                alert=number,
                severity=decision.alert.severity,
                began_by=decision.transition,
                started_at=at,
                reason=decision.reason,
                resolution=timedelta(0),
            )

    def _close(self, key: tuple[str, AlertKind], decision: AlertDecision, at: datetime) -> None:
        begun = self._open.pop(key, None)
        if begun is not None:
            self._closed.append(replace(begun, ended_at=at, ended_by=decision.transition, end_reason=decision.reason))


def detected(slo: Slo, observed: Observed, decided: Decided, decision: AlertDecision) -> Detection:
    """How the SLO stands, and since when it burns, at the instant of a decision."""
    status = status_of(slo, observed, decided)
    began = onset(slo, decision.reason, observed)
    since = None
    if began is not None and status.budget is not None and status.counts is not None:
        since = consumed(began[1], status.budget, status.counts)
    return Detection(
        onset_at=began[0] if began else None,
        success_ratio=status.success_ratio,
        budget_consumed_ratio=status.budget.consumed_ratio if status.budget else None,
        burn_consumed_ratio=since,
    )
