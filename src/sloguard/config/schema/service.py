"""Services and their SLOs.

A `…Shell` takes anything for its inner entries: they are checked one by one, so that a faulty SLO among thousands
keeps neither its service nor its neighbours from being checked.
"""

from pydantic import Field

from sloguard.config.fields import Labels, Name, Objective, Positive, Text, Url, Window
from sloguard.config.schema.alerting import Alerting, RoutesEntry
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.indicator import IndicatorEntry
from sloguard.evaluation.tiers import STANDARD_WINDOW
from sloguard.model.duration import format_duration


class DefaultsEntry(Entry):
    """What holds for every SLO that does not say otherwise."""

    window: Window | None = Field(
        None,
        description="Length of the rolling window: whole hours, from 1h to 365d.",
        json_schema_extra={"default": format_duration(STANDARD_WINDOW)},
    )
    alerting: Alerting | None = Field(
        None, description="`standard`, or own tiers.", json_schema_extra={"default": "standard"}
    )
    owner: Text | None = Field(None, description="The team that answers for it.")
    runbook_url: Url | None = Field(None, description="What to do when it alerts.")
    dashboard_url: Url | None = Field(None, description="Where to look first.")


class SloEntry(DefaultsEntry):
    """One objective. What is not given here comes from the service, then from `defaults`."""

    name: Name = Field(description="Unique within its service; the SLO's id is `service/name`.")
    objective: Objective = Field(description="The share of good events in percent, such as 99.9. Above 1, below 100.")
    indicator: IndicatorEntry = Field(description="What is counted or measured.")
    description: Text = Field("", description="What users can rely on, in a plain sentence. It stands in alerts.")
    breakdown_by: Labels = Field(
        default=[], description="Labels whose values may explain bad events: an alert names the worst."
    )
    weight: Positive | None = Field(
        None, description="Share in the service's health, relative to its other SLOs.", json_schema_extra={"default": 1}
    )


class _ServiceKeys(DefaultsEntry):
    name: Name = Field(description="Unique within the file.")
    description: Text = Field("", description="What it does, in a plain sentence.")
    routes: RoutesEntry | None = Field(
        None, description="Own routes; a severity that is missing here goes the way of the file's routes."
    )


class ServiceEntry(_ServiceKeys):
    """Something that users depend on, and what was promised about it."""

    slos: list[SloEntry] = Field(min_length=1, description="Its objectives.")


class ServiceShell(_ServiceKeys):
    slos: list[object] = Field(min_length=1)
