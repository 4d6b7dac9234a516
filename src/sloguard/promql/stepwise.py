"""The questions of a range query whose steps are counted one by one: what `promql/counting.py` asks of one interval.

A is the last sample of a step, however early in the step its series ended; B the last one before it.
"""

from collections.abc import Mapping
from datetime import timedelta

from sloguard.model.duration import format_duration
from sloguard.promql.counting import END_LOOKBACK, ORIGIN_LOOKBACK, START_LOOKBACK, Term, tagged, term_sum

QUIET = "quiet"
ORIGIN = "origin"


def steady_query(terms: Mapping[str, Term], step: timedelta, scrape_interval: timedelta) -> str:
    """Per term (by tag) the increase over each step of the series known at both ends that did not reset."""
    return tagged(
        {tag: f"{term_sum(term)}({_steady(term.selector, step, scrape_interval)})" for tag, term in terms.items()}
    )


def exceptional_query(terms: Mapping[str, Term], step: timedelta, scrape_interval: timedelta) -> str:
    """The last value in each step of the series that `steady_query` leaves out: born, reset or come back."""
    return tagged({tag: _exceptional(term.selector, step, scrape_interval) for tag, term in terms.items()})


def closer_look_query(terms: Mapping[str, Term], step: timedelta, scrape_interval: timedelta) -> str:
    """Of the exceptional series those that did not reset (`tag/quiet`), and their last values of the day before each
    step (`tag/origin`).
    """
    looks: dict[str, str] = {}
    for tag, term in terms.items():
        exceptional = _exceptional(term.selector, step, scrape_interval)
        looks[f"{tag}/{QUIET}"] = f"({exceptional}) unless {_reset(term.selector, step, scrape_interval)}"
        looks[f"{tag}/{ORIGIN}"] = f"{_before(term.selector, ORIGIN_LOOKBACK, step)} and ({exceptional})"
    return tagged(looks)


def neighbours_query(terms: Mapping[str, Term], step: timedelta) -> str:
    """The last values of all series in each step that has a newborn one, and in the minutes before the step."""
    return tagged({tag: _neighbours(term.selector, step) for tag, term in terms.items()})


def _steady(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    difference = f"{_last(selector, step)} - {_before(selector, START_LOOKBACK, step)}"
    return f"({difference} >= 0) unless {_reset(selector, step, scrape_interval)}"


def _exceptional(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    return f"{_last(selector, step)} unless ({_steady(selector, step, scrape_interval)})"


def _neighbours(selector: str, step: timedelta) -> str:
    newborn = f"{_last(selector, step)} unless {_before(selector, ORIGIN_LOOKBACK, step)}"
    return f"last_over_time({selector}[{format_duration(step + END_LOOKBACK)}]) and on() ({newborn})"


def _last(selector: str, step: timedelta) -> str:
    return f"last_over_time({selector}[{format_duration(max(step, END_LOOKBACK))}])"


def _before(selector: str, lookback: timedelta, step: timedelta) -> str:
    return f"last_over_time({selector}[{format_duration(lookback)}] offset {format_duration(step)})"


def _reset(selector: str, step: timedelta, scrape_interval: timedelta) -> str:
    # A reset between the last sample before the step and the first within it hides from the step alone.
    return f"(resets({selector}[{format_duration(step + 2 * scrape_interval)}]) > 0)"
