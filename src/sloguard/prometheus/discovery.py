"""What a Prometheus has and how it is set up: names, label values, types, version, retention, rules.

Through prometheus-api-client, and its session where it has no method. Never on the way of an evaluation.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import requests
from prometheus_api_client.exceptions import PrometheusApiClientException

from sloguard.model.duration import parse_duration
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus.api_client import answers, api_connection, api_session
from sloguard.prometheus.client import request_headers

_MOST_METRICS = 50_000
"""And values of a label: more are not looked at."""


class Discovery:
    """Every method raises PrometheusUnavailableError where the server cannot be reached.

    What a server merely does not offer (Thanos, Mimir and others leave parts of the API out) is nothing, no error.
    """

    def __init__(self, settings: PrometheusSettings) -> None:
        self._settings = settings
        self._session = api_session(settings)
        self._connection = api_connection(settings, self._session)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.close()

    def metric_names(self, start: datetime, end: datetime) -> Sequence[str]:
        """Metrics that had samples in the interval, or near it: Prometheus answers by whole blocks."""
        return self.label_values("__name__", "", start, end)

    def label_values(self, label: str, selector: str, start: datetime, end: datetime) -> Sequence[str]:
        """Values of a label on the series that a selector matches (all series if it is empty)."""
        params = {"start": f"{start.timestamp():.3f}", "end": f"{end.timestamp():.3f}"}
        if selector:
            params["match[]"] = selector
        with answers(self._settings.url):
            return sorted(map(str, self._connection.get_label_values(label, params)))[:_MOST_METRICS]

    def label_names(self, selector: str, start: datetime, end: datetime) -> Sequence[str]:
        """The labels that the series of a selector have."""
        params = {"match[]": selector, "start": f"{start.timestamp():.3f}", "end": f"{end.timestamp():.3f}"}
        with answers(self._settings.url):
            return sorted(map(str, self._connection.get_label_names(params)))

    def metric_types(self) -> Mapping[str, str]:
        """Type (`counter`, `gauge`, `histogram`, …) by metric; empty where targets are not scraped by this server."""
        with answers(self._settings.url):
            try:
                # The empty name asks for every metric in one answer.
                found = self._connection.get_metric_metadata("", limit=_MOST_METRICS, limit_per_metric=1)
            except PrometheusApiClientException:
                return {}
            return {str(each["metric_name"]): str(each["type"]) for each in found}

    def version(self) -> str:
        """The server's version; empty if it does not tell."""
        return str(self._status("buildinfo").get("version", ""))

    def retention(self) -> timedelta | None:
        """How long samples are kept; None if the server does not tell, or limits its size alone."""
        told = str(self._status("runtimeinfo").get("storageRetention", ""))
        told = told or str(self._status("flags").get("storage.tsdb.retention.time", ""))
        try:
            return parse_duration(told.split(" or ")[0])
        except ValueError:
            return None

    def server_time(self) -> datetime:
        """The time on the server's own clock."""
        with answers(self._settings.url):
            (row,) = self._connection.custom_query("vector(time())")
            return datetime.fromtimestamp(float(row["value"][1]), UTC)

    def rule_groups(self) -> Sequence[Mapping[str, Any]] | None:
        """The rule groups that are loaded, as `/api/v1/rules` gives them; None if the server has no rules API."""
        groups = self._data("rules").get("groups")
        return groups if isinstance(groups, list) else None

    def _status(self, part: str) -> Mapping[str, Any]:
        return self._data(f"status/{part}")

    def _data(self, path: str) -> Mapping[str, Any]:
        """The object that a part of the API answers with; empty if it is not offered."""
        response = self._get(path)
        if response.status_code != requests.codes.ok:
            return {}
        with answers(self._settings.url):
            data = response.json()["data"]
        return data if isinstance(data, dict) else {}

    def _get(self, path: str) -> requests.Response:
        with answers(self._settings.url):
            return self._session.get(
                f"{self._settings.url}/api/v1/{path}",
                headers=request_headers(self._settings),
                # Said each time: otherwise REQUESTS_CA_BUNDLE goes before the session's own.
                verify=self._session.verify,
                timeout=self._settings.timeout.total_seconds(),
            )
