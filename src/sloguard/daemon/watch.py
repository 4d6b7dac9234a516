"""sloguard's alert about itself: it has had no complete evaluation for too long, for whatever reason.

It runs beside the evaluation, so that one that hangs is told of too. While it fires, no SLO alerts that it has no data.
"""

from dataclasses import dataclass
from datetime import datetime

from sloguard.alerting.decide import decide
from sloguard.alerting.incident import blind_incident
from sloguard.alerting.notifications import TellingRules
from sloguard.daemon.rulings import Known, Ruling, Telling, conclude, log_changes, removal
from sloguard.evaluation.silence import read_blindness
from sloguard.model.alert import SELF_ALERT, Alert, AlertDecision, AlertKind, Incident
from sloguard.model.settings import Configuration
from sloguard.ports import AlertStore, QuietStore


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
    quiet: QuietStore

    def run(self, sight: Sight, now: datetime) -> AlertDecision | None:
        """Decide on the alert, and commit what follows; the decision, if it changes something.

        No silence holds it back: who is blind does not know of what.

        Raises:
            StoreError: nothing was committed; the next run does the same again.
        """
        record = self.alerts.alerts().get(SELF_ALERT)
        policy = self.configuration.blindness
        if policy is None:
            rulings = {SELF_ALERT: removal(record)} if record else {}
        else:
            signal = read_blindness(policy, sight.last_good_at, sight.started_at, now)
            decision = decide(record.alert if record else None, (signal,), now, AlertKind.SELF)
            rulings = {SELF_ALERT: Ruling(decision, record, self._telling(sight, now))}
        concluded = conclude(rulings, self._known(), TellingRules.of(self.configuration), now)
        outcome = concluded.outcome
        if concluded.changes or outcome.incidents or outcome.taken_up:
            self.alerts.commit_cycle(outcome, now)
            log_changes(concluded)
        return concluded.changes.get(SELF_ALERT)

    def _telling(self, sight: Sight, now: datetime) -> Telling:
        def text(alert: Alert) -> Incident:
            return blind_incident(alert, sight.fault, now)

        name = SELF_ALERT.slo_id
        return Telling(name, name, lambda: self.configuration.routes, plain=text, whole=text, stated=lambda _: None)

    def _known(self) -> Known:
        asked = self.quiet.acknowledgements()
        return Known(
            tuple(each for each in self.alerts.incidents() if each.lead == SELF_ALERT),
            {key: each for key, each in asked.items() if key == SELF_ALERT},
        )
