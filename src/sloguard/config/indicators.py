"""From the file's entries to indicators. A new kind is one entry in the schema and one case here."""

from sloguard.config.codes import indicators
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.indicator import EventsEntry, IndicatorEntry, ThresholdEntry
from sloguard.model.slo import Comparison, EventsIndicator, Indicator, LatencyIndicator, ThresholdIndicator


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
    if entry.events is not None:
        return _events(entry.events, (*path, "events"), report)
    if entry.latency is not None:
        latency = entry.latency
        return LatencyIndicator(latency.histogram, latency.filter, latency.below)
    assert entry.threshold is not None
    return _threshold(entry.threshold, (*path, "threshold"), report)


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
