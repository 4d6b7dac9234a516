"""One evaluation: count, measure, decide, and commit all of it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from sloguard.alerting.contributors import contributors, member_contributors
from sloguard.alerting.decide import FLAP_WINDOW
from sloguard.alerting.incident import firing_incident, no_data_incident
from sloguard.alerting.judgement import judge
from sloguard.alerting.notifications import TellingRules
from sloguard.alerting.standing import Routes, muted, stated_quiet, upstreams
from sloguard.clock import monotonic_seconds
from sloguard.daemon.rulings import Conclusion, Known, Ruling, Telling, conclude, log_changes, removal
from sloguard.errors import PrometheusError
from sloguard.evaluation.provisional import provisional_status
from sloguard.evaluation.status import status_report
from sloguard.ledger.histories import Histories
from sloguard.ledger.live import LiveLedger, Settled
from sloguard.ledger.replaying import Replaying
from sloguard.model.alert import (
    OF_AN_SLO,
    SELF_ALERT,
    Alert,
    AlertDecision,
    AlertKey,
    AlertKind,
    AlertRecord,
    Contributor,
    Incident,
    Reason,
)
from sloguard.model.measurement import Slice
from sloguard.model.policy import Severity
from sloguard.model.quiet import Quiet, Silence
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus, StatusReport
from sloguard.model.told import HeldBack
from sloguard.ports import AlertStore, InstantQueries, LedgerKey, QuietStore
from sloguard.promql.breakdown import KIND_BAD, KIND_TOTAL, breakdown_query, label_of
from sloguard.promql.grouping import of_group

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What an evaluation found. With an error, the status rests on what was counted before."""

    status: StatusReport
    decisions: Mapping[AlertKey, AlertDecision]
    """Those that change an alert."""
    error: PrometheusError | None
    refused: Mapping[str, str]
    """Reasons why an SLO cannot be counted, by id."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many groups have no place, by the id of their template, as far as slices were settled."""
    held_back: tuple[HeldBack, ...] = ()
    """What was not said, and why, as far as that is new."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What this evaluation could see."""

    tail: Mapping[LedgerKey, Slice]
    watched_since: datetime | None
    """Since when Prometheus has answered; None while it does not."""
    refused: Mapping[str, str]
    """Reasons why an SLO cannot be counted, by id."""
    records: Mapping[AlertKey, AlertRecord]
    """The alerts as they stood before."""
    fired: Mapping[AlertKey, Sequence[datetime]]
    """When alerts have fired or escalated lately."""
    silences: Sequence[Silence]


