"""The proposals as a slo.yaml that people go on writing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sloguard.config.problem import one_line
from sloguard.model.duration import format_duration
from sloguard.model.settings import EvaluationSettings
from sloguard.presentation.words import instant
from sloguard.proposal.observed import LOOKED_AT
from sloguard.proposal.propose import ProposedService, ProposedSlo

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOT_TEXT = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_SLICES = tuple(timedelta(seconds=each) for each in (60, 120, 300, 600, 900, 1800, 3600))
_INTERVALS = (1, 5, 10, 15, 20, 30, 60, 120, 300)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the file says about more than single services."""

    url: str
    window: timedelta
    scrape_seconds: float | None
    now: datetime


def slo_yaml(services: Sequence[ProposedService], around: Surroundings) -> str:
    return "\n".join([*_head(around), "", "services:", *(line for each in services for line in _service(each)), ""])


def quoted(text: str) -> str:
    """A YAML scalar on one line that reads as exactly this text: `${` would be taken for the environment."""
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_TEXT:
        return text
    return "'" + text.replace("${", "$${").replace("'", "''") + "'"


def _head(around: Surroundings) -> Iterator[str]:
    yield f"# Proposed by `sloguard init` at {instant(around.now)} from what Prometheus has."
    yield f"# Each objective is the nearest step below what was reached in the last {LOOKED_AT.days} days, so that some"
    yield "# budget is left: a place to begin, not yet a promise. Ask the users of each service what they need."
    yield "# Next: `sloguard validate --live`, `sloguard replay`, `sloguard status`."
    yield "# Editors complete it after `sloguard schema --out slo.schema.json`, with this as the first line:"
    yield "#   # yaml-language-server: $schema=./slo.schema.json"
    yield "version: 1"
    yield ""
    scrape = _interval(around.scrape_seconds)
    yield f"prometheus: {{url: {quoted(around.url)}, scrape_interval: {format_duration(scrape)}}}"
    slice_length = next(each for each in _SLICES if each >= 2 * scrape)
    if slice_length != EvaluationSettings().slice:
        yield f"evaluation: {{slice: {format_duration(slice_length)}}}"
    yield f"defaults: {{window: {format_duration(around.window)}}}"
    yield "# To be told of alerts, add `notify` and `routes`; and a `runbook_url` to each service that may page."


def _interval(measured: float | None) -> timedelta:
    """The usual interval that is nearest to what was measured."""
    return timedelta(seconds=min(_INTERVALS, key=lambda each: abs(each - (measured or 15))))


def _service(service: ProposedService) -> Iterator[str]:
    if service.name != service.seen_as:
        yield f"  # In Prometheus: {one_line(service.seen_as)}"
    yield f"  - name: {quoted(service.name)}"
    yield "    slos:"
    for slo in service.slos:
        yield from _slo(slo)


def _slo(slo: ProposedSlo) -> Iterator[str]:
    yield f"      # Seen: {slo.total:,.0f} requests in {LOOKED_AT.days} days, {_percent(slo)} of them good"
    yield f"      # ({slo.metric}, from {slo.origin})."
    yield f"      - name: {quoted(slo.name)}"
    yield f"        description: {quoted(slo.description)}"
    yield f"        objective: {slo.objective_percent:f}"
    yield "        indicator:"
    yield f"          {slo.indicator}:"
    for key, value in slo.fields:
        yield f"            {key}: {quoted(value)}"


def _percent(slo: ProposedSlo) -> str:
    """Rounded down: 99.99 % is not 100 %."""
    return f"{int((1 - slo.bad / slo.total) * 1e6) / 1e4:g} %"
