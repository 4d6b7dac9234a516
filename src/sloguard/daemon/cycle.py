"""One evaluation: count, measure, decide, and commit all of it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from sloguard.alerting.contributors import contributors
from sloguard.alerting.decide import decide, remove
from sloguard.alerting.incident import firing_incident, resolved_incident
from sloguard.alerting.notifications import announce
from sloguard.errors import PrometheusError
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.status import slo_status, status_report
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger, Settled
from sloguard.model.alert import AlertDecision, AlertRecord, Contributor, Transition
from sloguard.model.delivery import Notification
from sloguard.model.measurement import Slice
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus, StatusReport
from sloguard.ports import AlertStore, CycleOutcome, InstantQueries, LedgerKey
from sloguard.promql.breakdown import KIND_BAD, KIND_TOTAL, breakdown_query, label_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What an evaluation found. With an error, the status rests on what was counted before."""

    status: StatusReport
    decisions: Mapping[str, AlertDecision]
    """By SLO id, those that change an alert."""
    error: PrometheusError | None
    refused: Mapping[str, str]
    """Reasons why an SLO cannot be counted, by id."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of one SLO's alert."""

    decision: AlertDecision
    record: AlertRecord | None
    notifications: tuple[Notification, ...]


class Cycle:
    def __init__(
        self,
        configuration: Configuration,
        ledger: LiveLedger,
        histories: Histories,
        alerts: AlertStore,
        adhoc: InstantQueries,
    ) -> None:
        self._configuration = configuration
        self._ledger = ledger
        self._histories = histories
        self._alerts = alerts
        self._adhoc = adhoc

    def run(self, now: datetime) -> CycleReport:
        """Evaluate every SLO once.

        Raises:
            StoreError: nothing was committed; the next run does the same again.
        """
        settled, tail, error = self._count(now)
        if settled is not None and settled.caught_up:
            self._histories.load(self._configuration.slos, now)
        elif settled is not None:
            self._histories.apply(settled.ranges)
        records = self._alerts.alerts()
        statuses: dict[str, SloStatus] = {}
        verdicts: dict[str, _Verdict] = {}
        for slo in self._configuration.slos:
            statuses[slo.id], verdicts[slo.id] = self._evaluate(slo, tail, records.get(slo.id), now)
        for slo_id in records.keys() - verdicts.keys():
            verdicts[slo_id] = _removal(records[slo_id], now)
        self._commit(settled, verdicts, now)
        report = status_report(now, self._configuration.services, statuses)
        refused = {key.slo_id: why for key, why in settled.refused.items()} if settled else {}
        changed = {slo_id: v.decision for slo_id, v in verdicts.items() if v.decision.transition is not Transition.NONE}
        _log_changes(changed)
        return CycleReport(report, changed, error, refused)

    def _count(self, now: datetime) -> tuple[Settled | None, Mapping[LedgerKey, Slice], PrometheusError | None]:
        settled = None
        try:
            settled = self._ledger.settle(now)
            return settled, self._ledger.tail(settled, now), None
        except PrometheusError as error:
            return settled, {}, error

    def _evaluate(
        self, slo: Slo, tail: Mapping[LedgerKey, Slice], record: AlertRecord | None, now: datetime
    ) -> tuple[SloStatus, _Verdict]:
        observed = self._histories.observed(slo, tail, now)
        readings = read_tiers(slo.tiers, slo.budget_ratio, observed)
        decision = decide(record.alert if record else None, readings, now)
        status = slo_status(slo, observed, readings, decision.alert)
        return status, self._verdict(slo, status, decision, record, now)

    def _verdict(
        self, slo: Slo, status: SloStatus, decision: AlertDecision, record: AlertRecord | None, now: datetime
    ) -> _Verdict:
        notified = record.alert.notified if record else frozenset[str]()
        if decision.alert is None:
            if record is None:
                return _Verdict(decision, None, ())
            ended = resolved_incident(record.incident, decision.reason, now)
            return _Verdict(decision, None, announce(decision, notified, (), ended, ended).notifications)
        if record is not None and decision.transition is Transition.NONE:
            kept = replace(decision.alert, notified=notified)
            return _Verdict(decision, AlertRecord(kept, record.incident), ())
        found = self._contributors(slo, decision, now)
        incident = firing_incident(slo, status, decision.alert, found, now)
        ended = resolved_incident(incident, decision.reason, now)
        routed = self._configuration.receivers_for(slo.service, decision.alert.severity)
        told = announce(decision, notified, routed, incident, ended)
        return _Verdict(
            decision, AlertRecord(replace(decision.alert, notified=told.notified), incident), told.notifications
        )

    def _contributors(self, slo: Slo, decision: AlertDecision, now: datetime) -> tuple[Contributor, ...]:
        window = decision.reason.short
        query = breakdown_query(slo.indicator, slo.breakdown_by, window) if window else None
        if query is None:
            return ()
        try:
            rows = [(label_of(sample.labels), sample.value) for sample in self._adhoc.query(query, now)]
        except PrometheusError as error:
            # The page must not wait for its ornament.
            _log.warning("contributors_unknown", slo=slo.id, error=str(error))
            return ()
        return contributors(*([(*row[:2], value) for row, value in rows if row[2] == kind] for kind in _KINDS))

    def _commit(self, settled: Settled | None, verdicts: Mapping[str, _Verdict], now: datetime) -> None:
        known = {slo_id: verdict for slo_id, verdict in verdicts.items() if verdict.record or verdict.notifications}
        ended = [slo_id for slo_id, v in verdicts.items() if v.decision.transition is Transition.RESOLVE]
        outcome = CycleOutcome(
            ranges=settled.ranges if settled else (),
            alerts={slo_id: verdict.record for slo_id, verdict in known.items()} | dict.fromkeys(ended),
            notifications=tuple(part for verdict in verdicts.values() for part in verdict.notifications),
        )
        self._alerts.commit_cycle(outcome, now)
        if settled is not None:
            self._ledger.committed(settled)


_KINDS: Sequence[str] = (KIND_BAD, KIND_TOTAL)


def _removal(record: AlertRecord, now: datetime) -> _Verdict:
    decision = remove(record.alert)
    ended = resolved_incident(record.incident, decision.reason, now)
    return _Verdict(decision, None, announce(decision, record.alert.notified, (), ended, ended).notifications)


def _log_changes(decisions: Mapping[str, AlertDecision]) -> None:
    for slo_id, decision in decisions.items():
        severity = decision.alert.severity.value if decision.alert else None
        _log.info(
            "alert_changed",
            slo=slo_id,
            transition=decision.transition.value,
            severity=severity,
            reason=decision.reason.code.value,
            long_burn_rate=decision.reason.long_burn_rate,
            short_burn_rate=decision.reason.short_burn_rate,
        )
