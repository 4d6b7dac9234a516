"""A whole slo.yaml."""

from typing import Literal

from pydantic import Field

from sloguard.config.schema.alerting import RoutesEntry
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.service import DefaultsEntry, ServiceEntry
from sloguard.config.schema.surroundings import EvaluationEntry, NotifyEntry, PrometheusEntry


class _FileKeys(Entry):
    prometheus: PrometheusEntry | None = Field(None, description="Where the counters are.")
    evaluation: EvaluationEntry | None = Field(None, description="How often and how finely events are counted.")
    notify: NotifyEntry | None = Field(None, description="Who can be told.")
    routes: RoutesEntry | None = Field(None, description="Who is told of what.")
    defaults: DefaultsEntry | None = Field(None, description="What holds for every SLO that does not say otherwise.")


class FileEntry(_FileKeys):
    """Services, what was promised about them, and the surroundings."""

    version: Literal[1] = Field(description="The language of the file.")
    services: list[ServiceEntry] = Field(min_length=1, description="What users depend on.")


class FileShell(_FileKeys):
    """Takes anything for a service: they are checked one by one."""

    version: object
    services: list[object] = Field(min_length=1)
