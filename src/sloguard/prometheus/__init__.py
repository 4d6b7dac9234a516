"""The way to Prometheus: the HTTP client of the hot path, and ad-hoc questions."""

from sloguard.prometheus.client import PrometheusClient
from sloguard.prometheus.replicas import PrometheusReplicas

__all__ = ["PrometheusClient", "PrometheusReplicas"]
