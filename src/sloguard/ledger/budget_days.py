"""Error budgets day by day as the store has them, without a daemon and without asking Prometheus."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sloguard.evaluation.daily import budget_history
from sloguard.ledger.covered import Known, is_outside, known
from sloguard.ledger.histories import Histories
from sloguard.ledger.members import with_members
from sloguard.model.adjustment import covers
from sloguard.model.daily import BudgetHistory
from sloguard.model.measurement import NoDataReason
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.ports import LedgerStore

_UP_TO_A_DAY = timedelta(days=1, hours=1)
"""By which the first day may begin before the instant that is asked for."""


def stored_histories(
    configuration: Configuration, ledger: LedgerStore, scopes: Iterable[str], since: datetime, until: datetime
) -> tuple[BudgetHistory, ...]:
    """Of all SLOs in any of the scopes (`covers` reads them), in the order of declaration.

    Raises:
        StoreError: the store cannot be read.
    """
    wanted = tuple(scopes)
    chosen = [slo for slo in configuration.slos if _covered(wanted, slo) or _has_group(wanted, slo)]
    histories = Histories(ledger, configuration.evaluation.slice)
    histories.load(with_members(chosen, configuration), until, over=until - since + _UP_TO_A_DAY)
    slos = (each for slo in chosen for each in histories.expanded(slo, until) if _covered(wanted, each))
    has = known(configuration.slos, ledger)
    newest = max((each.last for each in has.values()), default=0)
    return tuple(
        _counted(
            budget_history(slo, partial(histories.observed, slo, {}), since, until), has.get(slo.declared_id), newest
        )
        for slo in slos
    )


def _counted(history: BudgetHistory, known: Known | None, newest: int) -> BudgetHistory:
    """A day before or after all that the ledger has is not one on which nothing was seen."""
    if known is None:
        return history
    days = (
        replace(day, no_data=NoDataReason.NOT_COUNTED)
        if day.no_data is not None and is_outside(day.no_data, day.end_at.timestamp(), known, newest)
        else day
        for day in history.days
    )
    return replace(history, days=tuple(days))


def _covered(scopes: Iterable[str], slo: Slo) -> bool:
    return any(covers(scope, slo) for scope in scopes)


def _has_group(scopes: Iterable[str], slo: Slo) -> bool:
    return slo.is_template and any(scope.partition("{")[0] == slo.declared_id for scope in scopes)
