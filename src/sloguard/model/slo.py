"""What slo.yaml declares: services, their SLOs, indicators, windows and alerting tiers."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from sys import intern

from sloguard.model.composite import CompositeIndicator
from sloguard.model.funnel import Funnel
from sloguard.model.group import DEFAULT_GROUP_LIMIT, Group, group_text
from sloguard.model.policy import AlertPolicy, Severity, Tier
from sloguard.model.timeslices import Timeslices
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
    """Good events are the observations of a histogram at or below a bound: a bucket's, if nothing else is asked for."""

    histogram: str
    """Metric name without `_bucket`."""
    matchers: str
    """Label matchers without braces, `service="onboarding"`; may be empty."""
    below: timedelta
    neighbours: tuple[timedelta, timedelta] | None = None
    """The bounds of the buckets on both sides of `below`, between which observations are taken to lie evenly."""
    native: bool = False
    """A native histogram: Prometheus itself interpolates within its buckets. Has no neighbours."""


@dataclass(frozen=True, slots=True)
class ThresholdIndicator:
    """A gauge or expression compared with a number. Each slice is one event: bad if any series breaks it."""

    query: str
    comparison: Comparison
    value: Decimal
    """In the query's own unit; a duration in slo.yaml stands here in seconds."""


@dataclass(frozen=True, slots=True)
class RatioIndicator:
    """The share of good or of bad events, by an expression over a window. Exactly one of the two is non-empty.

    `$window` stands where the range goes; the loader has parsed the expression.
    """

    success: str = ""
    error: str = ""


Indicator = EventsIndicator | LatencyIndicator | ThresholdIndicator | RatioIndicator | CompositeIndicator


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
    """Share in the service's health, relative to its other SLOs. The groups of one SLO share its weight."""
    timeslices: Timeslices | None = None
    """Its events are slices of time; None if each event counts."""
    group_by: tuple[str, ...] = ()
    """Labels, sorted: each combination of their values is an SLO of its own, and this is their template."""
    group_limit: int = DEFAULT_GROUP_LIMIT
    """So many groups are kept; what is left out is told."""
    group: Group = ()
    """The label values that this SLO is about; empty for a template, and for an SLO that is not grouped."""
    depends_on: tuple[str, ...] = ()
    """Ids, as declared, of SLOs without which this one cannot be met: while one of them pages, this one is quiet."""

    @property
    def id(self) -> str:
        """Unique. That of a group is `shop/availability{tenant="acme"}`."""
        return intern(f"{self.service}/{self.title}")  # much is kept by it: one text for all

    @property
    def title(self) -> str:
        """Unique within its service: the name, and the group if it is about one."""
        return self.name + group_text(self.group)

    @property
    def declared_id(self) -> str:
        """The id under which slo.yaml declares it: the same for all groups."""
        return f"{self.service}/{self.name}"

    @property
    def is_template(self) -> bool:
        return bool(self.group_by) and not self.group

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The burn-rate tiers of its policy, most severe first."""
        return self.policy.tiers

    @property
    def budget_ratio(self) -> Decimal:
        return 1 - self.objective_ratio

    @property
    def approximate(self) -> bool:
        """Whether its events are estimated, not counted: what rests on them is shown as approximate."""
        match self.indicator:
            case LatencyIndicator(neighbours=neighbours, native=native):
                return native or neighbours is not None
            case indicator:
                return isinstance(indicator, RatioIndicator)


def grouped(template: Slo, group: Group) -> Slo:
    """The SLO of one group of a template."""
    return replace(template, group=group)


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    slos: tuple[Slo, ...]
    owner: str = ""
    description: str = ""
    runbook_url: str = ""
    routes: tuple[tuple[Severity, tuple[str, ...]], ...] = ()
    """Own routes: receivers by severity. A severity that is missing here goes the way of the file's routes."""
    no_data_route: tuple[str, ...] | None = None
    """Own receivers of no-data alerts."""
    funnels: tuple[Funnel, ...] = ()
