"""From the file's alerting entries to what raises an alert beside burn rates."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from sloguard.config.codes import alerting
from sloguard.config.nodes import Path
from sloguard.config.promise import Promise
from sloguard.config.report import Report
from sloguard.config.schema.alerting import (
    NO_FORECAST,
    NO_NO_DATA,
    AlertingEntry,
    BudgetEntry,
    ForecastEntry,
    NoDataEntry,
    SuccessRateEntry,
)
from sloguard.evaluation.measure import STALE_AFTER
from sloguard.evaluation.signals import BUDGET_HYSTERESIS_RATIO, SHORTEST_PACE
from sloguard.model.duration import format_duration
from sloguard.model.policy import BudgetThreshold, Forecast, NoDataPolicy, Severity, SuccessRateTier
from sloguard.promql.text import decimal_text

_SUCCESS_WINDOW = timedelta(hours=1)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A part of a policy, and where it is declared."""

    value: T
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Signals:
    """The parts of a policy beside its burn-rate tiers; None where they are not said here."""

    success_rate: Said[tuple[SuccessRateTier, ...]] | None = None
    budget: Said[tuple[BudgetThreshold, ...]] | None = None
    forecast: Said[Forecast | None] | None = None
    no_data: Said[NoDataPolicy | None] | None = None

    def over(self, outer: "Signals") -> "Signals":
        """Own parts, and for the others the outer ones."""
        return Signals(*(getattr(self, part.name) or getattr(outer, part.name) for part in fields(self)))


STANDARD_SIGNALS = Signals(Said(()), Said(()), Said(None), Said(NoDataPolicy(Severity.TICKET)))


