"""The rule groups of a service: for each SLO a fast one and a slower one for long windows; one that counts for all.

An SLO's groups are its own, so that adding another SLO leaves the state of its alerts alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sloguard.evaluation.tiers import tier_windows
from sloguard.model.duration import format_duration, seconds_text
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Service, Slo
from sloguard.model.window import RollingWindow
from sloguard.promql import names
from sloguard.promql.rates import bad_rate, total_rate
from sloguard.promql.recorded import (
    COUNT_INTERVAL,
    SLO_LABELS,
    Speed,
    error_ratio,
    of_service,
    of_slo,
    recorded_window,
    slo_labels,
    window_speed,
)
from sloguard.promql.text import decimal_text
from sloguard.rules.alerts import alerting_rule, severities, tiers_of
from sloguard.rules.rule import RecordingRule, Rule, RuleGroup
from sloguard.rules.unruled import unruled

GROUP_LIMIT = 20
"""Rules a group: what a Mimir tenant may have by default."""


@dataclass(frozen=True, slots=True)
class SloGroups:
    """Rules of a group are evaluated in order, and each sees what those before it have recorded."""

    fast: tuple[RuleGroup, ...]
    slow: tuple[RuleGroup, ...]


@dataclass(frozen=True, slots=True)
class ServiceGroups:
    slos: tuple[SloGroups, ...]
    counts: RuleGroup
    """Of all SLOs together."""

    @property
    def as_written(self) -> Iterator[RuleGroup]:
        """All of an SLO together, for people to read."""
        for slo in self.slos:
            yield from (*slo.fast, *slo.slow)
        if self.slos:
            yield self.counts

    @property
    def as_chained(self) -> Iterator[RuleGroup]:
        """Each after those whose series it reads."""
        for slo in self.slos:
            yield from slo.fast
        if self.slos:
            yield self.counts
        for slo in self.slos:
            yield from slo.slow


def service_groups(service: Service, evaluation: EvaluationSettings) -> ServiceGroups:
    """The groups of all SLOs that rules can judge."""
    ruled = [slo for slo in service.slos if unruled(slo) is None]
    return ServiceGroups(tuple(_slo_groups(slo, evaluation) for slo in ruled), _counts(service.name))


def _slo_groups(slo: Slo, evaluation: EvaluationSettings) -> SloGroups:
    fast = (*_event_rates(slo, evaluation), *_ratios(slo, Speed.FAST), *_alerts(slo, Speed.FAST))
    slow = (*_ratios(slo, Speed.SLOW), *_window_ratio(slo), _objective(slo), *_alerts(slo, Speed.SLOW))
    return SloGroups(
        fast=tuple(_split(slo, Speed.FAST, fast, f"{slo.name}: events, windows up to 6 h and urgent alerts")),
        slow=tuple(_split(slo, Speed.SLOW, slow, f"{slo.name}: longer windows and the objective")),
    )


def _event_rates(slo: Slo, evaluation: EvaluationSettings) -> tuple[Rule, ...]:
    labels = slo_labels(slo)
    total = f"sum({of_slo(names.EVENTS_RATE, slo)})"
    return (
        RecordingRule(names.EVENTS_RATE, total_rate(slo.indicator, evaluation.slice), labels),
        RecordingRule(names.BAD_EVENTS_RATE, bad_rate(slo.indicator, evaluation.slice, total), labels),
    )


def _counts(service: str) -> RuleGroup:
    """The rates once more, as events: long windows need only these few samples.

    The mean rate times its seconds is right also where an evaluation of the rate is missing.
    """
    seconds, window = seconds_text(COUNT_INTERVAL), format_duration(COUNT_INTERVAL)
    fast, slow = Speed.FAST.value, Speed.SLOW.value
    each = f"avg by ({', '.join(SLO_LABELS)})"
    rules = tuple(
        RecordingRule(count, f"{seconds} * {each} (avg_over_time({of_service(rate, service)}[{window}]))", {})
        for count, rate in ((slow.total, fast.total), (slow.bad, fast.bad))
    )
    name = names.rule_group_name(service, "counts")
    return RuleGroup(name, COUNT_INTERVAL, rules, f"All SLOs: the events of {window} each, to sum long windows from")


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
        name = names.slo_group_name(slo.service, slo.name, f"{speed.name.lower()}{number}")
        yield RuleGroup(name, speed.value.interval, tuple(rules[start : start + GROUP_LIMIT]), comment)
