"""What can carry an SLO: the metrics of the common libraries. A new one is one line in this table."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """Of a histogram's bounds."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"


@dataclass(frozen=True, slots=True)
class Failures:
    """How a metric tells that a request failed: the first of these labels that its series have, and a pattern."""

    labels: tuple[str, ...]
    pattern: str


@dataclass(frozen=True, slots=True)
class Source:
    """A metric family that counts or times requests."""

    origin: str
    """Who makes such metrics, for the comments."""
    prefix: str
    """Of the SLOs' names; empty for HTTP."""
    counter: str = ""
    """All requests; a histogram's `_count` if empty."""
    histogram: str = ""
    unit: Unit = Unit.SECONDS
    failures: Failures | None = None
    services: tuple[str, ...] = ("service", "app", "application", "service_name", "job")
    """Labels that may name the service, best first."""
    fixed: str = ""
    """A matcher that is always needed."""

    @property
    def requests(self) -> str:
        return self.counter or f"{self.histogram}_count"


_HTTP = Failures(
    ("code", "status", "status_code", "http_status_code", "http_response_status_code", "response_code"), "5.."
)
_GRPC = Failures(
    ("grpc_code", "grpc_status", "code"), "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"
)
_GRPC_NUMBERS = Failures(("rpc_grpc_status_code",), "2|4|12|13|14|15")

CATALOG: tuple[Source, ...] = (
    Source("an HTTP server", "", counter="http_requests_total", failures=_HTTP),
    Source("Flask's exporter", "", counter="flask_http_request_total", failures=_HTTP),
    Source("Django's exporter", "", counter="django_http_responses_total_by_status_total", failures=_HTTP),
    Source("OpenTelemetry", "", histogram="http_server_request_duration_seconds", failures=_HTTP),
    Source("an HTTP server", "", histogram="http_request_duration_seconds", failures=_HTTP),
    Source("an HTTP server", "", histogram="http_request_duration_highr_seconds"),
    Source("Micrometer", "", histogram="http_server_requests_seconds", failures=_HTTP),
    Source("Flask's exporter", "", histogram="flask_http_request_duration_seconds", failures=_HTTP),
    Source(
        "OpenTelemetry before 2024",
        "",
        histogram="http_server_duration_milliseconds",
        unit=Unit.MILLISECONDS,
        failures=_HTTP,
    ),
    Source(
        "a gRPC server",
        "grpc",
        counter="grpc_server_handled_total",
        failures=_GRPC,
        services=("service", "app", "grpc_service", "job"),
    ),
    Source(
        "a gRPC server",
        "grpc",
        histogram="grpc_server_handling_seconds",
        failures=_GRPC,
        services=("service", "app", "grpc_service", "job"),
    ),
    Source(
        "OpenTelemetry",
        "grpc",
        histogram="rpc_server_duration_milliseconds",
        unit=Unit.MILLISECONDS,
        failures=_GRPC_NUMBERS,
    ),
    Source(
        "Istio",
        "mesh",
        counter="istio_requests_total",
        failures=_HTTP,
        services=("destination_service_name", "destination_app"),
        fixed='reporter="destination"',
    ),
    Source(
        "Istio",
        "mesh",
        histogram="istio_request_duration_milliseconds",
        unit=Unit.MILLISECONDS,
        failures=_HTTP,
        services=("destination_service_name", "destination_app"),
        fixed='reporter="destination"',
    ),
    Source(
        "ingress-nginx",
        "ingress",
        counter="nginx_ingress_controller_requests",
        failures=_HTTP,
        services=("service", "exported_service", "ingress"),
    ),
    Source(
        "ingress-nginx",
        "ingress",
        histogram="nginx_ingress_controller_request_duration_seconds",
        failures=_HTTP,
        services=("service", "exported_service", "ingress"),
    ),
    Source("Traefik", "ingress", counter="traefik_service_requests_total", failures=_HTTP),
    Source("Traefik", "ingress", histogram="traefik_service_request_duration_seconds", failures=_HTTP),
    Source(
        "Envoy",
        "proxy",
        counter="envoy_cluster_upstream_rq_xx",
        failures=Failures(("envoy_response_code_class",), "5"),
        services=("envoy_cluster_name",),
    ),
    Source(
        "HAProxy",
        "proxy",
        counter="haproxy_backend_http_responses_total",
        failures=_HTTP,
        services=("proxy", "backend"),
    ),
    Source(
        "Caddy", "proxy", histogram="caddy_http_request_duration_seconds", failures=_HTTP, services=("server", "job")
    ),
)
