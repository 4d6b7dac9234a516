"""From the file's entries to settings: where what is generated is pushed."""

from datetime import timedelta

from sloguard.config.access import AccessReader
from sloguard.config.credentials import Credentials
from sloguard.config.report import Report
from sloguard.config.schema.publishing import ApplyEntry, GrafanaEntry, RulerEntry
from sloguard.model.publishing import ApplySettings, GrafanaSettings, RulerSettings, ServerAccess


def apply_settings(entry: ApplyEntry | None, report: Report, secrets: Credentials) -> ApplySettings | None:
    """None if nothing is pushed anywhere."""
    if entry is None:
        return None
    return ApplySettings(
        ruler=_ruler(entry.ruler, AccessReader(report, secrets, ("apply", "ruler"))) if entry.ruler else None,
        grafana=_grafana(entry.grafana, AccessReader(report, secrets, ("apply", "grafana"))) if entry.grafana else None,
    )


def _ruler(entry: RulerEntry, access: AccessReader) -> RulerSettings:
    bearer, basic = access.bearer(entry.bearer_token, entry.bearer_token_file), access.basic_auth(entry.basic_auth)
    access.only_one(bearer, basic)
    headers = access.headers(entry.headers, entry.tenant)
    server = ServerAccess(entry.url, headers, bearer, basic, *access.tls(entry.tls), _timeout(entry))
    return RulerSettings(server, entry.namespace)


def _grafana(entry: GrafanaEntry, access: AccessReader) -> GrafanaSettings:
    bearer, basic = access.bearer(entry.token, entry.token_file, "token"), access.basic_auth(entry.basic_auth)
    access.only_one(bearer, basic)
    server = ServerAccess(
        entry.url, access.headers(entry.headers), bearer, basic, *access.tls(entry.tls), _timeout(entry)
    )
    return GrafanaSettings(server, entry.folder)


def _timeout(entry: RulerEntry | GrafanaEntry) -> timedelta:
    return entry.timeout or ServerAccess("").timeout
