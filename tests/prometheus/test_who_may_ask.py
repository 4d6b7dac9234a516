"""Credentials, tenants and certificates: against a real Prometheus, and against servers that look at every header."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from sloguard.demo.prometheus import PrometheusServer
from sloguard.errors import PrometheusError, PrometheusUnavailableError
from sloguard.model.secret import Secret
from sloguard.model.settings import PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.adhoc import AdhocQueries
from sloguard.prometheus.discovery import Discovery
from tests.support.certificates import Certificate, make_certificate

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
USER, PASSWORD = "sloguard", "s3cr3t-password"
HASH = "$2b$04$sloguardsloguardsloguu/ITsATS9xgd6Ww3LkntnF56rlbLFMPm"
"""Of the password, by bcrypt."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificates"))


class GuardedPrometheus(PrometheusServer):
    """A real one, behind TLS and a password."""

    def __init__(self, directory: Path, certificate: Certificate) -> None:
        web = directory / "web.yml"
        web.write_text(
            f"tls_server_config: {{cert_file: {certificate.certificate}, key_file: {certificate.key}}}\n"
            f"basic_auth_users: {{{USER}: '{HASH}'}}\n",
            encoding="utf-8",
        )
        super().__init__(directory, arguments=[f"--web.config.file={web}"])
        self.url = f"https://127.0.0.1:{self.port}"
        self._certificate = certificate

    def _wait_until_ready(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self._certificate.certificate))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/-/ready", verify=trusted, auth=(USER, PASSWORD), trust_env=False).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("Prometheus did not become ready")


@pytest.fixture(scope="module")
def guarded(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with GuardedPrometheus(tmp_path_factory.mktemp("guarded"), certificate) as server:
        yield server.url


def settings_for(url: str, certificate: Certificate | None, password: str = PASSWORD) -> PrometheusSettings:
    return PrometheusSettings(
        url=url,
        timeout=timedelta(seconds=5),
        basic_auth=(USER, Secret(password)),
        ca_file=str(certificate.certificate) if certificate else None,
    )


def test_prometheus_behind_tls_and_a_password(guarded: str, certificate: Certificate) -> None:
    settings = settings_for(guarded, certificate)
    with PrometheusClient(settings, attempts=1) as client, Discovery(settings) as discovery:
        client.ping()
        assert [sample.value for sample in client.query("vector(2)", AT)] == [2]
        assert [sample.value for sample in AdhocQueries(settings).query("vector(3)", AT)] == [3]
        assert discovery.version()
        assert discovery.rule_groups() == []


def test_a_wrong_password_is_named_and_not_shown(guarded: str, certificate: Certificate) -> None:
    settings = settings_for(guarded, certificate, "wr0ng")
    with (
        PrometheusClient(settings, attempts=1) as client,
        pytest.raises(PrometheusError, match=r"refuses us \(401\)") as raised,
    ):
        client.ping()
    assert "wr0ng" not in str(raised.value)
    with pytest.raises(PrometheusUnavailableError) as raised_too:
        AdhocQueries(settings).query("vector(3)", AT)
    assert "wr0ng" not in str(raised_too.value)


def test_an_unknown_authority_is_not_trusted(guarded: str) -> None:
    settings = settings_for(guarded, None)
    with PrometheusClient(settings, attempts=1) as client, pytest.raises(PrometheusUnavailableError, match="CERTIFI"):
        client.ping()
    with pytest.raises(PrometheusUnavailableError):
        AdhocQueries(settings).query("vector(3)", AT)


def test_a_password_that_changes_in_its_file_needs_no_restart(
    guarded: str, certificate: Certificate, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("before\n", encoding="utf-8")
    settings = PrometheusSettings(
        url=guarded,
        basic_auth=(USER, Secret("before")),
        password_file=str(file),
        ca_file=str(certificate.certificate),
    )
    with PrometheusClient(settings, attempts=1) as client, Discovery(settings) as discovery:
        adhoc = AdhocQueries(settings)
        with pytest.raises(PrometheusError, match="401"):
            client.ping()
        file.write_text(f"{PASSWORD}\n", encoding="utf-8")
        client.ping()
        assert adhoc.query("vector(3)", AT)
        assert discovery.version()


@pytest.fixture
def https(certificate: Certificate) -> Iterator[tuple[str, list[Request]]]:
    """A server behind TLS that answers every query with nothing, and remembers what it was asked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    seen: list[Request] = []

    def answer(request: Request) -> Response:
        request.get_data()
        seen.append(request)
        return Response('{"status":"success","data":{"resultType":"vector","result":[]}}')

    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/prometheus/api/v1/query").respond_with_handler(answer)
        yield server.url_for("/prometheus"), seen


def test_tenant_and_rotating_token_over_tls(
    https: tuple[str, list[Request]], certificate: Certificate, tmp_path: Path
) -> None:
    url, seen = https
    file = tmp_path / "token"
    file.write_text("first", encoding="utf-8")
    settings = PrometheusSettings(
        url=url,
        headers=(("X-Scope-OrgID", Secret("shop|depot")), ("X-Team", Secret("payments"))),
        bearer_token=Secret("first"),
        bearer_token_file=str(file),
        ca_file=str(certificate.certificate),
    )
    with PrometheusClient(settings, attempts=1) as client:
        adhoc = AdhocQueries(settings)
        for content in ("first", "second", "", "bro\x00ken", "third\n"):
            file.write_text(content, encoding="utf-8")
            client.query("x", AT)
        file.unlink()
        client.query("x", AT)
        adhoc.query("x", AT)
    sent = [request.headers["Authorization"] for request in seen]
    assert sent == [f"Bearer {token}" for token in ("first", "second", "second", "second", "third", "third", "first")]
    assert {request.headers["X-Scope-OrgID"] for request in seen} == {"shop|depot"}
    assert {request.headers["X-Team"] for request in seen} == {"payments"}


def test_a_mounted_secret_is_swapped_by_its_link(https: tuple[str, list[Request]], tmp_path: Path) -> None:
    """As Kubernetes does it: the file is a link into a directory that is replaced as a whole."""
    url, seen = https
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "token").write_text(name, encoding="utf-8")
    link = tmp_path / "token"
    link.symlink_to(tmp_path / "first" / "token")
    settings = PrometheusSettings(url=url, bearer_token=Secret("first"), bearer_token_file=str(link), verify_tls=False)
    with PrometheusClient(settings, attempts=1) as client:
        client.query("x", AT)
        link.unlink()
        link.symlink_to(tmp_path / "second" / "token")
        client.query("x", AT)
    assert [request.headers["Authorization"] for request in seen] == ["Bearer first", "Bearer second"]


def test_a_netrc_does_not_answer_for_us(
    https: tuple[str, list[Request]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, seen = https
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    settings = PrometheusSettings(url=url, verify_tls=False)
    AdhocQueries(settings).query("x", AT)
    with PrometheusClient(settings, attempts=1) as client:
        client.query("x", AT)
    assert [request.headers.get("Authorization") for request in seen] == [None, None]
