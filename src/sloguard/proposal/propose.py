"""From observations to services and objectives."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from sloguard.model.duration import format_duration
from sloguard.promql.terms import bound_matcher
from sloguard.proposal.catalog import Unit
from sloguard.proposal.objective import proposed_objective
from sloguard.proposal.observed import LOOKED_AT, Observation

MOST_SERVICES = 100
_FAST_ENOUGH_RATIO = 0.95
"""The bound to promise: the lowest that so many requests keep already."""
_LONGEST_NAME = 90


@dataclass(frozen=True, slots=True)
class ProposedSlo:
    name: str
    description: str
    indicator: str
    """Of slo.yaml: `events` or `latency`."""
    fields: tuple[tuple[str, str], ...]
    """The indicator's keys and values."""
    total: float
    bad: float
    metric: str
    origin: str
    objective_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ProposedService:
    name: str
    """Valid and unique."""
    seen_as: str
    """The label's value, as it is."""
    slos: tuple[ProposedSlo, ...]


def proposals(observations: Iterable[Observation], window: timedelta) -> Sequence[ProposedService]:
    """The busiest services first."""
    by_service: dict[str, dict[str, ProposedSlo]] = {}
    for observation in observations:
        slos = by_service.setdefault(observation.service or observation.source.requests, {})
        for slo in _slos(observation, window):
            slos.setdefault(slo.name, slo)  # the catalog's order is the order of preference
    found = [(raw, tuple(slos.values())) for raw, slos in by_service.items() if slos]
    found.sort(key=lambda each: (-max(slo.total for slo in each[1]), each[0]))
    taken: set[str] = set()
    return [ProposedService(_unique(raw, taken), raw, slos) for raw, slos in found[:MOST_SERVICES]]


def _slos(seen: Observation, window: timedelta) -> Iterator[ProposedSlo]:
    # A young metric has fewer than 30 days; that makes the traffic look smaller, never larger.
    hourly = seen.total / (LOOKED_AT / timedelta(hours=1))
    for draft in _drafts(seen):
        objective = proposed_objective(draft.bad, seen.total, hourly, window)
        if objective is not None:
            yield replace(draft, objective_percent=objective)


def _drafts(seen: Observation) -> Iterator[ProposedSlo]:
    """What the metric can carry, with no objective yet."""
    prefix = f"{seen.source.prefix}-" if seen.source.prefix else ""
    metric = seen.source.requests
    if seen.failure_label:
        yield ProposedSlo(
            name=f"{prefix}availability",
            description="Requests are answered without a server error.",
            indicator="events",
            fields=(("bad", metric + seen.matchers(seen.failed)), ("total", metric + seen.matchers())),
            total=seen.total,
            bad=seen.bad,
            metric=metric,
            origin=seen.source.origin,
        )
    bound = _fast_enough(seen)
    if bound is not None:
        shown = format_duration(timedelta(milliseconds=_milliseconds(seen, bound)))
        kind, fields = _latency(seen, bound)
        yield ProposedSlo(
            name=f"{prefix}latency",
            description=f"Requests are answered within {shown}.",
            indicator=kind,
            fields=fields,
            total=seen.total,
            bad=max(0.0, seen.total - dict(seen.within)[bound]),
            metric=metric,
            origin=seen.source.origin,
        )


def _fast_enough(seen: Observation) -> float | None:
    """The lowest bound that enough requests keep, and that can be written down."""
    for bound, within in seen.within:
        whole = _milliseconds(seen, bound)
        writable = bound != float("inf") and whole >= 1 and whole == round(whole)
        if writable and seen.total and within / seen.total >= _FAST_ENOUGH_RATIO:
            return bound
    return None


def _milliseconds(seen: Observation, bound: float) -> float:
    return round(bound * (1000 if seen.source.unit is Unit.SECONDS else 1), 6)


def _latency(seen: Observation, bound: float) -> tuple[str, tuple[tuple[str, str], ...]]:
    histogram = seen.source.histogram
    if seen.source.unit is Unit.SECONDS:
        filters = (("filter", seen.matchers()),) if seen.matchers() else ()
        below = format_duration(timedelta(milliseconds=_milliseconds(seen, bound)))
        return "latency", (("histogram", histogram), *filters, ("below", below))
    good = f"{histogram}_bucket{seen.matchers(bound_matcher(f'{bound:g}'))}"
    return "events", (("good", good), ("total", f"{histogram}_count{seen.matchers()}"))


def _unique(raw: str, taken: set[str]) -> str:
    """A name that slo.yaml allows, and that no other service has."""
    base = re.sub(r"[^A-Za-z0-9_.-]+", "-", raw).strip("-._")[:_LONGEST_NAME] or "service"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name
