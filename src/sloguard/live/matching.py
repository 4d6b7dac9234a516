"""Does each selector match series? If not: which part of it is to blame, and what exists instead."""

from collections.abc import Iterator

from sloguard.config.codes import live
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.nearest import listed, nearest
from sloguard.live.parts import Role, read_expression, read_selectors
from sloguard.model.slo import LatencyIndicator, Slo
from sloguard.promql.selectors import Matcher, SelectorParts, selector_parts

_MOST_VALUES = 5
_BUCKET = "_bucket"


def unmatched(slo: Slo, facts: Facts) -> Iterator[Finding]:
    for each in read_selectors(slo):
        if facts.of(each.selector).series or each.selector in facts.refused:
            continue
        why, do = _blame(slo, selector_parts(each.selector), facts)
        if each.role is Role.BAD:
            what = "no series matches the bad events; that is well only if nothing has failed yet"
            yield Finding(live.NO_BAD_SERIES, each.path, what, do, why)
        else:
            what = f"no series has matched the {_word(slo, each.role)} for an hour"
            yield Finding(live.NO_SERIES, each.path, what, do, why)


def unmatched_expression(slo: Slo, facts: Facts) -> Iterator[Finding]:
    read = read_expression(slo)
    if read and not facts.of(read.query).series and read.query not in facts.refused:
        what, do = "the query has no value now", "Try it in Prometheus' own page, or start what exports it."
        yield Finding(live.NO_SERIES, read.path, what, do)


def refused(slo: Slo, facts: Facts) -> Iterator[Finding]:
    read = read_expression(slo)
    if read and read.query in facts.refused:
        what, do = "Prometheus refuses this expression", "Try it in Prometheus' own page."
        yield Finding(live.REFUSED, read.path, what, do, _reason(facts.refused[read.query]))
    for each in read_selectors(slo):
        if each.selector in facts.refused:
            what, do = "Prometheus refuses this selector", "Try it in Prometheus' own page."
            yield Finding(live.REFUSED, each.path, what, do, _reason(facts.refused[each.selector]))


def _reason(words: str) -> str:
    """Prometheus' own reason, without what we wrapped around it; it may quote label sets, never the expression."""
    return words.rpartition("failed: ")[2].partition(";")[0]


def _word(slo: Slo, role: Role) -> str:
    return "histogram" if isinstance(slo.indicator, LatencyIndicator) else f"{role.value} events"


def _blame(slo: Slo, parts: SelectorParts, facts: Facts) -> tuple[str, str]:
    """Why nothing matches, and what to do."""
    if not parts.metric:
        return "", "Name the metric, and compare the labels with those in Prometheus."
    if parts.metric not in facts.metric_names:
        return "there is no such metric", _other_metric(slo, parts.metric, facts.metric_names)
    for matcher in parts.matchers:
        values = facts.label_values.get((parts.metric, matcher.label))
        if values is not None and not any(matcher.accepts(value) for value in values or ("",)):
            return _blame_label(matcher, values)
    return "each matcher alone fits some series, together they fit none", "Compare the labels with those in Prometheus."


def _other_metric(slo: Slo, metric: str, names: tuple[str, ...]) -> str:
    if isinstance(slo.indicator, LatencyIndicator):
        metric = slo.indicator.histogram
        names = tuple(name.removesuffix(_BUCKET) for name in names if name.endswith(_BUCKET))
    similar = nearest(metric, names)
    return f"Did you mean {listed(similar)}?" if similar else "Start what exports it, or correct the name."


def _blame_label(matcher: Matcher, values: tuple[str, ...]) -> tuple[str, str]:
    if not values:
        return f"the metric has no label {matcher.label}", "Correct the label's name, or remove the matcher."
    similar = nearest(matcher.value, values)
    if similar:
        return f"the label {matcher.label} has no such value", f"Did you mean {listed(similar)}?"
    some = ", ".join(values[:_MOST_VALUES]) + (", …" if len(values) > _MOST_VALUES else "")
    return f"the label {matcher.label} has no such value", f"There are: {some}."
