"""HTTP to a ruler and to Grafana: bounded, patient with what may pass, and silent about credentials."""

import re
import ssl
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from sloguard.errors import PublishError
from sloguard.model.publishing import ServerAccess

_ATTEMPTS = 3
_LONGEST_WAIT_SECONDS = 10.0
_EXCERPT_CHARACTERS = 300
_TAGS = re.compile(r"(?s)<(style|script)\b.*?</\1>|<[^>]*>")
_MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})


class _MayPassError(Exception):
    """The same request may succeed later."""

    def __init__(self, words: str, wait_seconds: float | None = None) -> None:
        super().__init__(words)
        self.wait_seconds = wait_seconds


class ServerClient:
    """One server. Answers with the statuses that the caller expects; everything else is a PublishError."""

    def __init__(self, access: ServerAccess, title: str, pause: Callable[[float], None]) -> None:
        """`title` is what messages call the server; `pause` waits some seconds."""
        self._title = f"{title} at {access.url}"
        self._pause = pause
        headers = {name: value.reveal() for name, value in access.headers}
        if access.bearer_token is not None:
            headers["Authorization"] = f"Bearer {access.bearer_token.reveal()}"
        self._http = httpx.Client(
            base_url=access.url,
            headers=headers,
            auth=(access.basic_auth[0], access.basic_auth[1].reveal()) if access.basic_auth else None,
            timeout=httpx.Timeout(access.timeout.total_seconds(), connect=min(access.timeout.total_seconds(), 5.0)),
            verify=_tls(access),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(self, method: str, path: str, expected: frozenset[int], **request: object) -> httpx.Response:
        """The answer, if its status is expected.

        Raises:
            PublishError: another answer, or none, after several attempts where that may help.
        """
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_wait,
            retry=retry_if_exception_type(_MayPassError),
            sleep=self._pause,
            reraise=True,
        )
        try:
            response: httpx.Response = retrying(self._once, method, path, expected, request)
        except _MayPassError as error:
            raise PublishError(str(error)) from error
        return response

    def _once(self, method: str, path: str, expected: frozenset[int], request: dict[str, Any]) -> httpx.Response:
        try:
            response = self._http.request(method, path, **request)
        except httpx.TimeoutException as error:
            raise _MayPassError(f"{self._title} did not answer in time ({type(error).__name__}).") from error
        except httpx.HTTPError as error:
            raise _MayPassError(f"{self._title} cannot be reached ({error}). Is its url in slo.yaml right?") from error
        status = response.status_code
        if status in expected:
            return response
        words = f"{self._title} answered {status} to {method} {path}: {excerpt(response)}."
        if status in _MAY_PASS:
            raise _MayPassError(words, _seconds(response.headers.get("Retry-After")))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise PublishError(f"{self._title} refuses us ({status}). Check its credentials in slo.yaml.")
        raise PublishError(words)

    def problem(self, words: str) -> PublishError:
        """An answer that cannot be used."""
        return PublishError(f"{self._title} {words}")


def excerpt(response: httpx.Response) -> str:
    """The beginning of what it says, on a line; of a page for people the words alone."""
    text = response.text
    if "html" in response.headers.get("Content-Type", ""):
        text = _TAGS.sub(" ", text)
    said = " ".join(text.split())[:_EXCERPT_CHARACTERS]
    return repr(said) if said else response.reason_phrase


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_seconds if isinstance(error, _MayPassError) else None
    return min(_LONGEST_WAIT_SECONDS, asked if asked is not None else 0.5 * 2.0**state.attempt_number)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


def _tls(access: ServerAccess) -> bool | ssl.SSLContext:
    if access.url.startswith("http://"):
        return False  # nothing to check, and loading the system's certificates takes a tenth of a second
    if access.ca_file is None or not access.verify_tls:
        return access.verify_tls
    return ssl.create_default_context(cafile=access.ca_file)
