"""Rules and rule groups as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RecordingRule:
    record: str
    expression: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlertingRule:
    alert: str
    expression: str
    keep_firing_for: timedelta
    labels: Mapping[str, str]
    """Prometheus expands templates in these values, and in the annotations."""
    annotations: Mapping[str, str]


Rule = RecordingRule | AlertingRule


@dataclass(frozen=True, slots=True)
class RuleGroup:
    name: str
    interval: timedelta
    rules: tuple[Rule, ...]
    comment: str = ""
    """One line about the group."""
