"""Occasional questions to Prometheus, through prometheus-api-client: what contributes to an alert.

Never on the way of an evaluation: an answer that does not come in time is done without.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sloguard.model.series import Sample
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.api_client import answers, api_connection, api_session


class AdhocQueries:
    """Instant queries with one attempt and a hard limit in time."""

    def __init__(self, settings: PrometheusSettings) -> None:
        self._url = settings.url
        self._connection = api_connection(settings, api_session(settings))

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        """The samples of an instant query.

        Raises:
            PrometheusUnavailableError: no usable answer came, for whatever reason.
        """
        with answers(self._url):
            rows: list[dict[str, Any]] = self._connection.custom_query(promql, params={"time": f"{at.timestamp():.3f}"})
            return [Sample(row["metric"], float(row["value"][1])) for row in rows if "value" in row]
