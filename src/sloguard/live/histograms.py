"""Does the histogram know the threshold: is there such a bucket, and do the units fit?"""

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta

from sloguard.config.codes import live
from sloguard.live.facts import Facts
from sloguard.live.findings import Finding
from sloguard.live.parts import buckets_selector
from sloguard.model.duration import format_duration, seconds_text
from sloguard.model.slo import LatencyIndicator, Slo

_PATH = ("indicator", "latency", "below")
_INTERPOLATE = ("indicator", "latency", "interpolate")
_MILLISECOND_NAMES = ("_milliseconds", "_millis", "_ms")
_FAR_BEYOND = 10.0
_LIKELY_MILLISECONDS = 1000.0
"""Few services have a bucket of a quarter of an hour."""


def missing_bucket(slo: Slo, facts: Facts) -> Iterator[Finding]:
    latency = slo.indicator
    if not isinstance(latency, LatencyIndicator):
        return
    bounds = _finite_bounds(latency, facts)
    for wanted in latency.neighbours or (latency.below,):
        if not bounds or any(math.isclose(bound, wanted.total_seconds()) for bound in bounds):
            continue
        what = f"the histogram has no bucket with the bound {seconds_text(wanted)}"
        near = [_written(bound) for bound in _around(latency.below, bounds)]
        do = f"Use below: {' or '.join(near)}, or add the bucket."
        if latency.neighbours and len(near) == 2:  # noqa: PLR2004 - one on each side
            do = f"Use interpolate: [{', '.join(near)}]."
        yield Finding(live.NO_BUCKET, _INTERPOLATE if latency.neighbours else _PATH, what, do)


def misfitting_units(slo: Slo, facts: Facts) -> Iterator[Finding]:
    latency = slo.indicator
    if not isinstance(latency, LatencyIndicator):
        return
    bounds = _finite_bounds(latency, facts)
    if not bounds:
        return
    below, highest = latency.below.total_seconds(), bounds[-1]
    is_seconds = latency.histogram.endswith("_seconds")
    if latency.histogram.endswith(_MILLISECOND_NAMES) or (not is_seconds and highest >= _LIKELY_MILLISECONDS):
        yield _in_milliseconds(below, highest)
    elif below >= _FAR_BEYOND * highest:
        what = f"the threshold lies far beyond the last bucket, {highest:g}"
        do = f"If {below:g} ms were meant, write below: {format_duration(timedelta(milliseconds=below))}."
        yield Finding(live.UNITS, _PATH, what, do, "the bounds are in seconds")


def _in_milliseconds(below: float, highest: float) -> Finding:
    what = "the histogram seems to count milliseconds, and `below` is compared with its bounds in seconds"
    bound = f"{below * 1000:g}" if below < highest / 1000 * _FAR_BEYOND else f"{below:g}"
    do = f"Use events: {{good: 'NAME_bucket{{le=\"{bound}\"}}', total: NAME_count}}."
    return Finding(live.UNITS, _PATH, what, do, f"its last bucket is {highest:g}")


def _finite_bounds(latency: LatencyIndicator, facts: Facts) -> Sequence[float]:
    """In the histogram's own unit, ascending."""
    numbers = []
    for text in facts.bounds.get(buckets_selector(latency), ()):
        try:
            numbers.append(float(text))
        except ValueError:
            continue  # a series of that name that is no bucket
    return sorted({number for number in numbers if math.isfinite(number)})


def _around(below: timedelta, bounds: Sequence[float]) -> Sequence[float]:
    """The nearest bounds beneath and above."""
    threshold = below.total_seconds()
    beneath = [bound for bound in bounds if 0 < bound < threshold]
    above = [bound for bound in bounds if bound > threshold]
    return [*beneath[-1:], *above[:1]]


def _written(bound: float) -> str:
    return format_duration(timedelta(seconds=bound))
