"""Collects the facts about a configuration. The number of queries grows by one for each fifty selectors."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sloguard.live.asking import Asking, ServerDetails
from sloguard.live.facts import Facts, SelectorFacts
from sloguard.live.parts import buckets_selector, read_expression, read_selectors, told_apart_by, totals
from sloguard.live.scrapes import densest_query, scrape_seconds
from sloguard.model.settings import Configuration
from sloguard.model.slo import LatencyIndicator, Slo
from sloguard.promql.selectors import selector_parts, with_label

_SEEN_WITHIN = "1h"
_NAMES_SINCE = timedelta(days=1)
_MOST_LOOKUPS = 50
"""Label values are asked for so many times at most: enough to learn from, few enough for a busy server."""
_HISTORY_STEP = timedelta(days=1)


def gather(configuration: Configuration, asking: Asking, details: ServerDetails) -> Facts:
    """All that the checks need to know.

    Raises:
        PrometheusError: Prometheus gave no usable answer.
    """
    slos = configuration.slos
    selectors = _selector_facts(_distinct(each.selector for slo in slos for each in read_selectors(slo)), asking)
    expressions = _expression_facts(_distinct(read.query for slo in slos if (read := read_expression(slo))), asking)
    missing = [selector for selector, facts in selectors.items() if not facts.series]
    retention = details.retention()
    return Facts(
        selectors={**selectors, **expressions},
        bounds=_bounds(slos, asking),
        labelled_series=_labelled_series(slos, asking),
        refused=asking.refused,
        metric_names=tuple(details.metric_names(asking.now - _NAMES_SINCE, asking.now)) if missing else (),
        label_values=_label_values(missing, asking, details),
        metric_types=details.metric_types(),
        retention=retention,
        oldest=_oldest(slos, asking) if retention is None else {},
    )


def _distinct(texts: Iterable[str]) -> Sequence[str]:
    return list(dict.fromkeys(texts))


def _selector_facts(selectors: Sequence[str], asking: Asking) -> Mapping[str, SelectorFacts]:
    series = asking.numbers({each: f"count(last_over_time({each}[{_SEEN_WITHIN}]))" for each in selectors})
    # Several metrics by one pattern may have the same labels: then `increase` is refused, and counting is not.
    hours = asking.numbers({each: f"sum(increase({each}[1h]))" for each in series}, remember=False)
    days = asking.numbers({each: f"sum(increase({each}[1d]))" for each in series}, remember=False)
    samples = asking.numbers({each: densest_query(each) for each in series}, remember=False)
    return {
        each: SelectorFacts(
            series=int(series.get(each, 0)),
            hour_events=hours.get(each),
            day_events=days.get(each),
            scrape_seconds=scrape_seconds(samples.get(each)),
        )
        for each in selectors
    }


def _expression_facts(queries: Sequence[str], asking: Asking) -> Mapping[str, SelectorFacts]:
    # A range of an expression costs a subquery; at its last five minutes the plain value looks by itself.
    series = asking.numbers({each: f"count({each})" for each in queries})
    return {each: SelectorFacts(series=int(series.get(each, 0))) for each in queries}


def _bounds(slos: Sequence[Slo], asking: Asking) -> Mapping[str, tuple[str, ...]]:
    histograms = (slo.indicator for slo in slos if isinstance(slo.indicator, LatencyIndicator))
    selectors = _distinct(buckets_selector(each) for each in histograms)
    rows = asking.rows({each: f"group by (le) (last_over_time({each}[{_SEEN_WITHIN}]))" for each in selectors})
    found: dict[str, list[str]] = {}
    for selector, sample in rows:
        found.setdefault(selector, []).append(sample.labels.get("le", ""))
    return {selector: tuple(bounds) for selector, bounds in found.items()}


def _labelled_series(slos: Sequence[Slo], asking: Asking) -> Mapping[tuple[str, str], int]:
    wanted = dict.fromkeys(
        (selector, label) for slo in slos for label, _ in told_apart_by(slo) for selector in totals(slo)
    )
    asked = {with_label(selector, label): (selector, label) for selector, label in wanted}
    counts = asking.numbers({text: f"count(last_over_time({text}[{_SEEN_WITHIN}]))" for text in asked})
    return {pair: int(counts.get(text, 0)) for text, pair in asked.items()}


def _label_values(
    missing: Iterable[str], asking: Asking, details: ServerDetails
) -> Mapping[tuple[str, str], tuple[str, ...]]:
    wanted: dict[tuple[str, str], None] = {}
    for selector in missing:
        parts = selector_parts(selector)
        wanted |= dict.fromkeys((parts.metric, matcher.label) for matcher in parts.matchers if parts.metric)
    since = asking.now - _NAMES_SINCE
    return {
        (metric, label): tuple(details.label_values(label, metric, since, asking.now))
        for metric, label in list(wanted)[:_MOST_LOOKUPS]
    }


def _oldest(slos: Sequence[Slo], asking: Asking) -> Mapping[str, timedelta]:
    """For the first SLO of each window, how far back its total goes: one range query each, a point a day."""
    oldest: dict[str, timedelta] = {}
    for slo in {slo.window.nominal: slo for slo in reversed(slos) if totals(slo)}.values():
        selector = totals(slo)[0]
        start = asking.now - slo.window.nominal
        query = f"count(last_over_time({selector}[1d]))"
        found = asking.source.query_range(query, start, asking.now, _HISTORY_STEP)
        points = [at for series in found for at, _ in series.points]
        if points:
            oldest[selector] = timedelta(seconds=asking.now.timestamp() - min(points))
    return oldest
