"""An SLO's error budget day by day: what was spent in each, and what was left at its end."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sloguard.evaluation.budget import error_budget
from sloguard.evaluation.measure import Observed
from sloguard.evaluation.windows import Span, span
from sloguard.model.daily import BudgetDay, BudgetHistory
from sloguard.model.measurement import Measurement, NoData
from sloguard.model.slo import Slo
from sloguard.model.window import CalendarWindow

_DAY = timedelta(days=1)


def zone_of(slo: Slo) -> str:
    """Where its days begin: in the zone of a calendar window, else in UTC."""
    return slo.window.zone if isinstance(slo.window, CalendarWindow) else "UTC"


def days(since: datetime, until: datetime, zone: str) -> Iterator[Span]:
    """The days from that of an instant on, whole, up to another one. Daylight saving makes some of 23 or 25 hours."""
    local = ZoneInfo(zone)
    start = _midnight(since.astimezone(local).date(), local)
    while start < until:
        midnight = _midnight(start.astimezone(local).date() + _DAY, local)
        yield Span(start, min(midnight, until))
        start = midnight


def budget_history(
    slo: Slo, observed_at: Callable[[datetime], Observed], since: datetime, until: datetime
) -> BudgetHistory:
    """The days from that of `since` on, up to `until`.

    Args:
        slo: whose budget it is.
        observed_at: what was known of it at an instant; as far back as a window before the first day.
        since: in the first day.
        until: now, or an earlier end.
    """
    zone = zone_of(slo)
    length = observed_at(until).slice_length

    def day(each: Span) -> BudgetDay:
        # A slice that holds a midnight belongs to the day that it ends in: so no event is in two days.
        return _day(slo, observed_at(_floor(each.end_at, length)), each, _floor(each.start_at, length), ZoneInfo(zone))

    return BudgetHistory(slo, zone, tuple(day(each) for each in days(since, until, zone)))


def _day(slo: Slo, observed: Observed, day: Span, first_slice_at: datetime, zone: ZoneInfo) -> BudgetDay:
    seen = observed.since(first_slice_at)
    window_start_at = _window_start(slo, day, observed.at)
    window = observed.since(window_start_at)
    budget = error_budget(window.counts, slo.budget_ratio) if isinstance(window, Measurement) else None
    allowed = _allowed(slo, window, _expected_ratio(observed, window_start_at, observed.at))
    known = seen if isinstance(seen, Measurement) else None
    return BudgetDay(
        day=day.start_at.astimezone(zone).date(),
        start_at=day.start_at,
        end_at=day.end_at,
        over=_is_midnight(day.end_at, zone),
        counts=known.counts if known else None,
        spent_ratio=known.counts.bad / allowed if known and allowed else (0.0 if known and budget else None),
        remaining_ratio=budget.remaining_ratio if budget else None,
        coverage_ratio=seen.coverage_ratio * _expected_ratio(observed, first_slice_at, observed.at),
        first_seen_at=_within(day, observed.first_seen),
        approximate=known is not None and (known.approximate or slo.approximate),
        adjusted=bool(observed.adjustments.within(day.start_at, day.end_at)),
        no_data=seen.reason if isinstance(seen, NoData) else None,
    )


def _allowed(slo: Slo, window: Measurement | NoData, expected_ratio: float) -> float:
    """So many bad events are the window's budget, if the time before the first sample was like the time since."""
    if isinstance(window, NoData) or not expected_ratio:
        return 0.0
    return float(slo.budget_ratio) * window.counts.total / expected_ratio


def _expected_ratio(observed: Observed, start_at: datetime, end_at: datetime) -> float:
    """The part of a time that could be seen, since the first sample, 0..1; all of one that is excluded as a whole."""
    start, end = start_at.timestamp(), end_at.timestamp()
    kept = observed.adjustments.kept_seconds(start, end)
    first = observed.first_seen
    if not kept or first is None:
        return 1.0
    return observed.adjustments.kept_seconds(max(start, first), end) / kept


def _within(day: Span, first_seen: int | None) -> datetime | None:
    """The first sample, if it was seen after the day had begun."""
    if first_seen is None or not day.start_at.timestamp() < first_seen < day.end_at.timestamp():
        return None
    return datetime.fromtimestamp(first_seen, UTC)


def _window_start(slo: Slo, day: Span, at: datetime) -> datetime:
    """A period that ends with the day is still the day's own."""
    if isinstance(slo.window, CalendarWindow):
        return span(slo.window, day.start_at).start_at
    return span(slo.window, at).start_at


def _floor(at: datetime, length: timedelta) -> datetime:
    seconds = length.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where the clocks skip it, the first instant of the day."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    return at == _midnight(at.astimezone(zone).date(), zone)
