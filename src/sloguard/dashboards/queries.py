"""Queries of panels: the daemon's exact numbers, or what the rules have recorded where the daemon is not running.

A scope is a text of label matchers without braces that picks SLOs. Each query keeps the labels that name an SLO and
drops all others, so that either source can stand in for the other.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sloguard.model.duration import format_duration
from sloguard.model.policy import Severity
from sloguard.model.slo import Slo
from sloguard.promql import names
from sloguard.promql.rates import bad_rate, total_rate
from sloguard.promql.recorded import error_ratio_series, of_slo
from sloguard.promql.text import decimal_text, quote

_IDENTITY = f"{names.LABEL_ID}, {names.LABEL_NAME}, {names.LABEL_SERVICE}"

LONGEST_FORECAST = timedelta(days=365)
_SLOWEST_BURN = "0.000001"
"""Nothing is divided by zero; what is slower lasts longer than is shown anyway."""
_SECOND = timedelta(seconds=1)

SEVERITY_LEVELS = {Severity.INFO: 1, Severity.TICKET: 2, Severity.PAGE: 3}
"""How high an alert's severity is drawn; 0 is no alert."""


def slo_scope(slo: Slo) -> str:
    return f"{names.LABEL_ID}={quote(slo.id)}"


def groups_scope(template: Slo) -> str:
    """All groups of a template. Names hold nothing but `.` that means something in a regular expression."""
    pattern = template.declared_id.replace(".", r"\.") + "[{].*"
    return f"{names.LABEL_ID}=~{quote(pattern)}"


def service_scope(service: str) -> str:
    return f"{names.LABEL_SERVICE}={quote(service)}"


def chosen_slos(service: str) -> str:
    """Those SLOs of a service that the dashboard's variable `slo` says."""
    return f'{service_scope(service)},{names.LABEL_NAME}=~"$slo"'


def _per_slo(metric: str, scope: str, *matchers: str) -> str:
    """A metric of the scope's SLOs, without labels that do not name the SLO."""
    return f"max by ({_IDENTITY}) ({metric}{{{','.join((scope, *matchers))}}})"


def _preferring(exact: str, fallback: str) -> str:
    return f"(\n{exact}\nor\n{fallback}\n)"


def objective(scope: str) -> str:
    return _preferring(_per_slo(names.METRIC_OBJECTIVE, scope), _per_slo(names.OBJECTIVE, scope))


def _in_budgets(error_ratio: str, scope: str) -> str:
    """An error ratio in multiples of what the objective allows."""
    return f"{error_ratio} / (1 - {_per_slo(names.OBJECTIVE, scope)})"


def success_ratio(scope: str) -> str:
    """Over each SLO's own window."""
    recorded = f"1 - {_per_slo(names.WINDOW_ERROR_RATIO, scope)}"
    return _preferring(_per_slo(names.METRIC_SUCCESS, scope), recorded)


def budget_remaining(scope: str) -> str:
    """1 is all of it; negative when overspent."""
    recorded = "1 - " + _in_budgets(_per_slo(names.WINDOW_ERROR_RATIO, scope), scope)
    return _preferring(_per_slo(names.METRIC_BUDGET_REMAINING, scope), recorded)


def burn_rate(scope: str, window: timedelta) -> str:
    """Over a window that some tier of each of the SLOs looks at."""
    exact = _per_slo(names.METRIC_BURN_RATE, scope, f"{names.LABEL_WINDOW}={quote(format_duration(window))}")
    return _preferring(exact, _in_budgets(_per_slo(error_ratio_series(window), scope), scope))


def _hourly_error_ratio(scope: str) -> str:
    """Over the last hour, whatever windows the SLOs' tiers have."""
    bad, total = (
        f"max by ({_IDENTITY}) (sum_over_time({series}{{{scope}}}[1h]))"
        for series in (names.BAD_EVENTS_RATE, names.EVENTS_RATE)
    )
    return f"clamp_max({bad} / ({total} > 0), 1)"


def hourly_success_ratio(scope: str) -> str:
    return f"1 - {hourly_burn_rate(scope)} * (1 - {objective(scope)})"


def hourly_burn_rate(scope: str) -> str:
    exact = _per_slo(names.METRIC_BURN_RATE, scope, f'{names.LABEL_WINDOW}="1h"')
    return _preferring(exact, _in_budgets(_hourly_error_ratio(scope), scope))


