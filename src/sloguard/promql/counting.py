"""The questions that the ledger asks: how far counters have come in an interval, and which series need a closer look.

A is the last sample at the interval's end, B the last at its start. `last_over_time` on both sides, because a
staleness marker hides the last sample from a plain selector.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sloguard.model.duration import format_duration

TAG = "sloguard_term"
"""Label that tells the terms of one query apart."""

END_LOOKBACK = timedelta(minutes=5)
"""A series that was silent for longer has ended."""
START_LOOKBACK = timedelta(hours=1)
ORIGIN_LOOKBACK = timedelta(days=1)
"""A series that was seen this long ago has come back; one that was not is newborn."""


@dataclass(frozen=True, slots=True)
class Term:
    """A counter selector whose increase is counted."""

    selector: str
    totals: tuple[str, ...]
    """The selectors of all events: while none of these was known before, a first value is where counting
    starts (Prometheus' history begins here), not that many events."""
    by: tuple[str, ...] = ()
    """Labels whose values are told apart."""


def increases_query(terms: Mapping[str, Term], length: timedelta, scrape_interval: timedelta) -> str:
    """Per term (by tag) the increase over the interval of the series known at both ends that did not reset."""
    return _union(
        {tag: f"{_sum(term)}({_steady(term.selector, length, scrape_interval)})" for tag, term in terms.items()}
    )


def exceptions_query(terms: Mapping[str, Term], length: timedelta, scrape_interval: timedelta) -> str:
    """The series that `increases_query` leaves out: born, reset or come back within the interval."""
    return _union(
        {
            tag: f"{_end(term.selector)} unless ({_steady(term.selector, length, scrape_interval)})"
            for tag, term in terms.items()
        }
    )


def origins_query(term: Term, length: timedelta, scrape_interval: timedelta) -> str:
    """The last values before the interval of the series that the exceptions query names."""
    before = f"last_over_time({term.selector}[{format_duration(ORIGIN_LOOKBACK)}] offset {format_duration(length)})"
    return f"{before} and ({_end(term.selector)} unless ({_steady(term.selector, length, scrape_interval)}))"


def samples_query(term: Term, length: timedelta) -> str:
    """The raw samples of the interval and of the last minutes before it."""
    return f"{term.selector}[{format_duration(length + END_LOOKBACK)}]"


def replay_query(terms: Mapping[str, Term], step: timedelta) -> str:
    """Per term the increase over each step of a range query, in one expression.

    Series that reset within a step are taken by `increase`; so are newborn ones while none of the term's totals
    was known, which makes their first value the baseline. `0 *` tells a quiet step from an unseen one.
    """
    return _union(
        {tag: f"{_sum(term)}(({_replayed(term, format_duration(step))}) >= 0)" for tag, term in terms.items()}
    )


def gauges_query(expressions: Mapping[str, str]) -> str:
    """Several expressions, each with its tag, in one."""
    return _union(expressions)


def _sum(term: Term) -> str:
    return f"sum by ({', '.join(term.by)}) " if term.by else "sum"


def _end(selector: str) -> str:
    return f"last_over_time({selector}[{format_duration(END_LOOKBACK)}])"


def _steady(selector: str, length: timedelta, scrape_interval: timedelta) -> str:
    start = f"last_over_time({selector}[{format_duration(START_LOOKBACK)}] offset {format_duration(length)})"
    # A reset between the last sample before the interval and the first within it hides from the interval alone.
    seen = format_duration(length + 2 * scrape_interval)
    return f"({_end(selector)} - {start} >= 0) unless (resets({selector}[{seen}]) > 0)"


def _replayed(term: Term, step: str) -> str:
    origin = format_duration(ORIGIN_LOOKBACK)
    end = f"last_over_time({term.selector}[{step}])"
    start = f"last_over_time({term.selector}[{origin}] offset {step})"
    known = " or ".join(f"group(last_over_time({total}[{origin}] offset {step}))" for total in term.totals)
    return (
        f"(({end} - {start} >= 0) unless (resets({term.selector}[{step}]) > 0))"
        f" or (({end} unless {start}) and on() ({known}))"
        f" or increase({term.selector}[{step}])"
        f" or 0 * {end}"
    )


def _union(expressions: Mapping[str, str]) -> str:
    tagged = (f'label_replace({expression}, "{TAG}", "{tag}", "", "")' for tag, expression in expressions.items())
    return "\nor ".join(tagged)
