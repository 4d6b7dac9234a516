"""When a tier fires, in PromQL: both windows above the threshold, and more bad events than chance would bring."""

from decimal import Decimal

from sloguard.evaluation.burn import FULL_EVIDENCE_FACTOR, SIGNIFICANCE_BOUND
from sloguard.model.policy import Tier
from sloguard.model.slo import Slo
from sloguard.promql import names
from sloguard.promql.recorded import error_ratio_series, of_slo, recorded_window, summed, window_speed
from sloguard.promql.text import decimal_text, indented


def threshold_ratio(slo: Slo, tier: Tier) -> Decimal:
    """The error ratio above which the tier fires."""
    return tier.factor * slo.budget_ratio


def exceeded(slo: Slo, tier: Tier) -> str:
    """PromQL: the long window's error ratio while both windows exceed the tier's threshold."""
    threshold = decimal_text(threshold_ratio(slo, tier))
    long, short = (of_slo(error_ratio_series(window), slo) for window in (tier.long, tier.short))
    above = [f"max by ({names.LABEL_ID}) ({ratio}) > {threshold}" for ratio in (long, short)]
    return f"\nand on ({names.LABEL_ID})\n".join(above)


def significant(slo: Slo, tier: Tier) -> str:
    """PromQL: whether the long window holds more bad events than a service that just meets its objective shows by
    chance: √bad - √(h · (1 - objective) · total) > 1.5, with h = min(1, factor / 3).
    """
    pace = window_speed(tier.long).value
    bad, total = (summed(series, slo, recorded_window(tier.long)) for series in (pace.bad, pace.total))
    usual_ratio = decimal_text(slo.budget_ratio)
    if tier.factor < FULL_EVIDENCE_FACTOR:
        usual_ratio = f"{decimal_text(tier.factor * slo.budget_ratio)} / {FULL_EVIDENCE_FACTOR}"
    scale = "" if pace.events_per_sample == 1 else f"{decimal_text(pace.events_per_sample)} * "
    return f"sqrt({scale}{bad})\n-\nsqrt({scale}{usual_ratio} * {total})\n> {SIGNIFICANCE_BOUND}"


def fires(slo: Slo, tier: Tier) -> str:
    """PromQL: the long window's error ratio while the tier fires, nothing while it does not."""
    chance = f"(\n{indented(significant(slo, tier))}\n)"
    return f"{exceeded(slo, tier)}\nand on ()\n{chance}"
