"""Funnels of a service."""

from pydantic import Field

from sloguard.config.fields import Name, Text
from sloguard.config.promql_fields import Selectors
from sloguard.config.schema.entry import Entry


class StepEntry(Entry):
    """A step, and the counter that tells how many took it."""

    name: Text = Field(description="As people know it: it stands on the dashboard.")
    events: Selectors = Field(description="Counters of those who took it; the selectors of a list are added up.")


class FunnelEntry(Entry):
    """Steps that people take one after the other. A dashboard shows how many go on; there is no promise about it."""

    name: Name = Field(description="Unique within its service.")
    description: Text = Field("", description="What it leads to, in a plain sentence.")
    steps: list[StepEntry] = Field(description="2 to 20 of them, in their order.")