def budget_forecast(scope: str, window: timedelta, ahead: timedelta) -> str:
    """The share of the budget that is left after some time, if the pace of the last hour goes on."""
    spent = f"{decimal_text(round(Decimal(ahead // _SECOND) / (window // _SECOND), 6))} * {hourly_burn_rate(scope)}"
    return f"{budget_remaining(scope)} - {spent}"


def budget_lasts(scope: str, window: timedelta) -> str:
    """Seconds until the budget is spent at the pace of the last hour: 0 if it is, and at most `LONGEST_FORECAST`."""
    left = f"{window // _SECOND} * clamp_min({budget_remaining(scope)}, 0)"
    return f"clamp_max({left} / clamp_min({hourly_burn_rate(scope)}, {_SLOWEST_BURN}), {LONGEST_FORECAST // _SECOND})"


def events_rate(slo: Slo, slice_length: timedelta) -> str:
    """All events of one SLO per second, without labels; from raw series where there are no rules."""
    return _preferring(f"sum({of_slo(names.EVENTS_RATE, slo)})", total_rate(slo.indicator, slice_length))


def bad_events_rate(slo: Slo, slice_length: timedelta) -> str:
    """Bad events of one SLO per second, likewise."""
    raw = bad_rate(slo.indicator, slice_length, f"({total_rate(slo.indicator, slice_length)})")
    return _preferring(f"sum({of_slo(names.BAD_EVENTS_RATE, slo)})", raw)


def alert_level(scope: str) -> str:
    """For each SLO the level of its most severe alert, 0 without one."""
    levels = [_severity_level(scope, severity, level) for severity, level in SEVERITY_LEVELS.items()]
    # Terms are told apart by severity, else `or` would drop all but the first of an SLO.
    union = "\nor\n".join([*levels, f"0 * {objective(scope)}"])
    return f"max by ({_IDENTITY}) (\n{union}\n)"


def _severity_level(scope: str, severity: Severity, level: int) -> str:
    by = f"max by ({_IDENTITY}, {names.LABEL_SEVERITY})"
    matcher = f"{names.LABEL_SEVERITY}={quote(severity.value)}"
    exact = f"{by} ({names.METRIC_ALERT}{{{scope},{matcher}}})"
    states = f'alertname={quote(names.ALERT_BURN)},alertstate="firing"'
    rules = f"{by} (ALERTS{{{scope},{states},{matcher}}})"
    return f"{level} * {_preferring(exact, rules)}"


def slo_health(scope: str) -> str:
    """0..100: 60 for the budget that is left, 40 for the pace of the last hour (an idle hour has a good pace)."""
    burn = f"{hourly_burn_rate(scope)} or 0 * {_per_slo(names.OBJECTIVE, scope)}"
    recorded = f"60 * clamp({budget_remaining(scope)}, 0, 1)\n+\n40 / clamp_min({burn}, 1)"
    return _preferring(_per_slo(names.METRIC_HEALTH, scope), recorded)


def service_health(scope: str, weights: Sequence[tuple[str, Decimal]]) -> str:
    """The mean of the health of each service's SLOs.

    Args:
        scope: picks the services.
        weights: weight of each SLO, by id.
    """
    exact = f"max by ({names.LABEL_SERVICE}) ({names.METRIC_SERVICE_HEALTH}{{{scope}}})"
    if all(weight == 1 for _, weight in weights):
        return _preferring(exact, f"avg by ({names.LABEL_SERVICE}) ({slo_health(scope)})")
    weight = "\nor\n".join(_weight(scope, slo_id, weight) for slo_id, weight in weights)
    by = f"sum by ({names.LABEL_SERVICE})"
    weighted = f"{by} ({slo_health(scope)} * on ({names.LABEL_ID}) group_left ()\n({weight}))"
    known = f"{by} ((0 * {slo_health(scope)} + 1) * on ({names.LABEL_ID}) group_left ()\n({weight}))"
    return _preferring(exact, f"{weighted}\n/\n{known}")


def _weight(scope: str, slo_id: str, weight: Decimal) -> str:
    matcher = f"{names.LABEL_ID}={quote(slo_id)}"
    return f"max by ({names.LABEL_ID}) ({names.OBJECTIVE}{{{scope},{matcher}}}) ^ 0 * {decimal_text(weight)}"
