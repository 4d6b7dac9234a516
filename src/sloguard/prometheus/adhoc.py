"""Occasional questions to Prometheus, through prometheus-api-client: what contributes to an alert.

Never on the way of an evaluation: an answer that does not come in time is done without.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import requests
from prometheus_api_client import PrometheusConnect
from prometheus_api_client.exceptions import PrometheusApiClientException
from urllib3.util.retry import Retry

from sloguard.errors import PrometheusUnavailableError
from sloguard.model.series import Sample
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.client import request_headers


class AdhocQueries:
    """Instant queries with one attempt and a hard limit in time."""

    def __init__(self, settings: PrometheusSettings) -> None:
        self._url = settings.url
        session = requests.Session()
        session.verify = settings.ca_file or settings.verify_tls
        auth = settings.basic_auth
        self._connection = PrometheusConnect(
            url=settings.url,
            headers=request_headers(settings),
            retry=Retry(total=0),
            auth=(auth[0], auth[1].reveal()) if auth else None,
            session=session,
            timeout=settings.timeout.total_seconds(),
        )

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        """The samples of an instant query.

        Raises:
            PrometheusUnavailableError: no usable answer came, for whatever reason.
        """
        try:
            rows: list[dict[str, Any]] = self._connection.custom_query(promql, params={"time": f"{at.timestamp():.3f}"})
        except (requests.RequestException, PrometheusApiClientException, ValueError, KeyError) as error:
            raise PrometheusUnavailableError(
                f"Prometheus at {self._url} did not answer ({type(error).__name__})."
            ) from error
        return [Sample(row["metric"], float(row["value"][1])) for row in rows if "value" in row]
