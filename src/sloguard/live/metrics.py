"""Are the metrics of the type that is needed, and do their series have the labels that are named?"""

from collections.abc import Iterator

from sloguard.config.codes import live
from sloguard.config.nodes import Path
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.nearest import listed
from sloguard.live.parts import read_expression, read_selectors, told_apart_by, totals
from sloguard.model.slo import LatencyIndicator, Slo
from sloguard.promql.parse import PromqlError, counter_selector
from sloguard.promql.selectors import selector_parts

_HISTOGRAM_PARTS = ("_bucket", "_count", "_sum")
_COUNTERS = frozenset({"counter", "unknown"})
_HISTOGRAMS = frozenset({"histogram", "summary", "unknown"})


def wrong_type(slo: Slo, facts: Facts) -> Iterator[Finding]:
    needed = "a histogram" if isinstance(slo.indicator, LatencyIndicator) else "a counter"
    for each in read_selectors(slo):
        metric = selector_parts(each.selector).metric
        found = metric_type(metric, facts)
        if not found or found[0] in (_HISTOGRAMS if found[1] else _COUNTERS):
            continue
        yield _finding(each.path, found[0], needed)
    yield from _counter_as_gauge(slo, facts)


def metric_type(metric: str, facts: Facts) -> tuple[str, bool] | None:
    """The type that the metadata tell, and whether the metric is a part of a histogram; None if they don't."""
    own = facts.metric_types.get(metric) or facts.metric_types.get(metric.removesuffix("_total"))
    if own:
        return own, False
    for suffix in _HISTOGRAM_PARTS:
        whole = facts.metric_types.get(metric.removesuffix(suffix)) if metric.endswith(suffix) else None
        if whole:
            return whole, True
    return None


def _counter_as_gauge(slo: Slo, facts: Facts) -> Iterator[Finding]:
    """A threshold on a bare counter, which never falls again."""
    read = read_expression(slo)
    if read is None:
        return
    try:
        metric = selector_parts(counter_selector(read.query)).metric
    except PromqlError:
        return
    found = metric_type(metric, facts)
    if found and found[0] == "counter":
        yield _finding(read.path, "counter", "a gauge")


def _finding(path: Path, found: str, needed: str) -> Finding:
    what = f"the metric is a {found}, and {needed} is needed"
    return Finding(live.METRIC_TYPE, path, what, f"Choose {needed}; if the metadata are wrong, ignore this.")


def missing_labels(slo: Slo, facts: Facts) -> Iterator[Finding]:
    selectors = totals(slo)
    if not any(facts.of(each).series for each in selectors):
        return
    labels = list(told_apart_by(slo))
    there = [label for label, _ in labels if any(facts.labelled_series.get((each, label)) for each in selectors)]
    for label, path in labels:
        if label not in there:
            what = f"no series of the total has the label {label}"
            do = f"Correct its name or remove it{f'; {listed(there)} is there' if there else ''}."
            yield Finding(live.NO_LABEL, path, what, do)
