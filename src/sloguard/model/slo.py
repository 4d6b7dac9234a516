"""What slo.yaml declares: services, their SLOs, indicators, windows and alerting tiers."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from sloguard.model.policy import AlertPolicy, Severity, Tier
from sloguard.model.window import Window


class Comparison(StrEnum):
    """How a gauge is compared with its threshold while it is good."""

    BELOW = "below"
    ABOVE = "above"
    EQUALS = "equals"


@dataclass(frozen=True, slots=True)
class EventsIndicator:
    """Counts from counters: `total`, and either `bad` or `good`. Selectors of one tuple are summed.

    Selectors are PromQL vector selectors that the loader has parsed. Exactly one of `bad`, `good` is non-empty.
    """

    total: tuple[str, ...]
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LatencyIndicator:
    """Good events are the observations of a classic histogram at or below a bucket's bound."""

    histogram: str
    """Metric name without `_bucket`."""
    matchers: str
    """Label matchers without braces, `service="onboarding"`; may be empty."""
    below: timedelta


@dataclass(frozen=True, slots=True)
class ThresholdIndicator:
    """A gauge or expression compared with a number. Each slice is one event: bad if any series breaks it."""

    query: str
    comparison: Comparison
    value: Decimal
    """In the query's own unit; a duration in slo.yaml stands here in seconds."""


Indicator = EventsIndicator | LatencyIndicator | ThresholdIndicator


@dataclass(frozen=True, slots=True)
class Slo:
    service: str
    name: str
    objective_ratio: Decimal
    """0 < objective_ratio < 1, exact."""
    window: Window
    indicator: Indicator
    policy: AlertPolicy
    description: str = ""
    owner: str = ""
    runbook_url: str = ""
    dashboard_url: str = ""
    breakdown_by: tuple[str, ...] = ()
    """Labels whose values may explain bad events."""
    weight: Decimal = Decimal(1)
    """Share in the service's health, relative to its other SLOs."""

    @property
    def id(self) -> str:
        return f"{self.service}/{self.name}"

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The burn-rate tiers of its policy, most severe first."""
        return self.policy.tiers

    @property
    def budget_ratio(self) -> Decimal:
        return 1 - self.objective_ratio


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    slos: tuple[Slo, ...]
    owner: str = ""
    description: str = ""
    runbook_url: str = ""
    routes: tuple[tuple[Severity, tuple[str, ...]], ...] = ()
    """Own routes: receivers by severity. A severity that is missing here goes the way of the file's routes."""
