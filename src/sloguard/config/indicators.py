"""From the file's entries to indicators. A new kind is one entry in the schema and one case here."""

from decimal import Decimal

from sloguard.config.codes import indicators
from sloguard.config.composites import composite
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.indicator import (
    CompositeEntry,
    EventsEntry,
    FreshnessEntry,
    IndicatorEntry,
    LatencyEntry,
    RatioEntry,
    ThresholdEntry,
)
from sloguard.model.duration import format_duration, seconds_text
from sloguard.model.slo import (
    Comparison,
    EventsIndicator,
    Indicator,
    LatencyIndicator,
    RatioIndicator,
    ThresholdIndicator,
)
from sloguard.promql.parse import age_query


def indicator(entry: IndicatorEntry, path: Path, report: Report) -> Indicator | None:
    """The indicator, or None with a problem."""
    given = [name for name in IndicatorEntry.model_fields if getattr(entry, name) is not None]
    if not given and report.has_other_keys(path, IndicatorEntry.model_fields):
        return None
    if len(given) != 1:
        found = " and ".join(given) or "none"
        do = f"Write one of {', '.join(IndicatorEntry.model_fields)}; make a second SLO of another one."
        report.at(indicators.ONE_KIND, path, "indicator needs exactly one kind", do, got=found)
        return None
    return _of_kind(getattr(entry, given[0]), (*path, given[0]), report)


def _of_kind(entry: Entry, kind: Path, report: Report) -> Indicator | None:
    match entry:
        case EventsEntry() as events:
            return _events(events, kind, report)
        case LatencyEntry() as latency:
            return _latency(latency, kind, report)
        case ThresholdEntry() as threshold:
            return _threshold(threshold, kind, report)
        case FreshnessEntry(timestamp=timestamp, below=below):
            return ThresholdIndicator(age_query(timestamp), Comparison.BELOW, Decimal(seconds_text(below)))
        case CompositeEntry() as members:
            return composite(members, kind, report)
        case RatioEntry() as ratio:
            return _ratio(ratio, kind, report)
        case other:
            raise AssertionError(other)


def _events(entry: EventsEntry, path: Path, report: Report) -> EventsIndicator | None:
    if entry.bad is None and entry.good is None and report.has_other_keys(path, EventsEntry.model_fields):
        return None
    if (entry.bad is None) == (entry.good is None):
        found = "neither" if entry.bad is None else "both"
        do = "Keep the one that is easier to name: the other follows from the total."
        report.at(indicators.BAD_OR_GOOD, path, "events needs either bad or good", do, got=found)
        return None
    return EventsIndicator(total=_once(entry.total), bad=_once(entry.bad), good=_once(entry.good))


def _once(selectors: list[str] | None) -> tuple[str, ...]:
    """A selector that stands twice would count its events twice."""
    return tuple(dict.fromkeys(selectors or ()))


def _latency(entry: LatencyEntry, path: Path, report: Report) -> LatencyIndicator | None:
    neighbours = (entry.interpolate[0], entry.interpolate[1]) if entry.interpolate is not None else None
    place = (*path, "interpolate")
    if neighbours is not None and entry.native:
        what = "a native histogram needs no interpolate"
        report.at_key(indicators.NEIGHBOURS, place, what, "Leave out one of the two.")
        return None
    if neighbours is not None and not neighbours[0] < entry.below < neighbours[1]:
        what = f"the bounds of interpolate must lie below and above {format_duration(entry.below)}"
        found = f"{format_duration(neighbours[0])} and {format_duration(neighbours[1])}"
        do = "Leave interpolate out if there is a bucket with just this bound."
        report.at(indicators.NEIGHBOURS, place, what, do, got=found)
        return None
    return LatencyIndicator(entry.histogram, entry.filter, entry.below, neighbours, entry.native)


def _ratio(entry: RatioEntry, path: Path, report: Report) -> RatioIndicator | None:
    if (entry.success is None) != (entry.error is None):
        return RatioIndicator(entry.success or "", entry.error or "")
    if entry.success is None and report.has_other_keys(path, RatioEntry.model_fields):
        return None
    found = "neither" if entry.success is None else "both"
    what = "ratio needs either success or error"
    report.at(indicators.SUCCESS_OR_ERROR, path, what, "Keep the one that is easier to write.", got=found)
    return None


def _threshold(entry: ThresholdEntry, path: Path, report: Report) -> ThresholdIndicator | None:
    bounds = {Comparison.BELOW: entry.below, Comparison.ABOVE: entry.above, Comparison.EQUALS: entry.equals}
    given = [(comparison, value) for comparison, value in bounds.items() if value is not None]
    if not given and report.has_other_keys(path, ThresholdEntry.model_fields):
        return None
    if len(given) != 1:
        found = " and ".join(comparison.value for comparison, _ in given) or "none"
        do = "Keep one; make a second SLO for another bound."
        report.at(indicators.ONE_COMPARISON, path, "threshold needs exactly one of below, above, equals", do, got=found)
        return None
    comparison, value = given[0]
    return ThresholdIndicator(entry.query, comparison, value)
