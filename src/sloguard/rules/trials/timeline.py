"""Courses of events for a rule test, and what the tiers make of them, by the definitions rather than by the PromQL.

promtool evaluates every group at one interval, whatever the group's own: ratios stay what they are, but counts of
events, which the test of significance looks at, come out smaller. The computation here does the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate

from sloguard.evaluation.burn import FULL_EVIDENCE_FACTOR, SIGNIFICANCE_BOUND
from sloguard.evaluation.tiers import hold
from sloguard.model.policy import Severity, Tier
from sloguard.promql.recorded import COUNT_INTERVAL, RATE_WINDOW, Speed, recorded_window, window_speed

MINUTE = timedelta(minutes=1)
_RATE_MINUTES = RATE_WINDOW // MINUTE


@dataclass(frozen=True, slots=True)
class Phase:
    """Some minutes with the same number of events in each."""

    minutes: int
    total: Decimal
    """Events a minute."""
    bad: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides about an SLO's alerts."""

    tiers: tuple[Tier, ...]
    budget_ratio: Decimal
    step: int
    """Minutes between evaluations."""

    @property
    def severities(self) -> tuple[Severity, ...]:
        return tuple(sorted({tier.severity for tier in self.tiers}, key=lambda severity: -severity.rank))

    def tiers_of(self, severity: Severity) -> tuple[Tier, ...]:
        return tuple(tier for tier in self.tiers if tier.severity is severity)


@dataclass(frozen=True, slots=True)
class Outcome:
    """At the end of a course."""

    firing: tuple[Severity, ...]
    """Held alerts among them."""
    exceeding: tuple[Tier, ...]
    """The tiers whose condition holds at this very moment."""


def outcome(policy: Policy, phases: Sequence[Phase], *, instant: bool = False) -> Outcome:
    """What fires at the end of the phases.

    Args:
        policy: of the SLO.
        phases: from the first sample on.
        instant: each evaluation sees the events of its own minute instead of a rate over five, as with a gauge.
    """
    course = _Course(policy, phases, instant=instant)
    evaluations = course.evaluations
    firing = []
    for severity in policy.severities:
        tiers = policy.tiers_of(severity)
        held_steps = max(hold(tier) for tier in tiers) / (policy.step * MINUTE)
        since_true = next(
            (
                back
                for back in range(evaluations)
                if any(course.exceeds(tier, evaluations - 1 - back) for tier in tiers)
            ),
            None,
        )
        # The hold begins with the first evaluation that finds the condition false.
        if since_true == 0 or (since_true is not None and since_true - 1 < held_steps):
            firing.append(severity)
    now = tuple(tier for tier in policy.tiers if course.exceeds(tier, evaluations - 1))
    return Outcome(tuple(firing), now)


class _Course:
    """Rates of each evaluation, summed up so that any window of them is one subtraction."""

    def __init__(self, policy: Policy, phases: Sequence[Phase], *, instant: bool) -> None:
        self._policy = policy
        self._first = 0 if instant else 1
        minutes = sum(phase.minutes for phase in phases)
        self.evaluations = minutes // policy.step + 1
        span = 1 if instant else _RATE_MINUTES
        self._bad = self._rates([(phase.minutes, float(phase.bad)) for phase in phases], span)
        self._total = self._rates([(phase.minutes, float(phase.total)) for phase in phases], span)
        self._sums = {
            Speed.FAST: (_running(self._bad), _running(self._total)),
            Speed.SLOW: (_running(self._means(self._bad)), _running(self._means(self._total))),
        }

    def _rates(self, courses: Sequence[tuple[int, float]], span: int) -> list[float]:
        counts = [0.0, *accumulate(events for minutes, events in courses for _ in range(minutes))]
        at = list(range(0, self.evaluations * self._policy.step, self._policy.step))
        if span == 1:
            # A gauge has a value from the first moment on.
            at[0] = 1
        return [(counts[minute] - counts[max(0, minute - span)]) / span / 60 for minute in at]

    def _means(self, rates: Sequence[float]) -> list[float]:
        """As events are counted for long windows: over what was evaluated in each interval of theirs."""
        back = COUNT_INTERVAL // (self._policy.step * MINUTE)
        # A rate needs two samples: the first evaluation has none.
        spans = (rates[max(self._first, index - back) : index + 1] for index in range(len(rates)))
        return [sum(span) / len(span) if span else 0.0 for span in spans]

    def exceeds(self, tier: Tier, index: int) -> bool:
        threshold = float(tier.factor * self._policy.budget_ratio)
        above = all(self._ratio(window, index) > threshold for window in (tier.long, tier.short))
        return above and self._significant(tier, index)

    def _window(self, window: timedelta, index: int) -> tuple[float, float]:
        if recorded_window(window) <= RATE_WINDOW:
            return self._bad[index], self._total[index]
        return self._summed(window, index)

    def _summed(self, window: timedelta, index: int) -> tuple[float, float]:
        first = max(0, index - int(window / (self._policy.step * MINUTE)))
        bad, total = self._sums[window_speed(window)]
        return bad[index + 1] - bad[first], total[index + 1] - total[first]

    def _ratio(self, window: timedelta, index: int) -> float:
        bad, total = self._window(window, index)
        return bad / total if total > 0 else 0.0

    def _significant(self, tier: Tier, index: int) -> bool:
        seconds = window_speed(tier.long).value.sample_interval.total_seconds()
        bad, total = (seconds * each for each in self._summed(recorded_window(tier.long), index))
        usual = min(1.0, float(tier.factor) / FULL_EVIDENCE_FACTOR) * float(self._policy.budget_ratio)
        return math.sqrt(max(bad, 0.0)) - math.sqrt(usual * max(total, 0.0)) > SIGNIFICANCE_BOUND


def _running(values: Sequence[float]) -> list[float]:
    return [0.0, *accumulate(values)]
