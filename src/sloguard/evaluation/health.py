"""Health scores: one number for an SLO and for a service, to rank attention by; not to alert on."""

from collections.abc import Sequence
from decimal import Decimal

from sloguard.model.status import Grade, Health, SloStatus

_BUDGET_SHARE = 0.6
_PACE_SHARE = 0.4
_GRADES = ((95.0, Grade.EXCELLENT), (85.0, Grade.GOOD), (70.0, Grade.FAIR))


def slo_health(remaining_ratio: float, burn_rate_1h: float | None) -> float:
    """0..100: 60 points for budget that is left, 40 for not burning faster than 1 over the last hour."""
    left = min(1.0, max(0.0, remaining_ratio))
    pace = 1.0 / max(1.0, burn_rate_1h or 0.0)
    return 100 * (_BUDGET_SHARE * left + _PACE_SHARE * pace)


def service_health(slos: Sequence[tuple[SloStatus, Decimal]]) -> Health | None:
    """The mean of the SLOs' health by weight. SLOs without data are left out, and make it partial."""
    scored = [(slo.health_score, float(weight)) for slo, weight in slos if slo.health_score is not None]
    weights = sum(weight for _, weight in scored)
    if not weights:
        return None
    score = sum(score * weight for score, weight in scored) / weights
    return Health(score, grade(score), partial=len(scored) < len(slos))


def grade(score: float) -> Grade:
    return next((grade for bound, grade in _GRADES if score >= bound), Grade.POOR)
