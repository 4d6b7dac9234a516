"""The rule groups of an SLO: a fast one, and a slower one for the long windows.

Groups belong to one SLO, so that adding another SLO leaves the state of its alerts alone.
"""

from collections.abc import Iterator, Sequence

from sloguard.evaluation.tiers import tier_windows
from sloguard.model.duration import seconds_text
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Slo
from sloguard.model.window import RollingWindow
from sloguard.promql import names
from sloguard.promql.rates import bad_rate, total_rate
from sloguard.promql.recorded import Speed, error_ratio, of_slo, recorded_window, slo_labels, window_speed
from sloguard.promql.text import decimal_text
from sloguard.rules.alerts import alerting_rule, severities, tiers_of
from sloguard.rules.rule import RecordingRule, Rule, RuleGroup
from sloguard.rules.unruled import unruled

GROUP_LIMIT = 20
"""Rules a group: what a Mimir tenant may have by default."""


def rule_groups(slo: Slo, evaluation: EvaluationSettings) -> Iterator[RuleGroup]:
    """Rules of a group are evaluated in order, and each sees what those before it have recorded.

    None for an SLO that rules cannot judge.
    """
    if unruled(slo) is not None:
        return
    fast = (*_event_rates(slo, evaluation), *_ratios(slo, Speed.FAST), *_alerts(slo, Speed.FAST))
    slow = (*_event_counts(slo), *_ratios(slo, Speed.SLOW), *_window_ratio(slo), _objective(slo))
    yield from _split(slo, Speed.FAST, fast, f"{slo.name}: events, windows up to 6 h and urgent alerts")
    yield from _split(slo, Speed.SLOW, (*slow, *_alerts(slo, Speed.SLOW)), f"{slo.name}: longer windows")


def _event_rates(slo: Slo, evaluation: EvaluationSettings) -> tuple[Rule, ...]:
    labels = slo_labels(slo)
    total = f"sum({of_slo(names.EVENTS_RATE, slo)})"
    return (
        RecordingRule(names.EVENTS_RATE, total_rate(slo.indicator, evaluation.slice), labels),
        RecordingRule(names.BAD_EVENTS_RATE, bad_rate(slo.indicator, evaluation.slice, total), labels),
    )


def _event_counts(slo: Slo) -> tuple[Rule, ...]:
    """The rates once more, as the events of a slow interval: long windows need only these few samples."""
    seconds = seconds_text(Speed.SLOW.value.interval)
    fast, slow = Speed.FAST.value, Speed.SLOW.value
    return tuple(
        RecordingRule(count, f"{seconds} * sum({of_slo(rate, slo)})", slo_labels(slo))
        for count, rate in ((slow.total, fast.total), (slow.bad, fast.bad))
    )


def _ratios(slo: Slo, speed: Speed) -> tuple[Rule, ...]:
    windows = sorted({recorded_window(window) for window in tier_windows(slo.tiers)})
    return tuple(
        RecordingRule(names.error_ratio_name(window), error_ratio(slo, window), slo_labels(slo))
        for window in windows
        if window_speed(window) is speed
    )


def _window_ratio(slo: Slo) -> tuple[Rule, ...]:
    """Over the SLO's own window. A calendar period's beginning is not to be had in PromQL: only the daemon knows it."""
    if not isinstance(slo.window, RollingWindow):
        return ()
    labels = {**slo_labels(slo), names.LABEL_WINDOW: str(slo.window)}
    return (RecordingRule(names.WINDOW_ERROR_RATIO, error_ratio(slo, recorded_window(slo.window.length)), labels),)


def _objective(slo: Slo) -> Rule:
    return RecordingRule(names.OBJECTIVE, f"vector({decimal_text(slo.objective_ratio)})", slo_labels(slo))


def _alerts(slo: Slo, speed: Speed) -> tuple[Rule, ...]:
    return tuple(
        alerting_rule(slo, severity)
        for severity in severities(slo)
        if window_speed(min(tier.long for tier in tiers_of(slo, severity))) is speed
    )


def _split(slo: Slo, speed: Speed, rules: Sequence[Rule], comment: str) -> Iterator[RuleGroup]:
    """One group, or several where there are too many rules for one."""
    for part, start in enumerate(range(0, len(rules), GROUP_LIMIT), 1):
        number = "" if part == 1 else str(part)
        name = names.rule_group_name(slo.service, f"{slo.name}/{speed.name.lower()}{number}")
        yield RuleGroup(name, speed.value.interval, tuple(rules[start : start + GROUP_LIMIT]), comment)
