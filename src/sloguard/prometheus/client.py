"""The hot path to a Prometheus-compatible query API: few, large queries as POST bodies, over httpx."""

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import orjson
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from sloguard.errors import PrometheusError, PrometheusUnavailableError, QueryRejectedError, QueryTimeoutError
from sloguard.model.series import Sample, Series
from sloguard.model.settings import PrometheusSettings
from sloguard.ports import MetricsSource, Proof
from sloguard.prometheus.authorization import HttpxAuthorization

_RETRYABLE_ERROR_TYPES = frozenset({"unavailable", "internal"})
_SLOW_ERROR_TYPES = frozenset({"timeout", "canceled"})
_QUERY_ERROR_TYPES = frozenset({"bad_data", "execution"})
_RETRYABLE_STATUS = frozenset({408, 425, 429, 500, 502, 503})
_SLOW_STATUS = frozenset({504})
_TOO_LARGE_STATUS = frozenset({413, 414, 431})
_SLOW_WORDS = re.compile(r"timed out|timeout exceeded|deadline exceeded", re.IGNORECASE)
_TOO_LARGE_WORDS = re.compile(r"larger than max|exceeds? the limit|too large", re.IGNORECASE)
_LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
_EXCERPT_CHARACTERS = 300
_ABOUT_THE_QUERY = ("PromQL info:", "PromQL warning:")
EXACTLY = {"nocache": "1"}
"""VictoriaMetrics would otherwise answer for 30 s ago where it is asked about the last 30 s, and shift ranges to
multiples of their step. Others do not know the parameter."""


_Answer = TypeVar("_Answer")


class PrometheusClient:
    """One server. Implements the MetricsSource port. Safe to share between threads."""

    def __init__(self, settings: PrometheusSettings, *, attempts: int = 3) -> None:
        self.url = settings.url
        self._settings = settings
        self._attempts = attempts
        timeout = settings.timeout.total_seconds()
        self._http = httpx.Client(
            base_url=settings.url,
            headers=request_headers(settings),
            auth=HttpxAuthorization(settings),
            # The server gives up first, with a reason; ours is the limit for a server that says nothing.
            timeout=httpx.Timeout(timeout + 5.0, connect=min(timeout, 5.0)),
            verify=_tls(settings),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def on_one_replica(self, work: Callable[[MetricsSource], _Answer], proof: Proof | None = None) -> _Answer:  # noqa: ARG002 - there is no choice
        return work(self)

    def query(self, promql: str, at: datetime) -> Sequence[Sample]:
        result = self._post("/api/v1/query", {"query": promql, "time": _unix(at)}, "vector")
        return [Sample(row["metric"], float(row["value"][1])) for row in result if "value" in row]

    def query_raw(self, promql: str, at: datetime) -> Sequence[Series]:
        return _matrix(self._post("/api/v1/query", {"query": promql, "time": _unix(at)}, "matrix"))

    def query_range(self, promql: str, start: datetime, end: datetime, step: timedelta) -> Sequence[Series]:
        form = {"query": promql, "start": _unix(start), "end": _unix(end), "step": str(step.total_seconds())}
        return _matrix(self._post("/api/v1/query_range", form, "matrix"))

    def ping(self) -> None:
        """Ask for as little as possible.

        Raises:
            PrometheusError: no usable answer.
        """
        # To VictoriaMetrics a plain number is a vector, too.
        self._post_once("/api/v1/query", {"query": "vector(1)"}, "vector")

    def _post(self, path: str, form: Mapping[str, str], result_type: str) -> list[Any]:
        return patiently(self._attempts)(self._post_once, path, form, result_type)

    def _post_once(self, path: str, form: Mapping[str, str], result_type: str) -> list[Any]:
        url = self._settings.url
        form = {**form, **EXACTLY, "timeout": f"{self._settings.timeout.total_seconds():g}s"}
        try:
            with self._http.stream("POST", path, data=form) as response:
                content = _read(response, url)
        except httpx.TimeoutException as error:
            raise PrometheusUnavailableError(
                f"Prometheus at {url} did not answer in time ({type(error).__name__}). Is it overloaded?"
            ) from error
        except httpx.HTTPError as error:
            raise PrometheusUnavailableError(
                f"cannot reach Prometheus at {url} ({error}). Check that it runs and that prometheus.url is right."
            ) from error
        return _result(_document(response.status_code, content, url), result_type, url)


def patiently(attempts: int) -> Retrying:
    """Calls a function again, after a while, where what failed may succeed later."""
    return Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_random_exponential(multiplier=_FIRST_WAIT_SECONDS, max=_LONGEST_WAIT_SECONDS),
        retry=retry_if_exception(lambda error: isinstance(error, PrometheusError) and error.retryable),
        reraise=True,
    )


