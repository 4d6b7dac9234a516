"""Prometheus: can it be asked, does its clock agree, does it remember enough, and has it the metrics?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.config.problem import Level
from sloguard.doctor.check import Check, ok, problem, skipped, warning
from sloguard.errors import PrometheusError
from sloguard.live.asking import Asking
from sloguard.live.check import findings
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.gather import gather
from sloguard.live.server import short_retention, slow_scrapes
from sloguard.model.duration import format_duration
from sloguard.model.settings import Configuration, PrometheusSettings
from sloguard.prometheus import PrometheusClient
from sloguard.prometheus.discovery import Discovery

_SKEW_NOTICED = timedelta(seconds=5)
_SKEW_HARMFUL = timedelta(seconds=60)
"""With so much, the newest minutes are missing from every short window."""


@dataclass(frozen=True, slots=True)
class Server:
    """A Prometheus that answers."""

    client: PrometheusClient
    discovery: Discovery
    now: Callable[[], datetime]


def reachable(settings: PrometheusSettings, server: Server) -> Check:
    """Raises nothing: a server that cannot be asked is a problem."""
    try:
        server.client.ping()
        version = server.discovery.version()
    except PrometheusError as error:
        return problem("prometheus", str(error), "Start it, or correct prometheus.url; --prometheus tries another one.")
    return ok("prometheus", f"{settings.url} answers, version {version or 'unknown'}")


def clock_skew(server: Server) -> Check:
    before = server.now()
    told = server.discovery.server_time()
    after = server.now()
    # What the way there and back took is nobody's skew.
    ahead, behind = told - after, before - told
    skew = max(ahead, behind, timedelta(0))
    if skew < _SKEW_NOTICED:
        return ok("clock", "agrees with Prometheus' to a few seconds")
    direction = "ahead of" if ahead > behind else "behind"
    detail = f"Prometheus' clock is {skew.total_seconds():.0f} s {direction} ours"
    make = problem if skew >= _SKEW_HARMFUL else warning
    return make("clock", detail, "Let both machines keep time by NTP.")


def fitness(configuration: Configuration, server: Server) -> Iterator[Check]:
    """Retention, scrape interval and metrics, from one look at the server."""
    facts = gather(configuration, Asking(server.client, server.now()), server.discovery)
    yield _retention(configuration, facts)
    yield _scrapes(configuration, facts)
    yield _metrics(configuration, facts)


def not_looked_at(why: str) -> Iterator[Check]:
    for name in ("clock", "retention", "scrape interval", "metrics"):
        yield skipped(name, why)


def _retention(configuration: Configuration, facts: Facts) -> Check:
    found = list(short_retention(configuration.slos, facts))
    if found:
        return warning("retention", _told(found[0]), found[0].do)
    longest = max((slo.window.nominal for slo in configuration.slos), default=timedelta(0))
    kept = format_duration(facts.retention) if facts.retention else "as long as the oldest sample tells"
    return ok("retention", f"{kept}, the longest window is {format_duration(longest)}")


def _scrapes(configuration: Configuration, facts: Facts) -> Check:
    found = list(slow_scrapes(configuration, facts))
    if found:
        return warning("scrape interval", _told(found[0]), found[0].do)
    declared = format_duration(configuration.prometheus.scrape_interval)
    return ok("scrape interval", f"nothing is scraped less often than every {declared}")


def _metrics(configuration: Configuration, facts: Facts) -> Check:
    own = [*findings(configuration, facts)]
    errors = _slos(own, Level.ERROR)
    warnings = _slos(own, Level.WARNING) - errors
    remedy = "Run `sloguard validate --live`: it names each place."
    if errors:
        return problem("metrics", f"{_counted(errors)} cannot be measured, such as {min(errors)}", remedy)
    if warnings:
        return warning("metrics", f"{_counted(warnings)} not quite as declared, such as {min(warnings)}", remedy)
    return ok("metrics", f"all {len(configuration.slos)} SLOs find their series")


def _slos(found: Sequence[Finding], level: Level) -> set[str]:
    return {each.slo_id for each in found if each.code.level is level and each.slo_id}


def _told(finding: Finding) -> str:
    return f"{finding.what}: {finding.why}" if finding.why else finding.what


def _counted(slos: set[str]) -> str:
    return "1 SLO" if len(slos) == 1 else f"{len(slos)} SLOs"
