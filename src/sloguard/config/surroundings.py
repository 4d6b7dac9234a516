"""From the file's entries to settings: Prometheus and the evaluation."""

from dataclasses import dataclass
from datetime import timedelta

from sloguard.config.access import AccessReader
from sloguard.config.codes import settings, values
from sloguard.config.credentials import Credentials
from sloguard.config.nodes import Path
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import EvaluationEntry, PrometheusEntry
from sloguard.model.duration import format_duration
from sloguard.model.secret import Secret
from sloguard.model.settings import EvaluationSettings, PrometheusSettings

_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_LONGEST_RECOUNT = timedelta(days=3)
_FINEST_SLICE = timedelta(seconds=10)
_USUAL_SCRAPE_TIMEOUT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class PrometheusReader:
    """Turns the entry into settings.

    Attributes:
        path: where the entry stands.
    """

    entry: PrometheusEntry
    report: Report
    secrets: Credentials
    path: Path = ("prometheus",)

    def settings(self) -> PrometheusSettings:
        entry, default = self.entry, PrometheusSettings()
        access = AccessReader(self.report, self.secrets, self.path)
        bearer = access.bearer(entry.bearer_token, entry.bearer_token_file)
        basic = access.basic_auth(entry.basic_auth)
        access.only_one(bearer, basic)
        ca_file, verify_tls = access.tls(entry.tls)
        return PrometheusSettings(
            url=entry.url or default.url,
            fallback_urls=self._fallback_urls(),
            scrape_interval=entry.scrape_interval or default.scrape_interval,
            timeout=entry.timeout or default.timeout,
            headers=access.headers(entry.headers, entry.tenant),
            bearer_token=bearer,
            bearer_token_file=self._watched(bearer, entry.bearer_token_file, "bearer_token_file"),
            basic_auth=basic,
            password_file=self._watched(
                basic[1] if basic else None,
                entry.basic_auth.password_file if entry.basic_auth else None,
                "basic_auth",
                "password_file",
            ),
            ca_file=ca_file,
            verify_tls=verify_tls,
        )

    def _fallback_urls(self) -> tuple[str, ...]:
        urls = [self.entry.url or PrometheusSettings().url]
        for index, url in enumerate(self.entry.fallback_urls):
            if url in urls:
                what = "prometheus.fallback_urls names a server twice"
                self.report.at(settings.SAME_REPLICA, (*self.path, "fallback_urls", index), what, "Name each once.")
            elif url:
                urls.append(url)
        return tuple(urls[1:])

    def _watched(self, found: Secret | None, file: str | None, *key: str) -> str | None:
        """Where a credential was found that may change; nothing if it stands in no file, or was refused."""
        return self.secrets.file(file, (*self.path, *key)) if found and file else None


def evaluation_settings(entry: EvaluationEntry, prometheus: PrometheusSettings, report: Report) -> EvaluationSettings:
    """The evaluation as declared. A slice that cannot be used is reported, and the default returned for it."""
    default = EvaluationSettings()
    interval = default.interval if entry.interval is None else entry.interval
    slice_length = default.slice if entry.slice is None else entry.slice
    settle = default.settle if entry.settle is None else entry.settle
    if not _SECOND <= interval <= _HOUR:
        what = "evaluation.interval must be between 1s and 1h"
        report.at(values.SLICE, ("evaluation", "interval"), what, "Use 30s.")
    if settle > _HOUR:
        report.at(values.SLICE, ("evaluation", "settle"), "evaluation.settle must be at most 1h", "Use 15s.")
    if slice_length < _FINEST_SLICE or slice_length % _SECOND or _HOUR % slice_length:
        what = "evaluation.slice must be whole seconds, at least 10s, and divide an hour"
        report.at(values.SLICE, ("evaluation", "slice"), what, "Use 30s, 60s or 5m.")
        slice_length = default.slice
    hourly = default.recount_hourly if entry.recount_hourly is None else entry.recount_hourly
    daily = default.recount_daily if entry.recount_daily is None else entry.recount_daily
    for name, length in (("recount_hourly", hourly), ("recount_daily", daily)):
        if length > _LONGEST_RECOUNT:
            longest = format_duration(_LONGEST_RECOUNT)
            report.at(values.SLICE, ("evaluation", name), f"evaluation.{name} must be at most {longest}", "Use 1d.")
    evaluation = EvaluationSettings(
        interval=interval, slice=slice_length, settle=settle, recount_hourly=hourly, recount_daily=daily
    )
    _warn(evaluation, prometheus, report)
    return evaluation


def _warn(evaluation: EvaluationSettings, prometheus: PrometheusSettings, report: Report) -> None:
    scrape = prometheus.scrape_interval
    if evaluation.slice < 2 * scrape:
        what = f"a slice of {format_duration(evaluation.slice)} is shorter than two scrape intervals"
        do = f"Use a slice of at least {format_duration(2 * scrape)}."
        report.at(settings.SLICE_TOO_FINE, ("evaluation", "slice"), what, do, got=f"2 × {format_duration(scrape)}")
    timeout = min(scrape, _USUAL_SCRAPE_TIMEOUT)
    if evaluation.settle < timeout:
        what = f"evaluation.settle is shorter than a scrape may take, {format_duration(timeout)}"
        why = "samples that arrive later are only found by the hourly recount"
        report.at(settings.SETTLE_TOO_SHORT, ("evaluation", "settle"), what, "Use 15s.", why=why)