def request_headers(settings: PrometheusSettings) -> dict[str, str]:
    """What each request bears, beside what authorizes it.

    Compression costs 15-25 % at 50,000 series, so it is not asked for. What Mimir, Cortex and Thanos have cached of a
    query may be older than samples that came late.
    """
    headers = {"Accept-Encoding": "identity", "Cache-Control": "no-store"}
    headers.update({name: value.reveal() for name, value in settings.headers})
    return headers


def _tls(settings: PrometheusSettings) -> bool | ssl.SSLContext:
    if settings.ca_file is None or not settings.verify_tls:
        return settings.verify_tls
    return ssl.create_default_context(cafile=settings.ca_file)


def _unix(at: datetime) -> str:
    return f"{at.timestamp():.3f}"


def _read(response: httpx.Response, url: str) -> bytes:
    """The body of an answer, as long as it fits into memory beside others.

    Raises:
        QueryRejectedError: it is too large; a smaller query has a smaller one.
    """
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > _LARGEST_ANSWER_BYTES:
            raise QueryRejectedError(
                f"Prometheus at {url} answers with more than {_LARGEST_ANSWER_BYTES // 1024**2} MiB."
            )
    return bytes(content)


def _document(status: int, content: bytes, url: str) -> dict[str, Any]:
    """The JSON object of an answer that succeeded in full.

    Raises:
        PrometheusError: it did not.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        excerpt = content.decode(errors="replace")[:_EXCERPT_CHARACTERS].strip()
        raise _failure(status, "", f"it answered {status}: {excerpt!r}", url)
    if document.get("status") != "success":
        raise _failure(status, str(document.get("errorType", "")), str(document.get("error", "")), url)
    if warnings := _missing(document):
        raise PrometheusUnavailableError(
            f"Prometheus at {url} answered only in part: {'; '.join(map(str, warnings))[:_EXCERPT_CHARACTERS]}"
        )
    return document


def _missing(document: Mapping[str, Any]) -> Sequence[str]:
    """Why an answer may lack data; empty if it is whole."""
    warnings = map(str, document.get("warnings") or ())
    # Prometheus 2.48 and later also tell there what they think of the query: that is no lack of data.
    missing = [each for each in warnings if not each.startswith(_ABOUT_THE_QUERY)]
    # VictoriaMetrics' cluster says so in a field of its own.
    return [*missing, "some storage nodes did not answer"] if document.get("isPartial") else missing


def _failure(status: int, error_type: str, text: str, url: str) -> PrometheusError:
    is_query = error_type in _QUERY_ERROR_TYPES
    retryable = error_type in _RETRYABLE_ERROR_TYPES or (status in _RETRYABLE_STATUS and not is_query)
    words = f"Prometheus at {url} failed: {error_type or status}: {text[:_EXCERPT_CHARACTERS]}"
    if error_type in _SLOW_ERROR_TYPES or status in _SLOW_STATUS or (error_type and _SLOW_WORDS.search(text)):
        return QueryTimeoutError(words)
    if status in _TOO_LARGE_STATUS or (error_type and _TOO_LARGE_WORDS.search(text)):
        return QueryRejectedError(words)
    if retryable:
        return PrometheusUnavailableError(words)
    if status in {401, 403}:
        return PrometheusError(f"Prometheus at {url} refuses us ({status}). Check its credentials in slo.yaml.")
    if not error_type:
        return PrometheusError(f"{url} does not look like a Prometheus: {text[:_EXCERPT_CHARACTERS]}")
    return QueryRejectedError(words)


def _result(document: Mapping[str, Any], result_type: str, url: str) -> list[Any]:
    data = document.get("data")
    if not isinstance(data, dict) or data.get("resultType") != result_type:
        raise PrometheusError(f"Prometheus at {url} did not answer with a {result_type}.")
    result: list[Any] = data["result"]
    return result


def _matrix(rows: Sequence[Any]) -> Sequence[Series]:
    return [
        Series(row["metric"], tuple((float(at), float(value)) for at, value in row.get("values", ()))) for row in rows
    ]
