"""Services and their SLOs.

A `…Shell` takes anything for its inner entries: they are checked one by one, so that a faulty SLO among thousands
keeps neither its service nor its neighbours from being checked.
"""

from typing import Annotated

from pydantic import ConfigDict, Field, WithJsonSchema

from sloguard.config.fields import Labels, Name, Objective, Positive, References, Text, Url
from sloguard.config.schema.alerting import Alerting, RoutesEntry
from sloguard.config.schema.budgeting import BudgetingEntry
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.funnel import FunnelEntry
from sloguard.config.schema.indicator import IndicatorEntry
from sloguard.config.schema.required import required_here, required_without_template
from sloguard.config.schema.window import Window
from sloguard.evaluation.tiers import STANDARD_WINDOW
from sloguard.model.duration import format_duration
from sloguard.model.group import DEFAULT_GROUP_LIMIT

# Templates are filled in before models see them: these are for editors and the reference.
ParameterValue = Annotated[
    object, WithJsonSchema({"type": ["string", "number", "boolean"], "x-takes": "text, number or truth value"})
]
Parameter = Annotated[
    object,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "x-takes": "a name with its default"}]}),
]


class DefaultsEntry(Entry):
    """What holds for every SLO that does not say otherwise."""

    window: Window | None = Field(
        None,
        description="Length of the rolling window, whole hours from 1h to 365d; or a period of the calendar.",
        json_schema_extra={"default": format_duration(STANDARD_WINDOW)},
    )
    budgeting: BudgetingEntry | None = Field(
        None, description="Whether events are counted, or slices of time that are good or bad as a whole."
    )
    alerting: Alerting | None = Field(
        None,
        description="What raises an alert: `standard`, or what is different.",
        json_schema_extra={"default": "standard"},
    )
    owner: Text | None = Field(None, description="The team that answers for it.")
    runbook_url: Url | None = Field(None, description="What to do when it alerts.")
    dashboard_url: Url | None = Field(None, description="Where to look first.")


class SloEntry(DefaultsEntry):
    """One objective. What is not given here comes from the service, then from `defaults`."""

    model_config = ConfigDict(json_schema_extra=required_here("name"))

    name: Name = Field(description="Unique within its service; the SLO's id is `service/name`.")
    objective: Objective = Field(description="The share of good events in percent, such as 99.9. Above 1, below 100.")
    indicator: IndicatorEntry = Field(description="What is counted or measured.")
    description: Text = Field("", description="What users can rely on, in a plain sentence. It stands in alerts.")
    breakdown_by: Labels = Field(
        default=[], description="Labels whose values may explain bad events: an alert names the worst."
    )
    group_by: Labels = Field(
        default=[],
        description="Labels: each combination of their values is an SLO of its own, with its own budget and alert. "
        "For counters (`events`, `latency`).",
    )
    group_limit: Positive | None = Field(
        None,
        description="At most so many groups, 1 to 1,000. What is left out is told.",
        json_schema_extra={"default": DEFAULT_GROUP_LIMIT},
    )
    depends_on: References = Field(
        default=[],
        description="SLOs without which this one cannot be met, as `service/slo`, or by the bare name in the same "
        "service. While one of them pages, this one is not told, but listed in that page.",
    )
    weight: Positive | None = Field(
        None,
        description="Share in the service's health, relative to its other SLOs. The groups of an SLO share it.",
        json_schema_extra={"default": 1},
    )


class _ServiceContent(DefaultsEntry):
    description: Text = Field("", description="What it does, in a plain sentence.")
    funnels: list[FunnelEntry] = Field(
        default=[], description="Steps that people take one after the other: a dashboard shows how many go on."
    )
    routes: RoutesEntry | None = Field(
        None, description="Own routes; a severity that is missing here goes the way of the file's routes."
    )


class _ServiceKeys(_ServiceContent):
    name: Name = Field(description="Unique within all files.")


class ServiceEntry(_ServiceKeys):
    """Something that users depend on, and what was promised about it."""

    model_config = ConfigDict(json_schema_extra=required_without_template(SloEntry))

    slos: list[SloEntry] = Field(
        min_length=1,
        description="Its objectives. With a template: changes to the template's by their names, and further ones.",
    )
    template: Text | None = Field(None, description="The template that it is made from; its own keys win.")
    values: dict[str, ParameterValue] = Field(
        {}, alias="with", description="Values of the template's parameters, by their names."
    )


class TemplateEntry(_ServiceContent):
    """A service without its name: what many services have in common. `$(parameter)` in a text is filled in for each."""

    parameters: list[Parameter] = Field(
        default=[],
        description="Names, and names with a default: `[job, {objective: 99.9}]`. `$(name)` is always there.",
    )
    slos: list[SloEntry] = Field(min_length=1, description="Its objectives.")


class ServiceShell(_ServiceKeys):
    slos: list[object] = Field(min_length=1)
