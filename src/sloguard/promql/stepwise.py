"""The questions of a range query whose steps are counted one by one: what `promql/counting.py` asks of one interval.

A is the last sample of a step, however early in the step its series ended; B the last one before it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sloguard.model.duration import format_duration
from sloguard.promql.bundles import Bundle
from sloguard.promql.counting import (
    END_LOOKBACK,
    ORIGIN_LOOKBACK,
    START_LOOKBACK,
    TAG,
    by_labels,
    either,
    joined,
    tagged,
)

QUIET = "quiet"
ORIGIN = "origin"


def steady_query(bundles: Sequence[Bundle], step: timedelta, scrape_interval: timedelta) -> str:
    """Per term and group the increase over each step of the series known at both ends that did not reset."""
    return joined(f"sum{by_labels(each.by)}({_steady(each.selector, step, scrape_interval)})" for each in bundles)


def exceptional_query(bundles: Sequence[Bundle], step: timedelta, scrape_interval: timedelta) -> str:
    """The last value in each step of the series that `steady_query` leaves out: born, reset or come back."""
    return joined(_exceptional(each.selector, step, scrape_interval) for each in bundles)


def closer_look_query(bundles: Sequence[Bundle], step: timedelta, scrape_interval: timedelta) -> str:
    """Of the exceptional series those that did not reset (tagged `quiet`), and their last values of the day before
    each step (`origin`).
    """
    looks: list[str] = []
    for number, each in enumerate(bundles):
        exceptional = _exceptional(each.selector, step, scrape_interval)
        quiet = f"({exceptional}) unless {_reset(each.selector, step, scrape_interval)}"
        origin = f"{_before(each.selector, ORIGIN_LOOKBACK, step)} and ({exceptional})"
        looks += [tagged(quiet, f"{number}/{QUIET}"), tagged(origin, f"{number}/{ORIGIN}")]
    return either(looks)


def kind_of(labels: Mapping[str, str]) -> str:
    """`QUIET` or `ORIGIN`: what a row that answers the closer look tells."""
    return labels[TAG].partition("/")[2]


def neighbours_query(bundles: Sequence[Bundle], step: timedelta) -> str:
    """The last values of a term's series in each step that has a newborn one, and in the minutes before the step."""
    return joined(_neighbours(each, step) for each in bundles)


def _steady(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    difference = f"{_last(selector, step)} - {_before(selector, START_LOOKBACK, step)}"
    return f"({difference} >= 0) unless {_reset(selector, step, scrape_interval)}"


def _exceptional(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    return f"{_last(selector, step)} unless ({_steady(selector, step, scrape_interval)})"


def _neighbours(bundle: Bundle, step: timedelta) -> str:
    selector, same = bundle.selector, f"on({', '.join(bundle.labels)})"
    newborn = f"{_last(selector, step)} unless {_before(selector, ORIGIN_LOOKBACK, step)}"
    return f"last_over_time({selector}[{format_duration(step + END_LOOKBACK)}]) and {same} ({newborn})"


def _last(selector: str, step: timedelta) -> str:
    return f"last_over_time({selector}[{format_duration(max(step, END_LOOKBACK))}])"


def _before(selector: str, lookback: timedelta, step: timedelta) -> str:
    return f"last_over_time({selector}[{format_duration(lookback)}] offset {format_duration(step)})"


def _reset(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    # A reset between the last sample before the step and the first within it hides from the step alone.
    return f"(resets({selector}[{format_duration(step + 2 * scrape_interval)}]) > 0)"
