"""The Authorization header: from slo.yaml, or from a file that is read again whenever it changes."""

from base64 import b64encode
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import httpx
import requests
from requests.auth import AuthBase

from sloguard.model.secret import Secret
from sloguard.model.settings import PrometheusSettings


class _Credential:
    """A token or password. Safe to share between threads."""

    def __init__(self, declared: Secret, file: str | None, *, ascii_only: bool) -> None:
        self._value = declared
        self._file = Path(file) if file else None
        self._ascii_only = ascii_only
        self._version: tuple[int, int, int] | None = None

    def current(self) -> Secret:
        if self._file is not None:
            # Being replaced, or no text: the one before may still do, and if not, the server says so.
            with suppress(OSError, ValueError):
                self._look(self._file)
        return self._value

    def _look(self, file: Path) -> None:
        found = file.stat()
        version = (found.st_ino, found.st_size, found.st_mtime_ns)
        if version == self._version:
            return
        text = file.read_text(encoding="utf-8").strip()
        if text and text.isprintable() and (text.isascii() or not self._ascii_only):
            self._value = Secret(text)
            self._version = version


class Authorization:
    """What the settings say about who asks."""

    def __init__(self, settings: PrometheusSettings) -> None:
        self._username: str | None = None
        self._credential: _Credential | None = None
        if settings.basic_auth is not None:
            self._username, password = settings.basic_auth
            self._credential = _Credential(password, settings.password_file, ascii_only=False)
        elif settings.bearer_token is not None:
            self._credential = _Credential(settings.bearer_token, settings.bearer_token_file, ascii_only=True)

    def header(self) -> str | None:
        """The header's value as of now; None if nothing is declared."""
        if self._credential is None:
            return None
        value = self._credential.current().reveal()
        if self._username is None:
            return f"Bearer {value}"
        return "Basic " + b64encode(f"{self._username}:{value}".encode()).decode("ascii")


class HttpxAuthorization(httpx.Auth):
    """For httpx."""

    def __init__(self, settings: PrometheusSettings) -> None:
        self._authorization = Authorization(settings)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        header = self._authorization.header()
        if header is not None:
            request.headers["Authorization"] = header
        yield request


class RequestsAuthorization(AuthBase):
    """For requests. It stands in the way of a .netrc, whose credentials would be sent instead."""

    def __init__(self, settings: PrometheusSettings) -> None:
        self._authorization = Authorization(settings)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        header = self._authorization.header()
        if header is not None:
            request.headers["Authorization"] = header
        return request
