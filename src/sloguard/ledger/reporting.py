"""The status of every SLO as the store has it, without a daemon and without asking Prometheus."""

import math
from datetime import UTC, datetime
from typing import Protocol

from sloguard.clock import utc_now
from sloguard.evaluation.burn import read_tiers
from sloguard.evaluation.history import History
from sloguard.evaluation.provisional import provisional_status
from sloguard.evaluation.status import slo_status, status_report
from sloguard.ledger.covered import as_unasked, known, told, unasked
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.replaying import Replaying
from sloguard.model.alert import OF_AN_SLO, AlertKey
from sloguard.model.measurement import Counts
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.model.status import StatusReport
from sloguard.ports import AlertStore, LedgerStore, ProvisionalStore


class StatusSource(Protocol):
    """What a status is read from."""

    @property
    def ledger(self) -> LedgerStore: ...

    @property
    def alerts(self) -> AlertStore: ...

    @property
    def provisional(self) -> ProvisionalStore: ...


def stored_status(configuration: Configuration, store: StatusSource, at: datetime | None) -> StatusReport:
    """The status at an instant; without one, at the end of what is counted, with the alerts that fire now.

    Raises:
        StoreError: the store cannot be read.
    """
    as_of = at or counted_until(configuration, store.ledger) or utc_now()
    histories = Histories(store.ledger, configuration.evaluation.slice)
    histories.load(configuration.slos, as_of)
    replaying = Replaying(store.ledger, store.provisional, configuration.slos)
    replaying.look(as_of)
    firing = {} if at else {key: record.alert for key, record in store.alerts.alerts().items()}
    statuses = {}
    services = histories.services(configuration.services, as_of)
    for slo in (each for service in services for each in service.slos):
        observed = histories.observed(slo, {}, as_of)
        readings = read_tiers(slo.tiers, slo.budget_ratio, observed)
        status = slo_status(slo, observed, readings, *(firing.get(AlertKey(slo.id, kind)) for kind in OF_AN_SLO))
        statuses[slo.id] = provisional_status(status, slo, observed, replaying.of(slo, as_of))
    declared = {slo.id: slo.declared_id for service in services for slo in service.slos}
    new = unasked(configuration.slos, store.ledger)
    statuses = {key: as_unasked(each) if declared[key] in new else each for key, each in statuses.items()}
    if at:
        has, newest = known(configuration.slos, store.ledger), counted_until(configuration, store.ledger)
        until = int(newest.timestamp()) if newest else 0
        statuses = {key: told(each, at, has.get(declared[key]), until) for key, each in statuses.items()}
    return status_report(as_of, services, statuses)


def counted_between(ledger: LedgerStore, slo: Slo, start_at: datetime, end_at: datetime) -> Counts:
    """The events of an SLO, or of a group, as the ledger has them: nothing is excluded, nothing corrected."""
    start, end = start_at.timestamp(), end_at.timestamp()
    found = History.of(ledger.slices(ledger_key(slo), math.floor(start), math.ceil(end))).sum(start, end)
    return Counts(found.bad, found.total)


def counted_until(configuration: Configuration, ledger: LedgerStore) -> datetime | None:
    """The end of the newest slice of any declared SLO; None if nothing is counted yet."""
    marks = ledger.marks()
    keys = (ledger_key(slo) for slo in configuration.slos)
    newest = max((marks[key].watermark for key in keys if key in marks), default=None)
    return datetime.fromtimestamp(newest, UTC) if newest is not None else None
