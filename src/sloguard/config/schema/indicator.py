"""What an SLO counts or measures."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sloguard.config.codes import indicators
from sloguard.config.fields import Bound, Duration, Positive, Text, Truth
from sloguard.config.promql_fields import Filter, Histogram, Query, Ratio, Selectors
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry


class EventsEntry(Entry):
    """Events counted by counters. Selectors in a list are added up: a series that two of them match counts twice."""

    total: Selectors = Field(
        description="Counter of all events: a plain selector such as "
        '`http_requests_total{service="shop"}`, or a list of them.'
    )
    bad: Selectors | None = Field(None, description="Counter of the bad events. Either this or `good`.")
    good: Selectors | None = Field(None, description="Counter of the good events. Either this or `bad`.")


def _read_neighbours(value: object) -> object:
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 - one on each side
        return value
    do = "Name them, like [250ms, 500ms]: `curl` the target, or ask Prometheus for the label le."
    raise refusal(indicators.NEIGHBOURS, "must be the bounds of the buckets next to `below`", do)


_Pair = Annotated[list[Duration], Field(min_length=2, max_length=2)]
Neighbours = Annotated[list[Duration], BeforeValidator(_read_neighbours, json_schema_input_type=_Pair)]


class LatencyEntry(Entry):
    """Observations of a histogram: good at or below a bound. Exact where that is the bound of a bucket."""

    histogram: Histogram = Field(description="The histogram's name, without `_bucket`.")
    filter: Filter = Field("", description="Label matchers in braces, such as `'{service=\"shop\"}'`.")
    below: Duration = Field(description="The slowest that is good: a bucket's bound, unless the next keys say more.")
    interpolate: Neighbours | None = Field(
        None,
        description="The bounds of the two buckets around `below`, such as `[250ms, 500ms]`: observations between "
        "them are taken to lie evenly. The result is shown as approximate.",
        json_schema_extra={"x-takes": "two durations"},
    )
    native: Truth = Field(
        False,
        description="It is a native histogram, without buckets of its own; needs a Prometheus that keeps them. The "
        "result is shown as approximate.",
    )


class ThresholdEntry(Entry):
    """A gauge or expression, compared once per slice of time. One series that breaks it makes the slice bad.

    A value that is not a number, and no value at all, are no data. For a probe: `query: probe_success`, `equals: 1`.
    """

    query: Query = Field(description="Any PromQL that has an instant value per series, without a comparison.")
    below: Bound | None = Field(
        None,
        description="Good while the value is below this: a number, or a duration in seconds. "
        "Exactly one of below, above, equals.",
    )
    above: Bound | None = Field(None, description="Good while the value is above this.")
    equals: Bound | None = Field(None, description="Good while the value is exactly this.")


class FreshnessEntry(Entry):
    """How long ago something last happened, compared once per slice of time: a backup, a batch job, an import."""

    timestamp: Query = Field(description="A metric, or PromQL, whose value is the instant in Unix seconds.")
    below: Duration = Field(description="Good while it is less long ago than this.")


class RatioEntry(Entry):
    """The share of good or bad events, by an expression with `$window` where the range goes: `rate(x[$window])`.

    It is asked for slice by slice, and shown as approximate; `events` counts exactly. Where the expression is a
    division (also `1 - a / b`), its two sides are asked for on their own and each slice weighs as much as the lower
    side says: a `rate` is events per second. Otherwise every slice weighs the same, and several series count as
    their mean. Where no value comes there are no data; a missing upper side is zero.
    """

    success: Ratio | None = Field(None, description="The share of good events, 0 to 1. Either this or `error`.")
    error: Ratio | None = Field(None, description="The share of bad events, 0 to 1. Either this or `success`.")


class MemberEntry(Entry):
    """One of a composite's SLOs."""

    slo: Text = Field(description="Its id, `service/slo`; the name alone if it is one of the same service.")
    weight: Positive | None = Field(
        None, description="Relative to the other members.", json_schema_extra={"default": 1}
    )


class CompositeEntry(Entry):
    """Other SLOs, each with its own indicator: the error ratio is the weighted mean of theirs over the same window.

    A member without events in a window is left out of it. Where no member has data there is no answer.
    """

    members: list[MemberEntry] = Field(min_length=1, description="Each SLO once. It may be a composite too.")
    missing: Literal["no_data", "ignore", "bad"] = Field(
        "no_data",
        description="What a member without data means: no answer at all, that it is left out, or that all of it "
        "is bad.",
    )


class IndicatorEntry(Entry):
    """What is counted or measured: exactly one of the kinds."""

    events: EventsEntry | None = Field(None, description="Counters of good or bad, and of all events.")
    latency: LatencyEntry | None = Field(None, description="A histogram, and how fast is good.")
    threshold: ThresholdEntry | None = Field(None, description="A gauge or expression, and its bound.")
    freshness: FreshnessEntry | None = Field(None, description="A timestamp, and how old it may be.")
    ratio: RatioEntry | None = Field(None, description="A share of events, as an expression over `$window`.")
    composite: CompositeEntry | None = Field(None, description="Other SLOs and their weights.")
