"""What a Prometheus told about the things that a file names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class SelectorFacts:
    """What is known of a counter selector, or of an expression."""

    series: int = 0
    """That had a sample in the last hour."""
    hour_events: float | None = 0.0
    """Increase over the last hour, of all series together; None if Prometheus cannot tell."""
    day_events: float | None = 0.0
    scrape_seconds: float | None = None
    """Between two samples of its busiest series; None if it is too young or too rare to tell."""


@dataclass(frozen=True, slots=True)
class Facts:
    selectors: Mapping[str, SelectorFacts] = field(default_factory=dict)
    bounds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values of `le`, by the selector of all buckets."""
    labelled_series: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many series of a selector have a label."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why Prometheus would not compute it, by expression."""
    metric_names: tuple[str, ...] = ()
    """Only asked for where a selector matches nothing."""
    label_values: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By metric and label; only asked for where a selector matches nothing."""
    metric_types: Mapping[str, str] = field(default_factory=dict)
    retention: timedelta | None = None
    oldest: Mapping[str, timedelta] = field(default_factory=dict)
    """How far back a selector has samples; only asked for where the server does not tell its retention."""

    def of(self, selector: str) -> SelectorFacts:
        return self.selectors.get(selector, SelectorFacts())
