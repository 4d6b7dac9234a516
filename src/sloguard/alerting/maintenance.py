"""When a planned maintenance is under way. Repetitions are counted in local wall time, as its author thinks of them."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from sloguard.model.maintenance import Maintenance

_DAY = timedelta(days=1)


def end_of_maintenance(window: Maintenance, now: datetime) -> datetime | None:
    """When the maintenance that is under way ends; the last one's end if several overlap. None if there is none."""
    spans = _spans(window, now.astimezone(UTC).date())
    return max((end for start, end in spans if start <= now < end), default=None)


# An evaluation asks twice a minute, and a rule is walked through from its beginning: the answer serves for a day.
@lru_cache(maxsize=1_000)
def _spans(window: Maintenance, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """Start and end of all that may touch a day of UTC."""
    midnight = datetime.combine(day, time())
    starts = _starts(window, midnight - window.duration - _DAY, midnight + 2 * _DAY)
    zone = ZoneInfo(window.zone)
    # A time that the clocks skip is read by the offset before: 02:30 becomes 03:30.
    instants = (start.replace(tzinfo=zone).astimezone(UTC) for start in starts)
    return tuple((start, start + window.duration) for start in instants)


def _starts(window: Maintenance, since: datetime, until: datetime) -> list[datetime]:
    if not window.rrule:
        return [window.starts_at] if since <= window.starts_at <= until else []
    return recurrence(window.rrule, window.starts_at, until).between(since, until, inc=True)


def recurrence(text: str, starts_at: datetime, until: datetime) -> rrule:
    """The rule, ended at a local time: a rule that never comes would be looked through for thousands of years.

    Raises:
        ValueError: it is no recurrence rule.
    """
    rule = rrulestr(text, dtstart=starts_at)
    if not isinstance(rule, rrule):
        raise ValueError("more than one rule")  # noqa: TRY004 - it is the text that is wrong
    ends_at = rule._until  # type: ignore[attr-defined] # noqa: SLF001 - it has no other way of telling
    return rule.replace(until=until if ends_at is None else min(ends_at, until))
