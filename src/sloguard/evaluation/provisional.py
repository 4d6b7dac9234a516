"""What is shown of an SLO while its window's history is being replayed. Nothing is decided by it."""

from dataclasses import replace
from typing import assert_never

from sloguard.evaluation.budget import budget_ends_in, error_budget
from sloguard.evaluation.measure import LOWEST_COVERAGE_RATIO, Observed
from sloguard.evaluation.status import PACE_WINDOW
from sloguard.evaluation.windows import span
from sloguard.model.alert import AlertKind
from sloguard.model.composite import CompositeIndicator
from sloguard.model.measurement import NoData, NoDataReason
from sloguard.model.slo import EventsIndicator, LatencyIndicator, RatioIndicator, Slo, ThresholdIndicator
from sloguard.model.status import Provisional, SloState, SloStatus

_ADJUSTED = "exclusions or corrections have a part in the window"


def why_not(slo: Slo) -> str:
    """Why one `increase` over the window does not tell an SLO's events, in half a sentence; empty if it does."""
    if slo.timeslices is not None:
        return "timeslices are judged one by one"
    match slo.indicator:
        case EventsIndicator() | LatencyIndicator(native=False):
            return ""
        case ThresholdIndicator() | RatioIndicator() | LatencyIndicator():
            return "its expression is looked at slice by slice"
        case CompositeIndicator():
            return "it is made of other SLOs"
        case unknown:
            assert_never(unknown)


def is_provisional(replayed_ratio: float) -> bool:
    """Whether too little of a window is replayed (0..1) to be believed: the same bound as for what was seen of it."""
    return replayed_ratio < LOWEST_COVERAGE_RATIO


def provisional_status(status: SloStatus, slo: Slo, observed: Observed, standing: Provisional | None) -> SloStatus:
    """The status with what stands in for the window's counts; alerts were decided before, and are left as they are.

    Args:
        status: as the ledger has it.
        slo: whose it is.
        observed: what the ledger knows; burn rates are shown over windows of which it knows all.
        standing: None once the window is replayed.
    """
    if standing is None:
        return status
    if status.adjusted is not None and standing.counts is not None:
        standing = replace(standing, counts=None, why=_ADJUSTED)
    counts = standing.counts or status.counts
    if counts is None:
        return status
    # All of a budget that nothing was held against is no news.
    budget = error_budget(counts, slo.budget_ratio) if counts.total else None
    burn_rates = {window: rate if observed.reaches_back(window) else None for window, rate in status.burn_rates.items()}
    state = _state(status, observed)
    return replace(
        status,
        state=state,
        counts=counts,
        success_ratio=counts.good / counts.total if counts.total else None,
        budget=budget,
        burn_rates=burn_rates,
        time_to_exhaustion=budget_ends_in(budget, burn_rates[PACE_WINDOW], slo.window, observed.at) if budget else None,
        approximate=True,
        health_score=None,
        no_data=_no_data(status, slo, observed, standing) if state is SloState.NO_DATA else None,
        provisional=standing,
    )


def _state(status: SloStatus, observed: Observed) -> SloState:
    """An alert that fires does so by what the ledger knows. Neither keeping a budget nor spending it is known."""
    firing = any(alert.kind is AlertKind.OBJECTIVE for alert in status.alerts)
    burning = firing or status.state is SloState.BURNING
    return SloState.BURNING if burning and not observed.stale else SloState.NO_DATA


def _no_data(status: SloStatus, slo: Slo, observed: Observed, standing: Provisional) -> NoData:
    if observed.stale and status.no_data is not None:
        return status.no_data
    window = observed.at - span(slo.window, observed.at).start_at
    return NoData(window, NoDataReason.PROVISIONAL, standing.replayed_ratio)
