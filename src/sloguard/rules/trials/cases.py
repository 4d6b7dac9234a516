"""The cases of an SLO's rule test: a course of events each, and which severities fire at its end.

Alerts are held for long, so a course must not let one fire before its end. It begins with very much good traffic:
that keeps the long windows quiet which still see it, and so leaves the decision to the one tier that does not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from sloguard.model.duration import format_duration
from sloguard.model.policy import Severity, Tier
from sloguard.promql.recorded import COUNT_INTERVAL, RATE_WINDOW, Speed, recorded_window, window_speed
from sloguard.promql.text import decimal_text
from sloguard.rules.trials.timeline import MINUTE, Phase, Policy, outcome

_FIRST, _MIDDLE, _LAST = Decimal(1_000_000_000), Decimal(1_000_000), Decimal(10)
"""Events a minute: each so much less than the one before that it hardly moves the sums before it."""
_USUAL = Decimal(1_000)
_ABOVE, _BELOW = Decimal("1.1"), Decimal("0.9")
_MOST_EVALUATIONS = 260
"""A case. promtool takes about 0.1 ms a rule and evaluation."""
_STEPS = (60, 30, 20, 15, 10, 6, 4, 3, 2, 1)
_MIXED_STEP = 4
"""Minutes. Where an alert looks at both groups, the slow one's last sample must be younger than 5 minutes."""
_LONG_ENOUGH = 360
"""Minutes of a broken limit, after which even few evaluations tell it from chance."""


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    phases: tuple[Phase, ...]
    firing: tuple[Severity, ...]
    bad_missing: bool = False
    """There is no series for bad events."""
    good_missing: bool = False
    """There is no series for good events."""

    @property
    def minutes(self) -> int:
        return sum(phase.minutes for phase in self.phases)


@lru_cache(maxsize=4096)
def step_minutes(tiers: tuple[Tier, ...], budget_ratio: Decimal) -> int:
    """Minutes between evaluations: the most that still tells all tiers apart, since few evaluations are quick."""
    steps = [step for step in _STEPS if step <= _MIXED_STEP or not _mixed(tiers)]
    return max(steps, key=lambda step: len(tier_cases(Policy(tiers, budget_ratio, step))))


def _mixed(tiers: tuple[Tier, ...]) -> bool:
    return any(
        window_speed(min(tier.long for tier in tiers if tier.severity is severity)) is Speed.FAST
        and any(window_speed(tier.long) is Speed.SLOW for tier in tiers if tier.severity is severity)
        for severity in Severity
        if any(tier.severity is severity for tier in tiers)
    )


@lru_cache(maxsize=256)
def counter_cases(policy: Policy) -> tuple[Case, ...]:
    """The cases of an SLO that counts events."""
    few = _few(policy, Decimal(1))
    most = max(min(_ABOVE * tier.factor * policy.budget_ratio, Decimal(1)) for tier in policy.tiers)
    few_of_some = _few(policy, most)
    some = _some(policy)
    return (
        *tier_cases(policy),
        Case("idle traffic is quiet: no event, good or bad", (Phase(some, Decimal(0)),), ()),
        Case("no series of bad events means that none is bad", (Phase(some, _USUAL),), (), bad_missing=True),
        Case("a handful of events, all of them bad, may be chance", few, outcome(policy, few).firing),
        Case("two bad events, above every threshold, may be chance", few_of_some, outcome(policy, few_of_some).firing),
    )


def all_bad(policy: Policy) -> Case:
    """For indicators that name good events: there may be none."""
    phases = (Phase(60, _USUAL, _USUAL),)
    return Case(
        "no series of good events means that all are bad", phases, outcome(policy, phases).firing, good_missing=True
    )


