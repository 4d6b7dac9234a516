"""What `sloguard backtest` is put together from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sloguard.backtest.incidents import KnownIncident
from sloguard.backtest.run import Counted, Lived, Period, Walk, with_members
from sloguard.backtest.summary import Backtest, backtest_of
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.ports import LedgerReader


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """What `sloguard backtest` was asked for."""

    period: Period
    wanted: Callable[[Slo], bool]
    """Which of the SLOs are looked at."""
    incidents: Sequence[KnownIncident] | None
    on_progress: Callable[["BacktestProgress"], None]


@dataclass(frozen=True, slots=True)
class BacktestProgress:
    """SLOs done so far, and in all."""

    done: int
    total: int


def backtests(
    configurations: Sequence[Configuration], ledger: LedgerReader, request: BacktestRequest
) -> tuple[Backtest, ...]:
    """Each configuration's policy over the same past.

    Raises:
        StoreError: the ledger cannot be read.
    """
    counted = Counted.of(ledger)
    chosen = [[slo for slo in each.slos if request.wanted(slo)] for each in configurations]
    total, done = sum(map(len, chosen)), 0
    found: list[Backtest] = []
    for configuration, slos in zip(configurations, chosen, strict=True):
        declared = {slo.declared_id: slo for slo in configuration.slos}
        lived: list[Lived] = []
        for slo in slos:
            lived.append(_lived(slo, declared, counted, configuration, request.period))
            done += 1
            request.on_progress(BacktestProgress(done, total))
        found.append(backtest_of(lived, request.period, request.incidents))
    return tuple(found)


def _lived(
    slo: Slo, declared: Mapping[str, Slo], counted: Counted, configuration: Configuration, period: Period
) -> Lived:
    return Walk(slo, with_members(slo, declared), counted, configuration.evaluation, period).lived()
