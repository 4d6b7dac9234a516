"""All checks of a file against its Prometheus. A new one is a function, and a line here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sloguard.config.nodes import Path
from sloguard.config.places import Places
from sloguard.config.problem import Problem
from sloguard.live.amounts import part_exceeds_total, too_little_traffic
from sloguard.live.asking import Asking, ServerDetails
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding, SloCheck
from sloguard.live.gather import gather
from sloguard.live.histograms import misfitting_units, missing_bucket
from sloguard.live.matching import refused, unmatched, unmatched_expression
from sloguard.live.metrics import missing_labels, wrong_type
from sloguard.live.parts import EXPRESSION_PATH
from sloguard.live.server import short_retention, slow_scrapes
from sloguard.model.settings import Configuration
from sloguard.ports import MetricsSource

_ALSO_WRITTEN: Mapping[Path, Path] = {EXPRESSION_PATH: ("indicator", "freshness", "timestamp")}
"""A freshness indicator is a threshold that is written in another way."""

SLO_CHECKS: tuple[SloCheck, ...] = (
    refused,
    unmatched,
    unmatched_expression,
    part_exceeds_total,
    missing_bucket,
    misfitting_units,
    wrong_type,
    missing_labels,
    too_little_traffic,
)


def live_problems(
    configuration: Configuration, places: Places, source: MetricsSource, details: ServerDetails, now: datetime
) -> Sequence[Problem]:
    """What is wrong with a valid file in the light of its Prometheus, by place.

    Raises:
        PrometheusError: Prometheus gave no usable answer.
    """
    facts = gather(configuration, Asking(source, now), details)
    return located(findings(configuration, facts), places)


def findings(configuration: Configuration, facts: Facts) -> Iterator[Finding]:
    for slo in configuration.slos:
        for check in SLO_CHECKS:
            yield from (replace(finding, slo_id=slo.id) for finding in check(slo, facts))
    yield from short_retention(configuration.slos, facts)
    yield from slow_scrapes(configuration, facts)


def located(found: Iterator[Finding], places: Places) -> Sequence[Problem]:
    report = places.report()
    for each in found:
        slo = places.slos.get(each.slo_id, ())
        path = (*slo, *each.path)
        if not report.has(path) and each.path in _ALSO_WRITTEN:
            path = (*slo, *_ALSO_WRITTEN[each.path])
        report.at(each.code, path, each.what, each.do, why=each.why, got=None if report.is_scalar(path) else "")
    return report.problems()