class Cycle:
    def __init__(
        self,
        configuration: Configuration,
        ledger: LiveLedger,
        histories: Histories,
        alerts: AlertStore,
        adhoc: InstantQueries,
        *,
        quiet: QuietStore,
        replaying: Replaying,
    ) -> None:
        self._configuration = configuration
        self._ledger = ledger
        self._histories = histories
        self._alerts = alerts
        self._adhoc = adhoc
        self._quiet = quiet
        self._replaying = replaying
        self._rules = TellingRules.of(configuration)
        self._upstreams = upstreams(configuration.slos)
        self._watched_since: datetime | None = None
        self._ask_until = 0.0

    def run(self, now: datetime) -> CycleReport:
        """Evaluate every SLO once.

        Raises:
            StoreError: nothing was committed; the next run does the same again.
        """
        settled, tail, error = self._count(now)
        self._histories.refresh(self._configuration.slos, now)
        self._ask_until = monotonic_seconds() + _ASKING_SECONDS if error is None else 0.0
        if settled is not None:
            self._histories.apply(settled.ranges)
        self._histories.adjust()
        self._replaying.look(now)
        refused = {key.slo_id: why for key, why in settled.refused.items()} if settled else {}
        watched_since = self._watched(now, error)
        records, fired = self._alerts.alerts(), self._alerts.fired(now - FLAP_WINDOW)
        sight = _Sight(tail, watched_since, refused, records, fired, self._quiet.silences(now))
        statuses: dict[str, SloStatus] = {}
        rulings: dict[AlertKey, Ruling] = {}
        services = self._histories.services(self._configuration.services, now)
        for slo in (each for service in services for each in service.slos):
            statuses[slo.id], of_slo = self._evaluate(slo, sight, now)
            rulings |= of_slo
        for key in records.keys() - rulings.keys() - {SELF_ALERT}:
            rulings[key] = removal(records[key])
        concluded = conclude(rulings, self._known(), self._rules, now, settled.ranges if settled else ())
        self._alerts.commit_cycle(concluded.outcome, now)
        self._histories.committed()
        if settled is not None:
            self._ledger.committed(settled)
        log_changes(concluded)
        report = replace(
            status_report(now, services, _with_alerts(statuses, concluded)),
            muted=muted(sight.silences, self._configuration.maintenance, now),
        )
        left_out = {key.slo_id: count for key, count in settled.left_out.items()} if settled else {}
        return CycleReport(report, concluded.changes, error, refused, left_out, concluded.outcome.held_back)

    def _known(self) -> Known:
        incidents = tuple(each for each in self._alerts.incidents() if each.lead != SELF_ALERT)
        asked = self._quiet.acknowledgements()
        return Known(incidents, {key: each for key, each in asked.items() if key != SELF_ALERT})

    def _watched(self, now: datetime, error: PrometheusError | None) -> datetime | None:
        """Since when Prometheus has answered without a break."""
        self._watched_since = None if error is not None else self._watched_since or now
        return self._watched_since

    def _count(self, now: datetime) -> tuple[Settled | None, Mapping[LedgerKey, Slice], PrometheusError | None]:
        settled = None
        try:
            settled = self._ledger.settle(now)
            return settled, self._ledger.tail(settled, now), None
        except PrometheusError as error:
            return settled, {}, error

    def _evaluate(self, slo: Slo, sight: _Sight, now: datetime) -> tuple[SloStatus, Mapping[AlertKey, Ruling]]:
        records = {kind: sight.records.get(AlertKey(slo.id, kind)) for kind in OF_AN_SLO}
        before = {kind: record.alert if record else None for kind, record in records.items()}
        observed = self._histories.observed(slo, sight.tail, now)
        judgement = judge(
            slo,
            observed,
            before,
            sight.watched_since,
            {kind: sight.fired.get(AlertKey(slo.id, kind), ()) for kind in OF_AN_SLO},
        )
        # After everything is decided: what is provisional is only shown.
        status = provisional_status(judgement.status, slo, observed, self._replaying.of(slo, now))
        rulings: dict[AlertKey, Ruling] = {}
        for kind, decision in judgement.decisions.items():
            # Most alerts do not fire, and what tells of one has a kilobyte.
            telling = self._telling(slo, kind, status, sight, now) if decision.alert else None
            rulings[AlertKey(slo.id, kind)] = Ruling(decision, records[kind], telling)
        return status, rulings

    def _telling(self, slo: Slo, kind: AlertKind, status: SloStatus, sight: _Sight, now: datetime) -> Telling:
        def plain(alert: Alert) -> Incident:
            if kind is AlertKind.NO_DATA:
                return no_data_incident(slo, status, alert, now, refused=sight.refused.get(slo.id, ""))
            return firing_incident(slo, status, alert, (), now)

        def whole(alert: Alert) -> Incident:
            found = () if kind is AlertKind.NO_DATA else self._contributors(slo, alert.reason, sight, now)
            return replace(plain(alert), contributors=found)

        def routes() -> Routes:
            return {each: self._configuration.receivers_for(slo.service, each, kind) for each in Severity}

        def stated(alert: Alert) -> Quiet | None:
            return stated_quiet(slo, alert, sight.silences, self._configuration.maintenance, now)

        return Telling(
            service=slo.service,
            declared_id=slo.declared_id,
            routes=routes,
            plain=plain,
            whole=whole,
            stated=stated,
            upstreams=self._upstreams.get(slo.declared_id, frozenset()),
        )

    def _contributors(self, slo: Slo, reason: Reason, sight: _Sight, now: datetime) -> tuple[Contributor, ...]:
        window = reason.short or reason.long
        members = self._histories.observed_members(slo, sight.tail, now)
        if window and members:
            return member_contributors(members.shares(window))
        query = breakdown_query(of_group(slo.indicator, slo.group), slo.breakdown_by, window) if window else None
        if query is None or monotonic_seconds() > self._ask_until:
            return ()
        try:
            rows = [(label_of(sample.labels), sample.value) for sample in self._adhoc.query(query, now)]
        except PrometheusError as error:
            # The page must not wait for its ornament, nor fifty pages for fifty of them.
            self._ask_until = 0.0
            _log.warning("contributors_unknown", slo=slo.id, error=str(error))
            return ()
        return contributors(*([(*row[:2], value) for row, value in rows if row[2] == kind] for kind in _KINDS))


def _with_alerts(statuses: Mapping[str, SloStatus], concluded: Conclusion) -> Mapping[str, SloStatus]:
    """With what people have said of the alerts, and what is quiet about them."""
    return {
        slo_id: replace(
            status, alerts=tuple(concluded.alerts.get(AlertKey(slo_id, each.kind), each) for each in status.alerts)
        )
        if status.alerts
        else status
        for slo_id, status in statuses.items()
    }


_ASKING_SECONDS = 5.0
"""What all the alerts of one evaluation may spend on asking for their contributors."""
_KINDS: Sequence[str] = (KIND_BAD, KIND_TOTAL)
