"""Grafana dashboards from SLOs: an overview and one for each service, as JSON. Pure."""

from sloguard.dashboards.files import DIRECTORY, dashboard_files, is_generated

__all__ = ["DIRECTORY", "dashboard_files", "is_generated"]
