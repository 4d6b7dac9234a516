"""Where what is generated is pushed: a ruler, and Grafana."""

from dataclasses import dataclass
from datetime import timedelta

from sloguard.model.secret import Secret


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """How a server is reached, and who we are to it."""

    url: str
    """Without a trailing slash."""
    headers: tuple[tuple[str, Secret], ...] = ()
    bearer_token: Secret | None = None
    basic_auth: tuple[str, Secret] | None = None
    """User name and password."""
    ca_file: str | None = None
    verify_tls: bool = True
    timeout: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class RulerSettings:
    """A ruler with the configuration API of Cortex and Mimir."""

    access: ServerAccess
    namespace: str = "sloguard"
    """All rule groups in it that bear our mark are ours."""


@dataclass(frozen=True, slots=True)
class GrafanaSettings:
    access: ServerAccess
    folder: str = "SLOs"
    """Title of the folder that holds the dashboards."""


@dataclass(frozen=True, slots=True)
class ApplySettings:
    ruler: RulerSettings | None = None
    grafana: GrafanaSettings | None = None