def _few(policy: Policy, ratio: Decimal) -> tuple[Phase, ...]:
    """Two bad events among as many as the ratio says. The longest windows count two: their samples stand for most
    seconds.
    """
    minutes = _some(policy)
    seconds = max(window_speed(tier.long).value.sample_interval.total_seconds() for tier in policy.tiers)
    each = (Decimal(120) / Decimal(seconds) / (minutes // policy.step)).quantize(Decimal("0.0001"))
    return (Phase(minutes, (each / ratio).quantize(Decimal("0.0001")), each),)


@lru_cache(maxsize=4096)
def tier_cases(policy: Policy) -> tuple[Case, ...]:
    """For each tier a course on which it fires, and two on which one of its windows keeps it from that."""
    return tuple(case for tier in policy.tiers for case in _tier_cases(policy, tier))


def _some(policy: Policy) -> int:
    """Minutes that are enough for a rate, and for two evaluations within them."""
    return _rounded(max(2 * policy.step, 10), policy.step)


def _tier_cases(policy: Policy, tier: Tier) -> Iterator[Case]:
    threshold = tier.factor * policy.budget_ratio
    above = min(_ABOVE * threshold, (1 + threshold) / 2)
    below = _BELOW * threshold
    windows = " and ".join(format_duration(recorded_window(window)) for window in (tier.long, tier.short))
    name = f"{tier.severity.value} at {decimal_text(tier.factor)} times the pace over {windows}"
    courses = (
        (f"{name}: fires just above", _steady(policy, tier, above), True),
        (f"{name}: quiet just below over the long window", _only_short(policy, tier, above, below), False),
        (f"{name}: quiet just below over the short window", _only_long(policy, tier, above, below), False),
    )
    for title, phases, fires in courses:
        if sum(phase.minutes for phase in phases) > _MOST_EVALUATIONS * policy.step:
            continue
        found = outcome(policy, phases)
        exceeding = {each for each in found.exceeding if each.severity is tier.severity}
        if (tier.severity in found.firing) == fires and exceeding == ({tier} if fires else set()):
            yield Case(title, phases, found.firing)


def _steady(policy: Policy, tier: Tier, ratio: Decimal) -> tuple[Phase, ...]:
    """The same ratio over the whole long window; tiers that it would set off too still see the good traffic."""
    burning = _span(policy, tier.long)
    if all(peer.factor >= tier.factor for peer in policy.tiers_of(tier.severity)):
        return (Phase(_some(policy), _MIDDLE, _MIDDLE * ratio),)
    return (Phase(_some(policy), _FIRST), Phase(burning, _MIDDLE, _MIDDLE * ratio))


def _only_short(policy: Policy, tier: Tier, above: Decimal, below: Decimal) -> tuple[Phase, ...]:
    return (*_steady(policy, tier, below), Phase(_span(policy, tier.short), _LAST, _LAST * above))


def _only_long(policy: Policy, tier: Tier, above: Decimal, below: Decimal) -> tuple[Phase, ...]:
    """Once the good traffic has left the long window, the burn after it stands out; by then it is long over."""
    burning = _rounded(2 * RATE_WINDOW // MINUTE, policy.step)
    quiet = _span(policy, tier.long) - burning
    return (
        Phase(_some(policy), _FIRST),
        Phase(burning, _MIDDLE, _MIDDLE * above),
        Phase(max(quiet, _span(policy, tier.short)), _LAST, _LAST * below),
    )


def _span(policy: Policy, window: timedelta) -> int:
    """Minutes after which a window sees nothing of what was before."""
    reach = RATE_WINDOW if window_speed(window) is Speed.FAST else RATE_WINDOW + COUNT_INTERVAL
    return _rounded((recorded_window(window) + reach) // MINUTE, policy.step)


def _rounded(minutes: int, step: int) -> int:
    """Up to a whole number of evaluations."""
    return -(-minutes // step) * step


@lru_cache(maxsize=256)
def gauge_cases(policy: Policy, slice_length: timedelta) -> tuple[Case, ...]:
    """The cases of an SLO that looks at a value: one event a slice, which is bad while the value breaks the limit."""
    each = 1 / Decimal(slice_length / MINUTE)
    good = max(_span(policy, tier.short) for tier in policy.tiers)
    bad = _rounded(_LONG_ENOUGH, policy.step)
    courses = (
        ("the limit kept is quiet", (Phase(_some(policy), each),)),
        ("the limit broken all the time", (Phase(bad, each, each),)),
        ("the limit broken once, just now", (Phase(good, each), Phase(policy.step, each, each))),
        ("the limit broken earlier and kept since", (Phase(4 * policy.step, each, each), Phase(good, each))),
    )
    return tuple(Case(title, phases, outcome(policy, phases, instant=True).firing) for title, phases in courses)
