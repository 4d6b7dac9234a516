"""The panels of an SLO that stands for many groups: one line for each group, from what the daemon exports."""

from collections.abc import Sequence

from sloguard.dashboards import queries
from sloguard.dashboards.indicators import bad_by_label
from sloguard.dashboards.panels import (
    BUDGET_STEPS,
    BURN_UNIT,
    RATE_UNIT,
    RATIO_UNIT,
    Frame,
    Json,
    Panel,
    Query,
    Step,
    time_series,
)
from sloguard.dashboards.prose import markdown, plain
from sloguard.model.slo import Slo
from sloguard.presentation import words
from sloguard.promql import names
from sloguard.promql.terms import CounterTerms, counting_terms

_LEGEND = f"{{{{{names.LABEL_NAME}}}}}"
_WIDTH = 12
_HEIGHT = 9


def group_panels(slo: Slo, top: int) -> Sequence[Panel]:
    """Two lines of two panels, beginning at this height of the grid."""
    scope = queries.groups_scope(slo)
    over = f"over {words.window(slo.window)}"
    panels: list[tuple[str, str, Sequence[Query], str, tuple[Step, ...], Json]] = [
        (
            "Error budget left, by group",
            f"{words.percent(slo.budget_ratio)} of each group's events {over} may be bad. Below zero it is overspent.",
            [Query(queries.budget_remaining(scope), _LEGEND)],
            RATIO_UNIT,
            tuple(BUDGET_STEPS),
            {},
        ),
        (
            "Burn rate over the last hour, by group",
            "How many times faster than allowed the budget is being spent.",
            [Query(queries.hourly_burn_rate(scope), _LEGEND)],
            BURN_UNIT,
            (Step("green"), Step("red", 1)),
            {"axisSoftMin": 0},
        ),
        (
            "Success ratio, by group",
            f"{markdown(slo.description)} Share of good events among all {over}.".strip(),
            [Query(queries.success_ratio(scope), _LEGEND)],
            RATIO_UNIT,
            (),
            {},
        ),
        (
            plain(f"Bad events by {', '.join(slo.group_by)}"),
            "Events per second: the values with the most bad events, those that have no place among the groups too.",
            [Query(expression, f"{label} = {{{{{label}}}}}") for label, expression in _bad_events(slo)],
            RATE_UNIT,
            (),
            {"axisSoftMin": 0},
        ),
    ]
    return [
        time_series(Frame(title, about, _position(number, top)), asked, unit, steps, options)
        for number, (title, about, asked, unit, steps, options) in enumerate(panels)
    ]


def _bad_events(slo: Slo) -> Sequence[tuple[str, str]]:
    terms = counting_terms(slo.indicator)
    assert isinstance(terms, CounterTerms), "only counted events are grouped"
    return [(label, bad_by_label(terms, label)) for label in slo.group_by]


def _position(number: int, top: int) -> tuple[int, int, int, int]:
    line, column = divmod(number, 2)
    return column * _WIDTH, top + line * _HEIGHT, _WIDTH, _HEIGHT
