"""Occasional questions to Prometheus, through prometheus-api-client: what contributes to an alert.

Never on the way of an evaluation: an answer that does not come in time is done without.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sloguard.model.series import Sample
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.api_client import answers, api_connection, api_session
from sloguard.prometheus.client import EXACTLY


class AdhocQueries:
    """Instant queries with one attempt and a hard limit in time."""

    def __init__(self, settings: PrometheusSettings, in_use: Callable[[], str] | None = None) -> None:
        """`in_use` tells which of several replicas is asked at present; without it, it is the first."""
        session = api_session(settings)
        self._connections = {url: api_connection(settings.at(url), session) for url in settings.urls}
        self._in_use = in_use or (lambda: settings.url)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        """The samples of an instant query.

        Raises:
            PrometheusUnavailableError: no usable answer came, for whatever reason.
        """
        url = self._in_use()
        with answers(url):
            params = {"time": f"{at.timestamp():.3f}", **EXACTLY}
            rows: list[dict[str, Any]] = self._connections[url].custom_query(promql, params=params)
            return [Sample(row["metric"], float(row["value"][1])) for row in rows if "value" in row]
