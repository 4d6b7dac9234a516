"""The panels of one SLO: whether it meets its objective, how fast it spends its budget, and on what."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sloguard.dashboards import courses, queries, slo_summary
from sloguard.dashboards.group_details import group_panels
from sloguard.dashboards.indicators import bad_by_label, latency_quantile, measured_value, value_unit, varied_labels
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    RATE_UNIT,
    RATIO_UNIT,
    SECONDS_UNIT,
    Frame,
    Panel,
    Query,
    Step,
    colored,
    dashed,
    time_series,
)
from sloguard.dashboards.prose import markdown, plain
from sloguard.evaluation.tiers import tier_windows
from sloguard.model.composite import CompositeIndicator
from sloguard.model.policy import Severity
from sloguard.model.slo import Comparison, LatencyIndicator, Slo, ThresholdIndicator
from sloguard.presentation import words
from sloguard.promql import names
from sloguard.promql.terms import CounterTerms, counting_terms

_Position = tuple[int, int, int, int]
_Builder = Callable[[Slo, _Position], Panel]

_WIDTH = 8
_HEIGHT = 8
_COLUMNS = 3
_TIMELINE_HEIGHT = 4
_AHEAD = timedelta(days=1)
_QUANTILES = (("0.5", "p50 (half are faster)"), ("0.95", "p95"), ("0.99", "p99"))
_TIER_COLORS = ((Severity.INFO, "blue"), (Severity.TICKET, "orange"), (Severity.PAGE, "red"))


def slo_panels(slo: Slo, slice_length: timedelta, top: int) -> Sequence[Panel]:
    """Lines of panels, beginning at this height of the grid: four numbers, courses, and when it alerted."""
    if slo.is_template:
        return group_panels(slo, top)
    courses_top = top + slo_summary.HEIGHT
    builders = _builders(slo, slice_length)
    end = courses_top + -(-len(builders) // _COLUMNS) * _HEIGHT
    return [
        *slo_summary.summary_panels(slo, top),
        *(build(slo, _position(number, courses_top)) for number, build in enumerate(builders)),
        courses.alerts(queries.slo_scope(slo), f"{{{{{names.LABEL_NAME}}}}}", end, _TIMELINE_HEIGHT),
    ]


def _builders(slo: Slo, slice_length: timedelta) -> Sequence[_Builder]:
    builders: list[_Builder] = [_success, _budget, _burn_rates]
    if not isinstance(slo.indicator, CompositeIndicator):
        builders.append(partial(_events, slice_length))
    match slo.indicator:
        case LatencyIndicator() as indicator:
            builders.append(partial(_latency, indicator))
        case ThresholdIndicator() as indicator:
            builders.append(partial(_value, indicator))
    match counting_terms(slo.indicator):
        case CounterTerms() as terms if labels := slo.breakdown_by or varied_labels(terms):
            builders.append(partial(_breakdown, terms, labels))
    return builders


def _position(number: int, top: int) -> _Position:
    line, column = divmod(number, _COLUMNS)
    return column * _WIDTH, top + line * _HEIGHT, _WIDTH, _HEIGHT


def _success(slo: Slo, position: _Position) -> Panel:
    scope = queries.slo_scope(slo)
    over_window = f"Over {words.window(slo.window)}"
    description = f"{markdown(slo.description)} Share of good events among all. Below the dashed line it falls short."
    if slo.approximate:
        description += " It is approximate: the events are estimated."
    return time_series(
        Frame("Success ratio against the objective", description.strip(), position),
        [
            Query(queries.success_ratio(scope), over_window),
            Query(queries.hourly_success_ratio(scope), "Over the last hour"),
            Query(queries.objective(scope), "Objective"),
        ],
        RATIO_UNIT,
        options={"overrides": [dashed("Objective", "red")], "lineWidth": 2},
    )


def _budget(slo: Slo, position: _Position) -> Panel:
    description = (
        f"{words.percent(slo.budget_ratio)} of the events of {words.window(slo.window)} may be bad. This share of "
        "them is still to be had. Below zero the objective is missed. The dashed line is the forecast: what would be "
        "left a day later if the pace of that hour went on."
    )
    scope, forecast = queries.slo_scope(slo), "A day later, at this pace"
    return time_series(
        Frame("Error budget left, and its forecast", description, position),
        [
            Query(queries.budget_remaining(scope), "Budget left"),
            Query(queries.budget_forecast(scope, slo.window.nominal, _AHEAD), forecast),
        ],
        RATIO_UNIT,
        BUDGET_STEPS,
        {"fillOpacity": 10, "overrides": [dashed(forecast)]},
    )


def _burn_rates(slo: Slo, position: _Position) -> Panel:
    scope = queries.slo_scope(slo)
    description = (
        "How many times faster than allowed the budget is being spent. An alert needs a long window and its short one "
        "above the factor: " + ", ".join(_tier_words(slo)) + "."
    )
    return time_series(
        Frame("Burn rate by window", description, position),
        [Query(queries.burn_rate(scope, window), words.duration(window)) for window in tier_windows(slo.tiers)],
        BURN_UNIT,
        _burn_steps(slo),
        {"axisSoftMin": 0},
    )


def _tier_words(slo: Slo) -> Sequence[str]:
    return [
        f"{tier.severity.value} above {words.rate(float(tier.factor))} over {words.duration(tier.long)} and "
        f"{words.duration(tier.short)}"
        for tier in slo.tiers
    ]


def _burn_steps(slo: Slo) -> Sequence[Step]:
    """A line at the lowest factor of each severity."""
    lowest = {
        severity: min((tier.factor for tier in slo.tiers if tier.severity is severity), default=None)
        for severity, _ in _TIER_COLORS
    }
    steps = [Step(color, float(factor)) for severity, color in _TIER_COLORS if (factor := lowest[severity])]
    return [Step("green"), *sorted(steps, key=lambda step: step.value or 0)]


def _events(slice_length: timedelta, slo: Slo, position: _Position) -> Panel:
    total, bad = queries.events_rate(slo, slice_length), queries.bad_events_rate(slo, slice_length)
    return time_series(
        Frame("Good and bad events", "Events per second, as the rules count them.", position),
        [Query(f"clamp_min({total} - {bad}, 0)", "good"), Query(bad, "bad")],
        RATE_UNIT,
        options={
            "overrides": [colored("good", "green"), colored("bad", "red")],
            "stacking": {"mode": "normal", "group": "A"},
            "fillOpacity": 30,
            "axisSoftMin": 0,
        },
    )


def _latency(indicator: LatencyIndicator, _slo: Slo, position: _Position) -> Panel:
    limit = indicator.below.total_seconds()
    description = (
        f"The time within which half, 95 % and 99 % of the events end. Good ones take at most {limit:g} s (the line)."
    )
    return time_series(
        Frame("Latency percentiles", description, position),
        [Query(latency_quantile(indicator, quantile), legend) for quantile, legend in _QUANTILES],
        SECONDS_UNIT,
        (Step("green"), Step("red", limit)),
        {"axisSoftMin": 0},
    )


def _value(indicator: ThresholdIndicator, _slo: Slo, position: _Position) -> Panel:
    limit = float(indicator.value)
    colors = ("red", "green") if indicator.comparison is Comparison.ABOVE else ("green", "red")
    description = f"What is compared: good while {indicator.comparison.value} the line."
    return time_series(
        Frame("Measured value and its limit", description, position),
        [Query(measured_value(indicator), "Measured")],
        value_unit(indicator),
        (Step(colors[0]), Step(colors[1], limit)),
    )


def _breakdown(terms: CounterTerms, labels: Sequence[str], _slo: Slo, position: _Position) -> Panel:
    return time_series(
        Frame(
            plain(f"Bad events by type: {', '.join(labels)}"),
            "Events per second: the values of each label with the most bad events. The label that tells most is the "
            "one whose values differ most.",
            position,
        ),
        [Query(bad_by_label(terms, label), f"{label} = {{{{{label}}}}}") for label in labels],
        RATE_UNIT,
        options={"axisSoftMin": 0},
    )
