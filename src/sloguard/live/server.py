"""Does the server itself fit: does it remember long enough, and is it fed often enough?"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sloguard.config.codes import live
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.parts import totals
from sloguard.model.duration import format_duration
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo

_DAY = timedelta(days=1)
_SLOWER = 1.5


def short_retention(slos: Sequence[Slo], facts: Facts) -> Iterator[Finding]:
    """Once for each window that is longer than the server remembers, at the first SLO that has it."""
    first: dict[timedelta, Slo] = {}
    for slo in slos:
        first.setdefault(slo.window.nominal, slo)
    for window, slo in first.items():
        others = sum(each.window.nominal == window for each in slos) - 1
        why = _too_short(slo, window, facts)
        if why:
            also = f", and {others} more SLOs have it" if others > 1 else ", and one more SLO has it" if others else ""
            what = f"the window of {format_duration(window)} is longer than Prometheus remembers{also}"
            do = "Raise --storage.tsdb.retention.time, or let the daemon run for that long: its ledger remembers."
            yield Finding(live.RETENTION, ("window",), what, do, why, slo_id=slo.id)


def _too_short(slo: Slo, window: timedelta, facts: Facts) -> str:
    if facts.retention is not None:
        return f"it keeps samples for {format_duration(facts.retention)}" if facts.retention < window else ""
    ages = [facts.oldest[each] for each in totals(slo) if each in facts.oldest]
    if ages and max(ages) < window - _DAY:
        return f"it does not tell its retention, and the oldest sample is of {max(ages) // _DAY} days ago"
    return ""


def slow_scrapes(configuration: Configuration, facts: Facts) -> Iterator[Finding]:
    """One finding for all targets that are scraped less often than the file says."""
    declared = configuration.prometheus.scrape_interval
    slower: dict[str, float] = {}
    for slo in configuration.slos:
        seconds = [facts.of(each).scrape_seconds for each in totals(slo)]
        known = [each for each in seconds if each is not None]
        if known and min(known) > _SLOWER * declared.total_seconds():
            slower[slo.id] = min(known)
    if not slower:
        return
    slowest = max(slower, key=lambda slo_id: slower[slo_id])
    actual = timedelta(seconds=round(slower[slowest]))
    what = (
        f"{len(slower)} of {len(configuration.slos)} SLOs are scraped less often than every {format_duration(declared)}"
    )
    why = f"{slowest} about every {format_duration(actual)}"
    do = f"Set prometheus.scrape_interval: {format_duration(actual)}"
    if configuration.evaluation.slice < 2 * actual:
        do += f" and evaluation.slice to at least {format_duration(2 * actual)}"
    yield Finding(live.SCRAPE_INTERVAL, ("prometheus", "scrape_interval"), what, f"{do}.", why)
