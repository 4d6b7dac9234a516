"""Do the numbers of events make sense: the part within the whole, and enough of them for an alert?"""

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from sloguard.config.codes import live
from sloguard.evaluation.burn import FULL_EVIDENCE_FACTOR, SIGNIFICANCE_BOUND, significant
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.parts import Role, totals
from sloguard.model.duration import format_duration
from sloguard.model.measurement import Counts
from sloguard.model.policy import Tier
from sloguard.model.slo import EventsIndicator, Slo

_SKEW_RATIO = 0.01
_SKEW_EVENTS = 5.0
"""Two counters of one process are scraped together, those of two processes are not: so much is no sign of anything."""


def part_exceeds_total(slo: Slo, facts: Facts) -> Iterator[Finding]:
    """Bad (or good) events that are more than all events, over the last hour or the last day."""
    indicator = slo.indicator
    if not isinstance(indicator, EventsIndicator) or not all(facts.of(each).series for each in indicator.total):
        return
    role, part = (Role.BAD, indicator.bad) if indicator.bad else (Role.GOOD, indicator.good)
    for word, events in (("hour", _hour_events), ("day", _day_events)):
        some, all_events = events(part, facts), events(indicator.total, facts)
        if some is None or all_events is None:
            continue
        if some > all_events * (1 + _SKEW_RATIO) + _SKEW_EVENTS:
            what = f"there are more {role.value} events than events"
            why = f"in the last {word} {some:,.0f} of {all_events:,.0f}"
            do = f"Make the {role.value} events a part of the total: the same metric with a matcher more."
            yield Finding(live.PART_EXCEEDS_TOTAL, ("indicator", "events", role.value), what, do, why)
            return


def too_little_traffic(slo: Slo, facts: Facts) -> Iterator[Finding]:
    """Not one burn-rate tier could fire in a total outage."""
    selectors = totals(slo)
    if not slo.tiers or not selectors or slo.timeslices is not None:  # slices of time do not grow fewer
        return
    if not all(facts.of(each).series for each in selectors):
        return
    # A young metric has less than a day: the busier of the two views is nearer to the truth.
    hour, day = _hour_events(selectors, facts), _day_events(selectors, facts)
    if hour is None or day is None:
        return
    hourly = max(hour, day / 24)
    if alertable(slo.tiers, slo.budget_ratio, hourly):
        return
    tier = max(slo.tiers, key=lambda each: _events_in(each.long, hourly) / events_needed(each.factor, slo.budget_ratio))
    needed = events_needed(tier.factor, slo.budget_ratio)
    what = "there is too little traffic for any burn-rate alert, even in a total outage"
    why = (
        f"about {hourly * 24:.3g} events a day are {_events_in(tier.long, hourly):.3g} "
        f"in {format_duration(tier.long)}, and the tier of factor {tier.factor:f} "
        f"needs {needed} bad ones to be more than chance"
    )
    do = "Lower the objective, widen the selector, or watch it by a probe (a threshold)."
    yield Finding(live.TOO_LITTLE_TRAFFIC, ("objective",), what, do, why)


def events_needed(factor: Decimal, budget_ratio: Decimal) -> int:
    """The fewest events that are significant if all of them are bad.

    From √n − √(h·b·n) > bound, with h = min(1, factor / 3): n > (bound / (1 − √(h·b)))².
    """
    share = min(1.0, float(factor) / FULL_EVIDENCE_FACTOR)
    return math.floor((SIGNIFICANCE_BOUND / (1 - math.sqrt(share * float(budget_ratio)))) ** 2) + 1


def alertable(tiers: Iterable[Tier], budget_ratio: Decimal, hourly: float) -> bool:
    """Whether a total outage could ever make one of the tiers fire, at so many events an hour."""
    return any(_can_fire(tier, budget_ratio, hourly) for tier in tiers)


def _can_fire(tier: Tier, budget_ratio: Decimal, hourly: float) -> bool:
    events = math.floor(_events_in(tier.long, hourly))
    return significant(Counts(bad=events, total=events), tier.factor, budget_ratio)


def _events_in(length: timedelta, hourly: float) -> float:
    return hourly * (length / timedelta(hours=1))


def _hour_events(selectors: tuple[str, ...], facts: Facts) -> float | None:
    return _sum([facts.of(each).hour_events for each in selectors])


def _day_events(selectors: tuple[str, ...], facts: Facts) -> float | None:
    return _sum([facts.of(each).day_events for each in selectors])


def _sum(numbers: Sequence[float | None]) -> float | None:
    """None if one of them is not known."""
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
