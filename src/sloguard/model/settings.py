"""What slo.yaml declares about the surroundings: Prometheus, the evaluation, receivers and routes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sloguard.model.alert import AlertKind
from sloguard.model.maintenance import Maintenance
from sloguard.model.policy import BlindnessPolicy, Severity
from sloguard.model.publishing import ApplySettings
from sloguard.model.retention import Retention
from sloguard.model.secret import Secret
from sloguard.model.slo import Service, Slo


@dataclass(frozen=True, slots=True)
class PrometheusSettings:
    url: str = "http://127.0.0.1:9090"
    """Without a trailing slash."""
    fallback_urls: tuple[str, ...] = ()
    """Replicas that scrape the same targets: asked while the one before does not answer."""
    scrape_interval: timedelta = timedelta(seconds=15)
    timeout: timedelta = timedelta(seconds=10)
    headers: tuple[tuple[str, Secret], ...] = ()
    """Sent with each request; a tenant header is one of them."""
    bearer_token: Secret | None = None
    bearer_token_file: str | None = None
    """Where the token was read, to be read again when it changes."""
    basic_auth: tuple[str, Secret] | None = None
    """User name and password."""
    password_file: str | None = None
    """Where the password was read, to be read again when it changes."""
    ca_file: str | None = None
    verify_tls: bool = True

    @property
    def urls(self) -> tuple[str, ...]:
        return (self.url, *self.fallback_urls)

    def at(self, url: str) -> "PrometheusSettings":
        """The same for this server alone."""
        return replace(self, url=url, fallback_urls=())


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    interval: timedelta = timedelta(seconds=30)
    slice: timedelta = timedelta(seconds=60)
    """Counts are kept per slice; slices are aligned to the Unix epoch. Divides an hour."""
    settle: timedelta = timedelta(seconds=15)
    """A slice is counted this long after its end: a sample bears its scrape's start but is committed at its end."""
    recount_hourly: timedelta = timedelta(hours=1)
    """So much of the past is counted again every hour, for data that came late; zero: nothing."""
    recount_daily: timedelta = timedelta(days=1)
    """So much of the past is counted again every day; zero: nothing."""


@dataclass(frozen=True, slots=True)
class SlackReceiver:
    """Either a bot token with a channel (messages are updated and threaded), or a webhook (they are not)."""

    name: str
    """`slack.<name>`, as routes refer to it."""
    token: Secret | None = None
    channel: str = ""
    webhook_url: Secret | None = None
    api_url: str = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class PagerDutyReceiver:
    name: str
    """`pagerduty.<name>`, as routes refer to it."""
    routing_key: Secret
    events_url: str = "https://events.pagerduty.com"


Receiver = SlackReceiver | PagerDutyReceiver


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """Scheduled backups of the store."""

    directory: str
    every: timedelta = timedelta(hours=6)
    keep: timedelta = timedelta(days=30)
    """Older ones are removed, but never the newest."""


@dataclass(frozen=True, slots=True)
class Folding:
    """When alerts that fire together become one incident for a receiver, instead of one each."""

    within: timedelta = timedelta(minutes=10)
    """An alert joins an incident that was opened, or joined last, no longer ago than this."""
    more_than: int = 3
    """So many incidents, of different services, are told on their own within that time; the others join them."""


DEFAULT_REMINDERS: Mapping[Severity, timedelta] = {
    Severity.PAGE: timedelta(hours=4),
    Severity.TICKET: timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that slo.yaml declares, valid as a whole."""

    services: tuple[Service, ...]
    prometheus: PrometheusSettings = field(default_factory=PrometheusSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    receivers: tuple[Receiver, ...] = ()
    routes: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)
    no_data_route: tuple[str, ...] | None = None
    """Receivers of no-data alerts of every severity; None: they go the way of their severity."""
    blindness: BlindnessPolicy | None = field(default_factory=BlindnessPolicy)
    """When sloguard alerts that it sees nothing itself; None: never."""
    web_url: str = ""
    """Where people open sloguard's own pages, without a trailing slash; empty if it is not told."""
    message_templates: Mapping[str, str] = field(default_factory=dict)
    """Jinja2 templates by the name of the text that they replace; all of them work."""
    apply: ApplySettings | None = None
    """None: what is generated is pushed nowhere."""
    retention: Retention = field(default_factory=Retention)
    backup: BackupSettings | None = None
    """None: the daemon makes no backups."""
    maintenance: tuple[Maintenance, ...] = ()
    folding: Folding | None = field(default_factory=Folding)
    """None: every alert is told on its own."""
    reminders: Mapping[Severity, timedelta] = field(default_factory=lambda: DEFAULT_REMINDERS)
    """How often receivers are reminded of what goes on; a severity that is missing: never."""
    api_token: Secret | None = None
    """Who has it may write by the API; None: nobody may."""

    @property
    def slos(self) -> tuple[Slo, ...]:
        return tuple(slo for service in self.services for slo in service.slos)

    def asking(self, prometheus_url: str | None) -> "Configuration":
        """The same, with another Prometheus if a URL is given."""
        if prometheus_url is None:
            return self
        return replace(self, prometheus=self.prometheus.at(prometheus_url.rstrip("/")))

    def receivers_for(
        self, service_name: str, severity: Severity, kind: AlertKind = AlertKind.OBJECTIVE
    ) -> tuple[str, ...]:
        """Names of the receivers that hear of an alert of this service, severity and kind; none if nothing is routed.

        A route for the kind goes before one for the severity, a service's own before the file's.
        """
        service = next((each for each in self.services if each.name == service_name), None)
        if kind is AlertKind.NO_DATA:
            for route in (service.no_data_route if service else None, self.no_data_route):
                if route is not None:
                    return route
        own = dict(service.routes) if service else {}
        return own.get(severity, self.routes.get(severity, ()))
