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
    return tagged(
        {tag: f"{term_sum(term)}({_steady(term.selector, length, scrape_interval)})" for tag, term in terms.items()}
    )


def exceptions_query(terms: Mapping[str, Term], length: timedelta, scrape_interval: timedelta) -> str:
    """The series that `increases_query` leaves out: born, reset or come back within the interval."""
    return tagged(
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


def gauges_query(expressions: Mapping[str, str]) -> str:
    """Several expressions, each with its tag, in one."""
    return tagged(expressions)


def term_sum(term: Term) -> str:
    """The aggregation of a term's series: one sum, or one for each group."""
    return f"sum by ({', '.join(term.by)}) " if term.by else "sum"


def _end(selector: str) -> str:
    return f"last_over_time({selector}[{format_duration(END_LOOKBACK)}])"


def _steady(selector: str, length: timedelta, scrape_interval: timedelta) -> str:
    start = f"last_over_time({selector}[{format_duration(START_LOOKBACK)}] offset {format_duration(length)})"
    # A reset between the last sample before the interval and the first within it hides from the interval alone.
    seen = format_duration(length + 2 * scrape_interval)
    return f"({_end(selector)} - {start} >= 0) unless (resets({selector}[{seen}]) > 0)"


def tagged(expressions: Mapping[str, str]) -> str:
    """Several expressions in one, each with its tag."""
    parts = (f'label_replace({expression}, "{TAG}", "{tag}", "", "")' for tag, expression in expressions.items())
    return "\nor ".join(parts)