@dataclass(frozen=True, slots=True)
class SignalReader:
    report: Report
    slice_length: timedelta

    def signals(self, entry: AlertingEntry, path: Path) -> Signals:
        """The parts declared at a place, checked by themselves."""
        success, budget = (*path, "success_rate"), (*path, "budget")
        rates = None if entry.success_rate is None else Said(tuple(self._rates(entry.success_rate, success)), success)
        limits = None if entry.budget is None else Said(tuple(self._limits(entry.budget, budget)), budget)
        return Signals(
            rates,
            limits,
            self._forecast(entry.forecast, (*path, "forecast")),
            self._no_data(entry.no_data, (*path, "no_data")),
        )

    def check_fit(self, signals: Signals, promise: Promise) -> None:
        """Report what cannot work for one SLO."""
        if signals.success_rate is not None:
            for index, tier in enumerate(signals.success_rate.value):
                self._check_rate(tier, (*signals.success_rate.path, index, "window"), promise)
        window = format_duration(promise.window)
        forecast = signals.forecast.value if signals.forecast else None
        if signals.forecast and forecast and forecast.within >= promise.window:
            what = f"the forecast would alert {promise.id} at every burn rate above 1"
            why = f"at a burn rate of 1 a whole budget lasts {window}"
            do = f"Use less than {window}, such as {format_duration(_tenth(promise.window))}."
            path = promise.place((*signals.forecast.path, "within"))
            self.report.at(alerting.FORECAST, path, what, do, why=why, got=f"within {format_duration(forecast.within)}")
        no_data = signals.no_data.value if signals.no_data else None
        if signals.no_data and no_data and no_data.after and no_data.after > promise.window:
            what = f"the no-data alert of {promise.id} would come after the end of its window, {window}"
            got = f"after {format_duration(no_data.after)}"
            path = promise.place((*signals.no_data.path, "after"))
            self.report.at(alerting.SILENCE, path, what, f"Use at most {window}.", got=got)

    def _rates(self, entries: list[SuccessRateEntry], path: Path) -> Iterator[SuccessRateTier]:
        seen: set[tuple[Decimal, timedelta]] = set()
        for index, entry in enumerate(entries):
            window = entry.window or _SUCCESS_WINDOW
            place = (*path, index)
            slices = format_duration(self.slice_length)
            if not entry.drop:
                what, do = "drop must be above 0", "Use a drop such as 5%."
                self.report.at(alerting.DROP, (*place, "drop"), what, do)
            elif window < 2 * self.slice_length or window % self.slice_length:
                what = f"window must be a whole number of slices of {slices}, at least two"
                self.report.at(alerting.DROP, (*place, "window"), what, "Use a window such as 1h.")
            elif (entry.drop, window) in seen:
                self._report_twice(place, "a success-rate tier of this drop and window")
            else:
                seen.add((entry.drop, window))
                yield SuccessRateTier(Severity(entry.severity), entry.drop, window)

    def _limits(self, entries: list[BudgetEntry], path: Path) -> Iterator[BudgetThreshold]:
        seen: set[Decimal] = set()
        for index, entry in enumerate(entries):
            place = (*path, index)
            over = entry.remaining + BUDGET_HYSTERESIS_RATIO
            if over >= 1:
                what = "the threshold could never be over"
                sum_words = f"{_percent(entry.remaining)} + {_percent(BUDGET_HYSTERESIS_RATIO)} = {_percent(over)}"
                why = f"more than {sum_words} of the budget would have to be left"
                do = f"The nearest that can is below {_percent(1 - BUDGET_HYSTERESIS_RATIO)}: 94%."
                self.report.at(alerting.BUDGET_THRESHOLD, (*place, "remaining"), what, do, why=why)
            elif entry.remaining in seen:
                self._report_twice(place, "this threshold")
            else:
                seen.add(entry.remaining)
                yield BudgetThreshold(Severity(entry.severity), entry.remaining)

    def _forecast(self, entry: ForecastEntry | None, path: Path) -> Said[Forecast | None] | None:
        if entry is None:
            return None
        if entry is NO_FORECAST:
            return Said(None, path)
        if entry.within < SHORTEST_PACE:
            what = f"within must be at least {format_duration(SHORTEST_PACE)}, by which the pace is measured"
            self.report.at(alerting.FORECAST, (*path, "within"), what, "Use a time such as 3d.")
            return Said(None, path)
        return Said(Forecast(Severity(entry.severity), entry.within), path)

    def _no_data(self, entry: NoDataEntry | None, path: Path) -> Said[NoDataPolicy | None] | None:
        if entry is None:
            return None
        if entry is NO_NO_DATA:
            return Said(None, path)
        least = max(STALE_AFTER, 2 * self.slice_length)
        if entry.after is not None and entry.after < least:
            what = f"after must be at least {format_duration(least)}"
            why = "Prometheus shows a series for so long after its last sample"
            self.report.at(alerting.SILENCE, (*path, "after"), what, f"Use {format_duration(least)}.", why=why)
            return Said(None, path)
        return Said(NoDataPolicy(Severity(entry.severity), entry.after), path)

    def _check_rate(self, tier: SuccessRateTier, path: Path, promise: Promise) -> None:
        length = promise.timeslice
        if tier.window > promise.window:
            window = format_duration(promise.window)
            what = f"the window of the success rate is longer than that of {promise.id}, {window}"
            do = f"Use at most {window}."
        elif length is not None and (tier.window < 2 * length or tier.window % length):
            what = f"the window of the success rate does not fit the timeslices of {promise.id}"
            do = f"Use a whole number of {format_duration(length)}, at least two."
        else:
            return
        self.report.at(alerting.DROP, promise.place(path), what, do, got=f"window {format_duration(tier.window)}")

    def _report_twice(self, path: Path, what: str) -> None:
        self.report.at(alerting.SIGNAL_TWICE, path, f"{what} is already there", "Remove one of them.", got="")


def _tenth(window: timedelta) -> timedelta:
    """In whole hours: the shortest forecast is one."""
    return max(SHORTEST_PACE, window / 10 // SHORTEST_PACE * SHORTEST_PACE)


def _percent(ratio: Decimal) -> str:
    return f"{decimal_text(ratio * 100)} %"
