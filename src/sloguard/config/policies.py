"""From the file's alerting entries to the policy of each SLO."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sloguard.config.codes import alerting
from sloguard.config.nodes import Path
from sloguard.config.promise import Promise
from sloguard.config.report import Report
from sloguard.config.schema.alerting import AlertingEntry, TierEntry
from sloguard.config.signals import STANDARD_SIGNALS, SignalReader, Signals
from sloguard.evaluation.tiers import nearest_reachable_factor, reachable, standard_tiers
from sloguard.model.duration import format_duration
from sloguard.model.policy import AlertPolicy, BudgetThreshold, Severity, Tier
from sloguard.promql.text import decimal_text


@dataclass(frozen=True, slots=True)
class Policy:
    """An alerting policy as declared. Without tiers it has the standard ones.

    Attributes:
        path: where its tiers are declared.
        declared: each tier with its place in the list.
        signals: its other parts.
    """

    path: Path = ()
    declared: tuple[tuple[int, Tier], ...] = ()
    signals: Signals = STANDARD_SIGNALS


STANDARD = Policy()


@dataclass(frozen=True, slots=True)
class PolicyReader:
    report: Report
    slice_length: timedelta

    def policy(self, entry: AlertingEntry | None, path: Path, outer: Policy) -> Policy:
        """The policy declared at a place, checked by itself; what it does not say is as in the outer one."""
        if entry is None:
            return outer
        if entry.is_standard:
            return STANDARD
        signals = self._signals.signals(entry, path).over(outer.signals)
        if entry.tiers is None:
            return replace(outer, signals=signals)
        declared: list[tuple[int, Tier]] = []
        for index, tier_entry in enumerate(entry.tiers):
            tier = Tier(Severity(tier_entry.severity), tier_entry.long, tier_entry.short, tier_entry.factor)
            place = (*path, "tiers", index)
            if not self._check_windows(tier_entry, place):
                continue
            if any(_same(tier, other) for _, other in declared):
                what = "a tier of this severity and these windows is already there"
                self.report.at(alerting.TIER_TWICE, place, what, "Remove one of them.", got="")
            else:
                declared.append((index, tier))
        return Policy(path, tuple(declared), signals)

    def resolved(self, policy: Policy, promise: Promise) -> AlertPolicy:
        """The policy for one SLO. What cannot work there is reported."""
        signals = policy.signals
        self._signals.check_fit(signals, promise)
        return AlertPolicy(
            tiers=self._tiers(policy, promise),
            success_rate=signals.success_rate.value if signals.success_rate else (),
            budget=_lowest_first(signals.budget.value if signals.budget else ()),
            forecast=signals.forecast.value if signals.forecast else None,
            no_data=signals.no_data.value if signals.no_data else None,
        )

    @property
    def _signals(self) -> SignalReader:
        return SignalReader(self.report, self.slice_length)

    def _tiers(self, policy: Policy, promise: Promise) -> tuple[Tier, ...]:
        """The policy's tiers for one SLO, most severe first. What cannot work there is reported."""
        if not policy.declared:
            return self._standard(promise)
        for index, tier in policy.declared:
            self._check_fit(policy, index, tier, promise)
            self._check_timeslices(policy, index, tier, promise)
        return _ordered(tuple(tier for _, tier in policy.declared))

    def _check_windows(self, entry: TierEntry, path: Path) -> bool:
        short, long, slice_length = entry.short, entry.long, self.slice_length
        two = format_duration(2 * slice_length)
        if short < 2 * slice_length:
            do = f"Use at least {two}, or a shorter evaluation.slice."
            self._report_windows((*path, "short"), f"short must be at least two slices, {two}", do)
        elif long <= short:
            do = f"Use a long window such as {format_duration(12 * short)}, twelve times the short one."
            self._report_windows((*path, "long"), f"long must be longer than short, {format_duration(short)}", do)
        elif short % slice_length or long % slice_length:
            name = "short" if short % slice_length else "long"
            do = "Use a multiple of it."
            what = f"{name} must be a whole number of slices of {format_duration(slice_length)}"
            self._report_windows((*path, name), what, do)
        else:
            return True
        return False

    def _report_windows(self, path: Path, what: str, do: str) -> None:
        self.report.at(alerting.TIER_WINDOWS, path, what, do)

    def _check_fit(self, policy: Policy, index: int, tier: Tier, promise: Promise) -> None:
        is_own = policy.path[: len(promise.path)] == promise.path
        place = (*policy.path, "tiers", index)
        if tier.long > promise.window:
            window = format_duration(promise.window)
            path = (*place, "long") if is_own else promise.path
            what = f"the tier's long window, {format_duration(tier.long)}, is longer than the SLO's, {window}"
            do = f"Use at most {window}, or give {promise.id} tiers of its own."
            self.report.at(alerting.TIER_WINDOWS, path, what, do, got="")
        if reachable(tier.factor, promise.budget_ratio):
            return
        product = decimal_text(tier.factor * promise.budget_ratio)
        factor, budget = decimal_text(tier.factor), decimal_text(promise.budget_ratio)
        path = (*place, "factor") if is_own else (*promise.path, "objective")
        what = f"the tier {tier.severity.value} over {format_duration(tier.long)} can never fire for {promise.id}"
        why = f"it needs an error ratio above {factor} × (1 − objective) = {factor} × {budget} = {product}"
        nearest = decimal_text(nearest_reachable_factor(promise.budget_ratio))
        do = f"The nearest factor that can is {nearest}, which fires when more than 80 % of the events are bad."
        self.report.at(alerting.UNREACHABLE, path, what, do, why=why, got=f"factor {factor}")

    def _check_timeslices(self, policy: Policy, index: int, tier: Tier, promise: Promise) -> None:
        length = promise.timeslice
        if length is None or (tier.short >= 2 * length and not tier.short % length and not tier.long % length):
            return
        is_own = policy.path[: len(promise.path)] == promise.path
        path = (*policy.path, "tiers", index, "short") if is_own else promise.path
        which = f"{tier.severity.value} over {format_duration(tier.long)}"
        what = f"the tier {which} does not fit the timeslices of {promise.id}"
        why = f"both windows must be whole numbers of {format_duration(length)}, the short one at least two"
        do = "Use other windows, or shorter timeslices."
        self.report.at(alerting.TIER_WINDOWS, path, what, do, why=why, got=f"short {format_duration(tier.short)}")

    def _standard(self, promise: Promise) -> tuple[Tier, ...]:
        tiers = standard_tiers(promise.budget_ratio, promise.window, promise.timeslice or self.slice_length)
        windows = {(tier.long, tier.short) for tier in tiers}
        if len(windows) < len(tiers) or any(tier.short >= tier.long for tier in tiers):
            path = (*promise.path, "window") if self.report.has((*promise.path, "window")) else promise.path
            what = f"{promise.id}'s window of {format_duration(promise.window)} is too short for the standard tiers"
            do = "Use a longer window, a shorter evaluation.slice, or own tiers."
            self.report.at(alerting.WINDOW_TOO_SHORT, path, what, do, got="")
        replaced = [tier for tier in tiers if tier.declared_factor is not None]
        if replaced:
            self._note_replaced(replaced, promise)
        return _ordered(tiers)

    def _note_replaced(self, replaced: list[Tier], promise: Promise) -> None:
        budget = decimal_text(promise.budget_ratio)
        highest = decimal_text(round(1 / promise.budget_ratio, 2))
        factors = " and ".join(decimal_text(tier.declared_factor) for tier in replaced if tier.declared_factor)
        windows = " and ".join(format_duration(tier.long) for tier in replaced)
        what = (
            f"the standard tier over {windows} uses the factor {decimal_text(replaced[0].factor)} instead of {factors}"
        )
        why = f"even with every event bad, the burn rate is only 1 / {budget} = {highest}"
        do = "It fires when more than 80 % of the events are bad; declare own tiers to choose otherwise."
        path = (*promise.path, "objective")
        self.report.at(alerting.FACTOR_REPLACED, path, what, do, why=why, got="")


def _lowest_first(thresholds: tuple[BudgetThreshold, ...]) -> tuple[BudgetThreshold, ...]:
    return tuple(sorted(thresholds, key=lambda threshold: (-threshold.severity.rank, threshold.remaining_ratio)))


def _same(one: Tier, other: Tier) -> bool:
    return (one.severity, one.long, one.short) == (other.severity, other.long, other.short)


def _ordered(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
    return tuple(sorted(tiers, key=lambda tier: (-tier.severity.rank, tier.long, tier.short)))
