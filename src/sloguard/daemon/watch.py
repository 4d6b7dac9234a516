"""sloguard's alert about itself: it has had no complete evaluation for too long, for whatever reason.

It runs beside the evaluation, so that one that hangs is told of too. While it fires, no SLO alerts that it has no data.
"""

from dataclasses import dataclass
from datetime import datetime

from sloguard.alerting.decide import decide
from sloguard.alerting.incident import blind_incident
from sloguard.daemon.rulings import Telling, changes, log_changes, outcome, removal, ruling
from sloguard.evaluation.silence import read_blindness
from sloguard.model.alert import SELF_ALERT, AlertDecision, AlertKind
from sloguard.model.settings import Configuration
from sloguard.ports import AlertStore


@dataclass(frozen=True, slots=True)
class Sight:
    """What the daemon knows of its own evaluations."""

    started_at: datetime
    last_good_at: datetime | None
    """When the last complete evaluation was made."""
    fault: str
    """Of what the newest evaluation failed: a sentence without secrets; empty if it did not."""


@dataclass(frozen=True, slots=True)
class Watch:
    configuration: Configuration
    alerts: AlertStore

    def run(self, sight: Sight, now: datetime) -> AlertDecision | None:
        """Decide on the alert, and commit what follows; the decision, if it changes something.

        Raises:
            StoreError: nothing was committed; the next run does the same again.
        """
        record = self.alerts.alerts().get(SELF_ALERT)
        policy = self.configuration.blindness
        if policy is None:
            rulings = {SELF_ALERT: removal(record, now)} if record else {}
        else:
            signal = read_blindness(policy, sight.last_good_at, sight.started_at, now)
            decision = decide(record.alert if record else None, (signal,), now, AlertKind.SELF)
            telling = Telling(
                lambda alert: blind_incident(alert, sight.fault, now),
                lambda alert: self.configuration.routes.get(alert.severity, ()),
            )
            rulings = {SELF_ALERT: ruling(decision, record, telling, now)}
        changed = changes(rulings)
        if changed:
            self.alerts.commit_cycle(outcome(rulings), now)
            log_changes(changed)
        return changed.get(SELF_ALERT)
