"""The selectors of one group: those of its template, with the group's label values."""

from dataclasses import replace

from sloguard.model.group import Group
from sloguard.model.slo import EventsIndicator, Indicator, LatencyIndicator
from sloguard.promql.text import quote, with_matchers


def of_group(indicator: Indicator, group: Group) -> Indicator:
    """The indicator of one group; the same where there is none.

    Raises:
        ValueError: the indicator is of a kind that has no groups.
    """
    if not group:
        return indicator
    matchers = ",".join(f"{name}={quote(value)}" for name, value in group)
    match indicator:
        case EventsIndicator(total=total, bad=bad, good=good):
            return EventsIndicator(
                *(tuple(with_matchers(each, matchers) for each in part) for part in (total, bad, good))
            )
        case LatencyIndicator():
            return replace(indicator, matchers=",".join(part for part in (indicator.matchers, matchers) if part))
        case _:
            raise ValueError(f"{type(indicator).__name__} has no groups")
