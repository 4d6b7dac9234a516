"""A whole slo.yaml."""

from typing import Literal

from pydantic import ConfigDict, Field

from sloguard.config.fields import NameKey, References, Url
from sloguard.config.schema.alerting import RoutesEntry, SelfAlert
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.publishing import ApplyEntry
from sloguard.config.schema.quiet import FoldingOrNone, MaintenanceEntry, RemindersEntry, WebEntry
from sloguard.config.schema.required import required_here
from sloguard.config.schema.service import DefaultsEntry, ServiceEntry, TemplateEntry
from sloguard.config.schema.surroundings import (
    BackupEntry,
    EvaluationEntry,
    MessagesEntry,
    NotifyEntry,
    PrometheusEntry,
    RetentionEntry,
)


class _FileKeys(Entry):
    prometheus: PrometheusEntry | None = Field(None, description="Where the counters are.")
    evaluation: EvaluationEntry | None = Field(None, description="How often and how finely events are counted.")
    notify: NotifyEntry | None = Field(None, description="Who can be told.")
    messages: MessagesEntry | None = Field(None, description="What they are told, if not in the built-in words.")
    routes: RoutesEntry | None = Field(None, description="Who is told of what.")
    self_alert: SelfAlert | None = Field(
        None,
        description="sloguard's alert about itself. `none`: then nobody is told.",
        json_schema_extra={"default": "{severity: ticket, after: 5m}"},
    )
    maintenance: list[MaintenanceEntry] = Field(
        default=[],
        description="When nobody wants to hear of alerts, because the cause is known. Any file may add some.",
    )
    folding: FoldingOrNone | None = Field(
        None,
        description="Alerts that fire together are told as one incident. `none`: each is told on its own.",
        json_schema_extra={"default": "{within: 10m, more_than: 3}"},
    )
    reminders: RemindersEntry | None = Field(
        None, description="How often receivers are told that an alert goes on that nobody has acknowledged."
    )
    web: WebEntry | None = Field(None, description="What the daemon serves.")
    retention: RetentionEntry | None = Field(None, description="How long counts are kept, and how finely.")
    backup: BackupEntry | None = Field(None, description="Backups of the store; none unless this is given.")
    web_url: Url | None = Field(
        None, description="Where people open sloguard's own pages: dashboards link there. Without it they do not."
    )
    apply: ApplyEntry | None = Field(None, description="Where `sloguard apply` puts what is generated.")
    defaults: DefaultsEntry | None = Field(None, description="What holds for every SLO that does not say otherwise.")


class FileEntry(_FileKeys):
    """Services, what was promised about them, and the surroundings."""

    model_config = ConfigDict(json_schema_extra=required_here("version"))

    version: Literal[1] = Field(description="The language of the file.")
    services: list[ServiceEntry] = Field(
        min_length=1, description="What users depend on. Of several files at least one has services."
    )
    include: References = Field(
        default=[],
        description="Files, directories or patterns to read as well, relative to this file. See [several files]"
        "(#several-files).",
    )
    templates: dict[NameKey, TemplateEntry] = Field(
        default={}, description="What many services have in common, by name. See [templates](#templates)."
    )


class FileShell(_FileKeys):
    """Takes anything for a service: they are checked one by one."""

    version: object
    services: list[object] = Field(min_length=1)
