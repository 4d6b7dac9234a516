"""Puts the questions to Prometheus: many in one query, few queries in all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sloguard.ledger.batches import ask_expressions
from sloguard.model.series import Sample
from sloguard.ports import MetricsSource
from sloguard.promql.counting import TAG, gauges_query


class ServerDetails(Protocol):
    """What a Prometheus tells besides answers to queries. Every method raises PrometheusError."""

    def metric_names(self, start: datetime, end: datetime) -> Sequence[str]: ...

    def label_values(self, label: str, selector: str, start: datetime, end: datetime) -> Sequence[str]: ...

    def metric_types(self) -> Mapping[str, str]:
        """Empty if the server does not tell."""
        ...

    def retention(self) -> timedelta | None:
        """None if the server does not tell."""
        ...


@dataclass(slots=True)
class Asking:
    """Instant queries at one instant. What Prometheus refuses is remembered by key, unless that tells nothing."""

    source: MetricsSource
    now: datetime
    refused: dict[str, str] = field(default_factory=dict)

    def rows(self, expressions: Mapping[str, str], *, remember: bool = True) -> Sequence[tuple[str, Sample]]:
        """The samples of each expression, with its key.

        Args:
            expressions: by key.
            remember: whether a refusal means that what the key names cannot be used.

        Raises:
            PrometheusError: no usable answer, for another reason than a refused query.
        """
        keys = list(expressions)
        tagged = {str(number): expressions[key] for number, key in enumerate(keys)}
        refused: dict[str, str] = {}
        samples = ask_expressions(tagged, lambda part: self.source.query(gauges_query(part), self.now), refused)
        if remember:
            self.refused |= {keys[int(tag)]: why for tag, why in refused.items()}
        return [(keys[int(sample.labels[TAG])], sample) for sample in samples]

    def numbers(self, expressions: Mapping[str, str], *, remember: bool = True) -> Mapping[str, float]:
        """The value of each expression that has exactly one; expressions without an answer are missing."""
        return {key: sample.value for key, sample in self.rows(expressions, remember=remember)}
