"""What each part of an SLO's policy sees: burn rates, the success ratio, the error budget and its foreseeable end."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sloguard.evaluation.budget import budget_ends_in, error_budget
from sloguard.evaluation.burn import SIGNIFICANCE_BOUND, TierReading, Verdict, burn_rate, significant
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.tiers import SHORT_FRACTION, hold
from sloguard.evaluation.windows import span
from sloguard.model.alert import Reason, ReasonCode
from sloguard.model.measurement import Counts, Measurement
from sloguard.model.policy import BudgetThreshold, Forecast, Severity, SuccessRateTier
from sloguard.model.slo import Slo
from sloguard.model.status import ErrorBudget

BUDGET_HYSTERESIS_RATIO = Decimal("0.05")
"""A threshold that was crossed is over, and can be crossed again, once so much more of the budget is left."""
SHORTEST_PACE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Signal:
    """The reading of one part of a policy."""

    severity: Severity
    verdict: Verdict
    reason: Reason
    """What is said if it fires; its numbers are there in any case, if they are known."""
    hold: timedelta = timedelta(0)
    """How long it must have been clear before its alert is over."""
    recovered: ReasonCode = ReasonCode.RECOVERED
    """What is said when its alert is over."""
    holds_others: bool = True
    """Whether an alert that something else raised stays while this one is undecided."""


@dataclass(frozen=True, slots=True)
class _Spending:
    evidence: Counts
    budget: ErrorBudget


def read_signals(
    slo: Slo, observed: Observed, readings: Sequence[TierReading], crossed: Collection[Decimal]
) -> tuple[Signal, ...]:
    """All but the silence of an SLO. `crossed` are the thresholds of the budget that its alert knows to be crossed."""
    policy = slo.policy
    signals = [tier_signal(reading) for reading in readings]
    signals += [_success(tier, slo, observed) for tier in policy.success_rate]
    if policy.budget or policy.forecast:
        spending = _spending(slo, observed)
        signals += _thresholds(policy.budget, spending, crossed)
        if policy.forecast:
            signals.append(_foreseen(policy.forecast, slo, observed, spending))
    return tuple(signals)


def tier_signal(reading: TierReading) -> Signal:
    tier = reading.tier
    numbers = (tier.long, tier.short, tier.factor, reading.long_burn_rate, reading.short_burn_rate)
    return Signal(tier.severity, reading.verdict, Reason(ReasonCode.BURNING, *numbers), hold(tier))


def pace_window(forecast: Forecast, slice_length: timedelta) -> timedelta:
    """Over what time the pace is measured: a twelfth of what is foreseen, in whole slices, at least an hour."""
    return max(SHORTEST_PACE, forecast.within / SHORT_FRACTION // slice_length * slice_length)


def _success(tier: SuccessRateTier, slo: Slo, observed: Observed) -> Signal:
    threshold = slo.objective_ratio * (1 - tier.drop_ratio)
    seen = observed.last(tier.window)
    verdict, ratio = Verdict.UNKNOWN, None
    if isinstance(seen, Measurement) and observed.reaches_back(tier.window):
        verdict = Verdict.CLEAR
        if seen.counts.total:
            ratio = seen.counts.good / seen.counts.total
        if ratio is not None and ratio < threshold:
            factor = (1 - threshold) / slo.budget_ratio
            telling = significant(seen.evidence, factor, slo.budget_ratio)
            verdict = Verdict.FIRING if telling else Verdict.NOT_SIGNIFICANT
    reason = Reason(ReasonCode.SUCCESS_LOW, long=tier.window, success_ratio=ratio, threshold_ratio=threshold)
    return Signal(tier.severity, verdict, reason, tier.window / SHORT_FRACTION)


def _spending(slo: Slo, observed: Observed) -> _Spending | None:
    start_at = span(slo.window, observed.at).start_at
    whole = observed.since(start_at)
    if not isinstance(whole, Measurement) or not observed.reaches_back(observed.at - start_at):
        return None
    return _Spending(whole.evidence, error_budget(whole.counts, slo.budget_ratio))


def _thresholds(
    thresholds: Sequence[BudgetThreshold], spending: _Spending | None, crossed: Collection[Decimal]
) -> Iterator[Signal]:
    for threshold in thresholds:
        limit = threshold.remaining_ratio
        remaining = spending.budget.remaining_ratio if spending else None
        reason = Reason(ReasonCode.BUDGET_LOW, remaining_ratio=remaining, threshold_ratio=limit)
        verdict = _crossing(limit, spending, is_crossed=limit in crossed)
        yield Signal(threshold.severity, verdict, reason, holds_others=False)


def _crossing(limit: Decimal, spending: _Spending | None, *, is_crossed: bool) -> Verdict:
    if spending is None:
        return Verdict.UNKNOWN
    remaining = spending.budget.remaining_ratio
    if is_crossed:
        return Verdict.FIRING if remaining <= limit + BUDGET_HYSTERESIS_RATIO else Verdict.CLEAR
    if remaining > limit:
        return Verdict.CLEAR
    # One bad event may cost a small service all of its budget: as few as that are chance.
    telling = math.sqrt(spending.evidence.bad) > SIGNIFICANCE_BOUND
    return Verdict.FIRING if telling else Verdict.NOT_SIGNIFICANT


def _foreseen(forecast: Forecast, slo: Slo, observed: Observed, spending: _Spending | None) -> Signal:
    window = pace_window(forecast, observed.slice_length)
    seen = observed.last(window)
    pace = burn_rate(seen.counts, slo.budget_ratio) if isinstance(seen, Measurement) else None
    verdict, ends_in, remaining, recovered = Verdict.UNKNOWN, None, None, ReasonCode.RECOVERED
    if spending is not None and isinstance(seen, Measurement) and observed.reaches_back(window):
        verdict, remaining = Verdict.CLEAR, spending.budget.remaining_ratio
        ends_in = budget_ends_in(spending.budget, pace, slo.window, observed.at)
        if remaining <= 0:
            recovered = ReasonCode.BUDGET_ENDED
        if ends_in is not None and ends_in <= forecast.within:
            needed = max(1.0, remaining * (slo.window.nominal / forecast.within))
            telling = significant(seen.evidence, needed, slo.budget_ratio)
            verdict = Verdict.FIRING if telling else Verdict.NOT_SIGNIFICANT
    reason = Reason(
        ReasonCode.BUDGET_ENDS_SOON,
        long=window,
        long_burn_rate=pace,
        remaining_ratio=remaining,
        ends_in=ends_in,
        limit=forecast.within,
    )
    # The end of the budget is no recovery that could be taken back: nothing is waited for.
    held = timedelta(0) if recovered is ReasonCode.BUDGET_ENDED else window / SHORT_FRACTION
    return Signal(forecast.severity, verdict, reason, held, recovered, holds_others=False)
