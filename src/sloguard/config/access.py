"""Who asks a server: headers, credentials, and how its certificate is checked."""

from collections.abc import Mapping
from dataclasses import dataclass

from sloguard.config.codes import settings
from sloguard.config.credentials import Credentials
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import BasicAuthEntry, TlsEntry
from sloguard.config.shape import name_of
from sloguard.model.secret import Secret

_TENANT_HEADER = "X-Scope-OrgID"


@dataclass(frozen=True, slots=True)
class AccessReader:
    """Reads what is declared of one server.

    Attributes:
        path: where the server's entry stands.
    """

    report: Report
    secrets: Credentials
    path: Path

    def bearer(self, value: Secret | None, file: str | None, key: str = "bearer_token") -> Secret | None:
        found = self.secrets.chosen(value, file, (*self.path, key))
        return self._printable(found, (*self.path, key)) or None

    def basic_auth(self, entry: BasicAuthEntry | None) -> tuple[str, Secret] | None:
        if entry is None:
            return None
        path = (*self.path, "basic_auth", "password")
        password = self.secrets.chosen(entry.password, entry.password_file, path)
        if password is None and entry.password_file is None:
            do = "Add password or password_file."
            self.report.at(settings.SECRET_SOURCE, path[:-1], "basic_auth needs a password", do, got="")
        return entry.username, password or Secret("")

    def only_one(self, bearer: Secret | None, basic: tuple[str, Secret] | None) -> None:
        """A server takes one kind of credential."""
        if bearer and basic:
            what = f"{name_of(self.path)} has both a bearer token and basic_auth"
            self.report.at(settings.SECRET_SOURCE, (*self.path, "basic_auth"), what, "Keep one of them.", got="")

    def headers(self, declared: Mapping[str, Secret], tenant: str | None = None) -> tuple[tuple[str, Secret], ...]:
        headers = dict(declared)
        if tenant:
            self._printable(Secret(tenant), (*self.path, "tenant"))
            headers.setdefault(_TENANT_HEADER, Secret(tenant))
        for name, value in declared.items():
            self._printable(value, (*self.path, "headers", name))
        return tuple(sorted(headers.items(), key=lambda each: each[0]))

    def tls(self, entry: TlsEntry | None) -> tuple[str | None, bool]:
        """The file of certificates to trust instead of the system's, and whether certificates are checked."""
        if entry is None:
            return None, True
        ca_file = self.secrets.file(entry.ca_file, (*self.path, "tls", "ca_file")) if entry.ca_file else None
        return ca_file, not entry.insecure_skip_verify

    def _printable(self, secret: Secret | None, path: Path) -> Secret | None:
        """A header cannot carry line breaks or letters beyond ASCII."""
        text = secret.reveal() if secret else ""
        if not (text.isascii() and (text.isprintable() or not text)):
            do = "Copy it again: one line of plain letters, digits and signs."
            self.report.at(settings.CREDENTIAL_FORM, path, f"{name_of(path)} holds unprintable characters", do, got="")
        return secret
