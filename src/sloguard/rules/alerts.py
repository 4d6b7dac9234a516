"""The alerting rules of an SLO: one for each severity, which tells the windows that decided."""

from collections.abc import Mapping, Sequence

from sloguard.evaluation.tiers import hold
from sloguard.model.policy import Severity, Tier
from sloguard.model.slo import Slo
from sloguard.presentation import words
from sloguard.promql import names
from sloguard.promql.recorded import recorded_window, slo_labels
from sloguard.promql.text import decimal_text, indented
from sloguard.rules.burn import exceeded, fires
from sloguard.rules.rule import AlertingRule
from sloguard.rules.template import first_value, literal, with_query

_URGENCY = {
    Severity.PAGE: "Somebody has to look now",
    Severity.TICKET: "Somebody has to look in the next days",
    Severity.INFO: "For information",
}


def severities(slo: Slo) -> tuple[Severity, ...]:
    """The severities of its tiers, most urgent first."""
    return tuple(sorted({tier.severity for tier in slo.tiers}, key=lambda severity: -severity.rank))


def tiers_of(slo: Slo, severity: Severity) -> tuple[Tier, ...]:
    return tuple(tier for tier in slo.tiers if tier.severity is severity)


def alerting_rule(slo: Slo, severity: Severity) -> AlertingRule:
    tiers = tiers_of(slo, severity)
    return AlertingRule(
        alert=names.ALERT_BURN,
        expression="\nor\n".join(f"(\n{indented(fires(slo, tier))}\n)" for tier in tiers),
        # The alert does not know which tier began it: the longest hold keeps each of them from flapping.
        keep_firing_for=max(hold(tier) for tier in tiers),
        labels=_labels(slo, severity),
        annotations=_annotations(slo, severity, tiers),
    )


def _labels(slo: Slo, severity: Severity) -> Mapping[str, str]:
    labels = {**slo_labels(slo), names.LABEL_SEVERITY: severity.value}
    if slo.owner:
        labels["owner"] = slo.owner
    return {label: literal(value) for label, value in sorted(labels.items())}


def _annotations(slo: Slo, severity: Severity, tiers: Sequence[Tier]) -> Mapping[str, str]:
    allowed = words.percent(slo.budget_ratio)
    objective = f"Objective: {words.percent(slo.objective_ratio)} of the events good over {words.window(slo.window)}."
    description = "\n".join(
        [
            *([literal(slo.description)] if slo.description else []),
            f"{objective} {_URGENCY[severity]}: the error budget is being spent too fast.",
        ]
    )
    annotations = {
        "summary": literal(slo.id) + f": {{{{ $value | humanizePercentage }}}} of the events are bad, {allowed} may be",
        "description": description + "".join(_window_sentence(slo, tier) for tier in tiers),
        "runbook_url": literal(slo.runbook_url),
        "dashboard_url": literal(slo.dashboard_url),
    }
    return {name: text for name, text in annotations.items() if text}


def _window_sentence(slo: Slo, tier: Tier) -> str:
    """A line that says how fast the budget burns, if both windows exceed the tier's threshold."""
    long, short = (words.duration(recorded_window(window)) for window in (tier.long, tier.short))
    burn_rate = f"({exceeded(slo, tier)}) / {decimal_text(slo.budget_ratio)}".replace("\n", " ")
    sentence = (
        f"\nOver {long} it burns {first_value('%.1f')} times as fast as it may, "
        f"and over {short} too: both exceed {decimal_text(tier.factor)}."
    )
    return with_query(burn_rate, sentence)
