"""When an SLO alerts, and who is told."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sloguard.config.codes import shape
from sloguard.config.fields import Duration, Positive, References
from sloguard.config.refusal import refusal
from sloguard.config.schema.entry import Entry

SeverityWord = Literal["page", "ticket", "info"]
_STANDARD_WORD = "standard"


class TierEntry(Entry):
    """Alerts while the burn rate exceeds the factor over both windows."""

    severity: SeverityWord = Field(description="How urgently a person is needed: page, ticket or info.")
    long: Duration = Field(description="The long window: at most the SLO's window.")
    short: Duration = Field(description="The short window, usually a twelfth of the long one: at least two slices.")
    factor: Positive = Field(
        description="The burn rate above which it fires; 1 spends exactly the whole budget within the SLO's window."
    )


class AlertingEntry(Entry):
    """Own burn-rate tiers."""

    tiers: list[TierEntry] = Field(min_length=1, description="At least one.")

    @property
    def is_standard(self) -> bool:
        """The word `standard` was written instead."""
        return not self.tiers


_STANDARD = AlertingEntry.model_construct(tiers=[])


def _read_alerting(value: object) -> object:
    if value == _STANDARD_WORD:
        return _STANDARD
    if isinstance(value, str):
        raise refusal(shape.CHOICE, "must be `standard`, or own tiers", "Write alerting: standard.")
    return value


Alerting = Annotated[
    AlertingEntry,
    BeforeValidator(_read_alerting, json_schema_input_type=Literal["standard"] | AlertingEntry),
]


class RoutesEntry(Entry):
    """Which receivers hear of alerts of a severity, as `slack.<name>` or `pagerduty.<name>`."""

    page: References | None = Field(None, description="Receivers of alerts that need a person now.")
    ticket: References | None = Field(None, description="Receivers of alerts that need a person in working hours.")
    info: References | None = Field(None, description="Receivers of alerts that are good to know.")
