"""Where what is generated is pushed."""

from pydantic import Field

from sloguard.config.fields import Duration, HeaderName, SecretText, ServerUrl, Text
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.surroundings import BasicAuthEntry, TlsEntry
from sloguard.model.duration import format_duration
from sloguard.model.publishing import GrafanaSettings, RulerSettings, ServerAccess

_FILE = "A file that holds it; relative to the configuration's directory."
_ACCESS = ServerAccess("")
_TIMEOUT = format_duration(_ACCESS.timeout)


class RulerEntry(Entry):
    """A ruler with the configuration API of Mimir and Cortex."""

    url: ServerUrl = Field(
        description="Its address, up to what comes before `/config/v1/rules`, like http://mimir/prometheus."
    )
    namespace: Text = Field(
        RulerSettings(_ACCESS).namespace, description="The namespace that holds the rule groups.", min_length=1
    )
    tenant: Text | None = Field(None, description="Sent as the header X-Scope-OrgID.")
    headers: dict[HeaderName, SecretText] = Field(default={}, description="Sent with each request.")
    bearer_token: SecretText | None = Field(None, description="Sent as `Authorization: Bearer …`.")
    bearer_token_file: Text | None = Field(None, description=_FILE)
    basic_auth: BasicAuthEntry | None = Field(None, description="Sent as `Authorization: Basic …`.")
    tls: TlsEntry | None = Field(None, description="For https.")
    timeout: Duration | None = Field(
        None, description="How long a request may take.", json_schema_extra={"default": _TIMEOUT}
    )


class GrafanaEntry(Entry):
    """A Grafana, by its HTTP API."""

    url: ServerUrl = Field(description="Its address, without /api.")
    folder: Text = Field(
        GrafanaSettings(_ACCESS).folder, description="Title of the folder; made if it is not there.", min_length=1
    )
    token: SecretText | None = Field(None, description="Token of a service account that may edit the folder.")
    token_file: Text | None = Field(None, description=_FILE)
    basic_auth: BasicAuthEntry | None = Field(None, description="Instead of a token.")
    headers: dict[HeaderName, SecretText] = Field(
        default={}, description="Sent with each request, `X-Grafana-Org-Id` for instance."
    )
    tls: TlsEntry | None = Field(None, description="For https.")
    timeout: Duration | None = Field(
        None, description="How long a request may take.", json_schema_extra={"default": _TIMEOUT}
    )


class ApplyEntry(Entry):
    """Where `sloguard apply` puts rules and dashboards."""

    ruler: RulerEntry | None = Field(None, description="Where the rules go.")
    grafana: GrafanaEntry | None = Field(None, description="Where the dashboards go.")
