"""What an SLO counts or measures."""

from pydantic import Field

from sloguard.config.fields import Bound, Duration
from sloguard.config.promql_fields import Filter, Histogram, Query, Selectors
from sloguard.config.schema.entry import Entry


class EventsEntry(Entry):
    """Events counted by counters. Selectors in a list are added up."""

    total: Selectors = Field(
        description="Counter of all events: a plain selector such as "
        '`http_requests_total{service="shop"}`, or a list of them.'
    )
    bad: Selectors | None = Field(None, description="Counter of the bad events. Either this or `good`.")
    good: Selectors | None = Field(None, description="Counter of the good events. Either this or `bad`.")


class LatencyEntry(Entry):
    """Observations of a classic histogram: good at or below a bucket's bound."""

    histogram: Histogram = Field(description="The histogram's name, without `_bucket`.")
    filter: Filter = Field("", description="Label matchers in braces, such as `'{service=\"shop\"}'`.")
    below: Duration = Field(description="The slowest that is good. It must be the bound of a bucket.")


class ThresholdEntry(Entry):
    """A gauge or expression, compared once per slice of time. One series that breaks it makes the slice bad."""

    query: Query = Field(description="Any PromQL that has an instant value per series, without a comparison.")
    below: Bound | None = Field(
        None,
        description="Good while the value is below this: a number, or a duration in seconds. "
        "Exactly one of below, above, equals.",
    )
    above: Bound | None = Field(None, description="Good while the value is above this.")
    equals: Bound | None = Field(None, description="Good while the value is exactly this.")


class IndicatorEntry(Entry):
    """What is counted or measured: exactly one of the kinds."""

    events: EventsEntry | None = Field(None, description="Counters of good or bad, and of all events.")
    latency: LatencyEntry | None = Field(None, description="A histogram, and how fast is good.")
    threshold: ThresholdEntry | None = Field(None, description="A gauge or expression, and its bound.")
