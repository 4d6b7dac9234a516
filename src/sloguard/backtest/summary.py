"""A policy in numbers: how often it would have called somebody, how soon, how rightly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sloguard.backtest.firing import Firing
from sloguard.backtest.incidents import KnownIncident, Met, calls, delay, is_false, meetings
from sloguard.backtest.run import Lived, Period
from sloguard.model.alert import AlertKind
from sloguard.model.policy import Severity

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one severity. Ratios are None where there is nothing to divide by, or no incident is known."""

    count: int
    per_week: float
    time_firing: timedelta
    """Of all together, until the end of the backtest."""
    false: int | None
    """Those that met no known incident; None if no incidents were given."""
    precision: float | None
    """The share that met a known incident."""


@dataclass(frozen=True, slots=True)
class Summary:
    pages: Tally
    tickets: Tally
    no_data: int
    """Alerts about missing data."""
    met: tuple[Met, ...]
    recall: float | None
    """The share of the known incidents that brought a page."""
    missed: int | None
    """Known incidents without a page."""
    detection: timedelta | None
    """Median time to the page from the known incidents' beginning; from that of the burns if none were given."""
    budget_at_detection: float | None
    """Median share of the budget that the burns had consumed when they paged."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """One policy over a period."""

    period: Period
    lived: tuple[Lived, ...]
    incidents: tuple[KnownIncident, ...] | None
    """None if none were given."""
    summary: Summary

    @property
    def firings(self) -> tuple[Firing, ...]:
        """Of all SLOs, by their start."""
        return ordered(each for lived in self.lived for each in lived.firings)


def ordered(firings: Iterable[Firing]) -> tuple[Firing, ...]:
    return tuple(sorted(firings, key=lambda each: (each.started_at, each.slo_id, each.kind, each.severity.rank)))


def backtest_of(lived: Sequence[Lived], period: Period, incidents: Sequence[KnownIncident] | None) -> Backtest:
    """Put the SLOs' pasts together. Incidents outside of the period are left out."""
    inside = None
    if incidents is not None:
        inside = tuple(each for each in incidents if each.end_at > period.since and each.start_at < period.until)
    firings = ordered(each for one in lived for each in one.firings)
    return Backtest(period, tuple(lived), inside, _summary(firings, period, inside))


def _summary(firings: Sequence[Firing], period: Period, incidents: Sequence[KnownIncident] | None) -> Summary:
    met = meetings(incidents or (), firings)
    paged = [each for each in met if each.page is not None]
    pages = [each for each in calls(firings) if each.severity is Severity.PAGE]
    if incidents is None:
        delays = [found for page in pages if (found := delay(page.detection.onset_at, page)) is not None]
    else:
        delays = [found for each in paged if (found := each.delay) is not None]
    spent = [each.detection.burn_consumed_ratio for each in pages]
    known_spent = [ratio for ratio in spent if ratio is not None]
    return Summary(
        pages=_tally(firings, Severity.PAGE, period, incidents),
        tickets=_tally(firings, Severity.TICKET, period, incidents),
        no_data=sum(each.kind is AlertKind.NO_DATA and each.told for each in firings),
        met=met,
        recall=len(paged) / len(met) if met else None,
        missed=len(met) - len(paged) if incidents is not None else None,
        detection=timedelta(seconds=median(each.total_seconds() for each in delays)) if delays else None,
        budget_at_detection=median(known_spent) if known_spent else None,
    )


def _tally(
    firings: Sequence[Firing], severity: Severity, period: Period, incidents: Sequence[KnownIncident] | None
) -> Tally:
    called = [each for each in calls(firings) if each.severity is severity]
    lasting = [each for each in firings if each.severity is severity and each.kind is AlertKind.OBJECTIVE]
    false = None if incidents is None else sum(is_false(each, incidents) for each in called)
    return Tally(
        count=len(called),
        per_week=len(called) / ((period.until - period.since) / _WEEK),
        time_firing=sum(((each.ended_at or period.until) - each.started_at for each in lasting), timedelta(0)),
        false=false,
        precision=None if false is None or not called else 1 - false / len(called),
    )
