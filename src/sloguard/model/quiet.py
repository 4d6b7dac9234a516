"""Why nothing, or nothing more, is said of an alert that fires; and what people have decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sloguard.model.matcher import Matcher
from sloguard.model.policy import Severity

LONGEST_SILENCE = timedelta(days=90)
LONGEST_AUTHOR = 100
LONGEST_NOTE = 1_000

# What a silence can match, beside the labels of a group.
LABEL_SLO = "slo"
LABEL_SERVICE = "service"
LABEL_SEVERITY = "severity"
LABEL_KIND = "kind"


class QuietReason(StrEnum):
    """Why: the log's field, the metric's label, the journal's and the API's word."""

    SILENCED = "silenced"
    MAINTENANCE = "maintenance"
    UPSTREAM_PAGES = "upstream_pages"
    """An SLO that it depends on pages, and somebody was told of that."""
    FOLDED = "folded"
    """It was told as a part of another alert's incident."""
    FLAPPING = "flapping"
    """It fired and resolved too often within the hour: it goes on firing until it is calm."""
    CLEARING = "clearing"
    """Nobody was told yet, and it no longer exceeds anything: it is only held before it resolves."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """A reason with where it comes from."""

    reason: QuietReason
    source: str = ""
    """The silence's number, the maintenance's name, the id of the SLO."""
    detail: str = ""
    """What its author says of it."""
    until: datetime | None = None
    """When it ends, if that is known."""


@dataclass(frozen=True, slots=True)
class Muted:
    """Something that is kept quiet for a time, whether or not an alert of it fires."""

    scope: str
    """Matchers of alerts, or services and SLOs."""
    quiet: Quiet


@dataclass(frozen=True, slots=True)
class Silence:
    """Says that nobody wants to hear of some alerts for a time."""

    matchers: tuple[Matcher, ...]
    """All of them match; at least one."""
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str
    id: int = 0
    """Given by the store."""

    def is_active(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(matcher.matches(labels) for matcher in self.matchers)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has taken an alert on: nobody is reminded of it, unless it becomes more severe."""

    author: str
    at: datetime
    severity: Severity
    """Of the alert when it was acknowledged."""
    started_at: datetime
    """Of the alert: a later alert of the same SLO is another one."""
    note: str = ""
