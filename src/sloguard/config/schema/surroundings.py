"""Prometheus, the evaluation, and the receivers of alerts."""

from pydantic import Field

from sloguard.config.fields import (
    Delay,
    Duration,
    HeaderName,
    NameKey,
    SecretText,
    ServerUrl,
    ServerUrls,
    Text,
    Truth,
    Url,
)
from sloguard.config.schema.entry import Entry
from sloguard.model.duration import format_duration
from sloguard.model.retention import Retention
from sloguard.model.secret import Secret
from sloguard.model.settings import (
    BackupSettings,
    EvaluationSettings,
    PagerDutyReceiver,
    PrometheusSettings,
    SlackReceiver,
)

_PROMETHEUS = PrometheusSettings()
_EVALUATION = EvaluationSettings()
_BACKUP = BackupSettings("")
_SLACK_API = SlackReceiver("slack").api_url
_PAGERDUTY_EVENTS = PagerDutyReceiver("pagerduty", Secret("")).events_url
_RETENTION = Retention()
_FILE = "A file that holds it; relative to the configuration's directory."


class BasicAuthEntry(Entry):
    """A user name, and a password from one of two sources."""

    username: Text = Field(description="The user.")
    password: SecretText | None = Field(None, description="Its password, best as a reference to the environment.")
    password_file: Text | None = Field(None, description=_FILE)


class TlsEntry(Entry):
    """How the server's certificate is checked."""

    ca_file: Text | None = Field(None, description="Certificates to trust (PEM) instead of the system's.")
    insecure_skip_verify: Truth = Field(
        default=False, description="Do not check the certificate at all. For experiments only."
    )


class PrometheusEntry(Entry):
    """Where the counters are: Prometheus, or what speaks its query API."""

    url: ServerUrl | None = Field(
        None, description="Its address, without /api.", json_schema_extra={"default": _PROMETHEUS.url}
    )
    fallback_urls: ServerUrls = Field(
        default=[],
        description="Replicas that scrape the same targets: asked in turn while the one before does not answer.",
    )
    scrape_interval: Duration | None = Field(
        None,
        description="How often it scrapes the targets that are counted.",
        json_schema_extra={"default": format_duration(_PROMETHEUS.scrape_interval)},
    )
    timeout: Duration | None = Field(
        None,
        description="How long a query may take.",
        json_schema_extra={"default": format_duration(_PROMETHEUS.timeout)},
    )
    headers: dict[HeaderName, SecretText] = Field(default={}, description="Sent with each request.")
    tenant: Text | None = Field(None, description="Sent as the header X-Scope-OrgID (Mimir, Cortex).")
    bearer_token: SecretText | None = Field(None, description="Sent as `Authorization: Bearer …`.")
    bearer_token_file: Text | None = Field(None, description=_FILE)
    basic_auth: BasicAuthEntry | None = Field(None, description="Sent as `Authorization: Basic …`.")
    tls: TlsEntry | None = Field(None, description="For https.")


class EvaluationEntry(Entry):
    """How often and how finely events are counted."""

    interval: Duration | None = Field(
        None,
        description="Time between two evaluations.",
        json_schema_extra={"default": format_duration(_EVALUATION.interval)},
    )
    slice: Duration | None = Field(
        None,
        description="Counts are kept per slice of time. It divides an hour.",
        json_schema_extra={"default": format_duration(_EVALUATION.slice)},
    )
    settle: Delay | None = Field(
        None,
        description="A slice is counted this long after its end, when its last scrapes are in.",
        json_schema_extra={"default": format_duration(_EVALUATION.settle)},
    )
    recount_hourly: Delay | None = Field(
        None,
        description="So much of the past is counted again every hour, for data that came late. `0s`: nothing.",
        json_schema_extra={"default": format_duration(_EVALUATION.recount_hourly)},
    )
    recount_daily: Delay | None = Field(
        None,
        description="So much of the past is counted again every day. `0s`: nothing.",
        json_schema_extra={"default": format_duration(_EVALUATION.recount_daily)},
    )


class BackupEntry(Entry):
    """The daemon backs its store up into files."""

    directory: Text = Field(description="Where the files go; relative to this file. It is made if need be.")
    every: Duration | None = Field(
        None, description="How often.", json_schema_extra={"default": format_duration(_BACKUP.every)}
    )
    keep: Duration | None = Field(
        None,
        description="How long they are kept. The newest always is.",
        json_schema_extra={"default": format_duration(_BACKUP.keep)},
    )


class RetentionEntry(Entry):
    """How long counts are kept, and how finely: the older, the coarser. Windows stay what they are."""

    slices: Duration | None = Field(
        None,
        description="Until this age slices are kept as they were counted.",
        json_schema_extra={"default": format_duration(_RETENTION.slices)},
    )
    five_minutes: Duration | None = Field(
        None,
        alias="5m",
        description="Until this age they are kept as sums of 5 minutes.",
        json_schema_extra={"default": format_duration(_RETENTION.five_minutes)},
    )
    hours: Duration | None = Field(
        None,
        alias="1h",
        description="Until this age they are kept as sums of hours.",
        json_schema_extra={"default": format_duration(_RETENTION.hours)},
    )
    days: Duration | None = Field(
        None,
        alias="1d",
        description="Until this age they are kept as sums of days; then they are deleted.",
        json_schema_extra={"default": format_duration(_RETENTION.days)},
    )
    notifications: Duration | None = Field(
        None,
        description="So long a notification is kept after it was delivered, if its incident is over.",
        json_schema_extra={"default": format_duration(_RETENTION.notifications)},
    )


class SlackEntry(Entry):
    """A Slack channel: by a bot token (messages are updated and threaded), or by a webhook (they are not)."""

    token: SecretText | None = Field(None, description="A bot token with the scope chat:write.")
    token_file: Text | None = Field(None, description=_FILE)
    channel: Text | None = Field(None, description="Where the bot writes: `#name` or a channel's id.")
    webhook_url: SecretText | None = Field(None, description="An incoming webhook, instead of token and channel.")
    webhook_url_file: Text | None = Field(None, description=_FILE)
    api_url: Url | None = Field(
        None, description="Slack's API, for tests and proxies.", json_schema_extra={"default": _SLACK_API}
    )


class PagerDutyEntry(Entry):
    """A PagerDuty service, by an Events API v2 integration."""

    routing_key: SecretText | None = Field(None, description="The integration key: 32 letters and digits.")
    routing_key_file: Text | None = Field(None, description=_FILE)
    events_url: Url | None = Field(
        None,
        description="Where events go: another region, or a test.",
        json_schema_extra={"default": _PAGERDUTY_EVENTS},
    )


class MessagesEntry(Entry):
    """The team's own words: Jinja2 templates, in files relative to this one, in the place of built-in texts."""

    slack_title: Text | None = Field(None, description="The heading of a Slack message.")
    slack_story: Text | None = Field(None, description="The text below the heading, in Slack's mrkdwn.")
    slack_reply: Text | None = Field(None, description="What is added in the thread when the incident changes.")
    pagerduty_summary: Text | None = Field(None, description="The title of a PagerDuty alert: one line.")


class NotifyEntry(Entry):
    """Receivers, by names that you choose. Without any, alerts are kept and shown, not sent."""

    slack: dict[NameKey, SlackEntry] = Field(default={}, description="Slack channels by name.")
    pagerduty: dict[NameKey, PagerDutyEntry] = Field(default={}, description="PagerDuty services by name.")
