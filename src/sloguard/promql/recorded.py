"""What the rules record: at which intervals, under which names, and how events are summed from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import Enum

from sloguard.model.duration import format_duration
from sloguard.model.slo import Slo
from sloguard.promql import names
from sloguard.promql.text import selector

RATE_WINDOW = timedelta(minutes=5)
"""Raw series are read at this one range. Windows shorter than it cannot be told apart from it."""

LONGEST_FAST_WINDOW = timedelta(hours=6)
"""Longer windows change slowly: they are summed from fewer samples, and less often."""

COUNT_INTERVAL = timedelta(minutes=10)
"""Longer windows are summed from counts of events that are this far apart: at most so much are they behind."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A rule group's interval, with the series that it sums windows from."""

    interval: timedelta
    bad: str
    total: str
    sample_interval: timedelta
    """Between the samples of these series: so much time does each stand for."""
    events_per_sample: Decimal
    """What one unit of a sample stands for: a rate's sample stands for its interval's seconds of events."""


class Speed(Enum):
    """How often a window is computed anew."""

    FAST = Pace(timedelta(seconds=30), names.BAD_EVENTS_RATE, names.EVENTS_RATE, timedelta(seconds=30), Decimal(30))
    # Two minutes: with one missed evaluation a sample is still younger than Prometheus' look-back of five.
    SLOW = Pace(timedelta(minutes=2), names.BAD_EVENTS_INCREASE, names.EVENTS_INCREASE, COUNT_INTERVAL, Decimal(1))


def recorded_window(window: timedelta) -> timedelta:
    """The window that the rules can answer for: at least the range at which raw series are read."""
    return max(window, RATE_WINDOW)


def error_ratio_series(window: timedelta) -> str:
    """Name of the series that answers for a tier's window."""
    return names.error_ratio_name(recorded_window(window))


def window_speed(window: timedelta) -> Speed:
    return Speed.FAST if window <= LONGEST_FAST_WINDOW else Speed.SLOW


SLO_LABELS = (names.LABEL_ID, names.LABEL_NAME, names.LABEL_SERVICE)
"""The labels of every recorded series and alert of an SLO."""


def slo_labels(slo: Slo) -> Mapping[str, str]:
    return dict(zip(SLO_LABELS, (slo.id, slo.name, slo.service), strict=True))


def of_service(metric: str, service: str) -> str:
    """A metric's series of all SLOs of a service."""
    return selector(metric, {names.LABEL_SERVICE: service})


def of_slo(metric: str, slo: Slo) -> str:
    """An SLO's series of a metric, by its id alone: other labels may come and go."""
    return selector(metric, {names.LABEL_ID: slo.id})


def summed(metric: str, slo: Slo, window: timedelta) -> str:
    """Sum of a recorded series' samples over a window; has no labels, so it joins with anything of its kind."""
    return f"sum(sum_over_time({of_slo(metric, slo)}[{format_duration(window)}]))"


def error_ratio(slo: Slo, window: timedelta) -> str:
    """PromQL: bad to total events over a window, 0..1; nothing if there were no events."""
    pace = window_speed(window).value
    if window <= RATE_WINDOW:
        bad, total = f"sum({of_slo(pace.bad, slo)})", f"sum({of_slo(pace.total, slo)})"
    else:
        bad, total = summed(pace.bad, slo, window), summed(pace.total, slo, window)
    return f"clamp_max(\n  {bad}\n  /\n  ({total} > 0),\n  1\n)"
