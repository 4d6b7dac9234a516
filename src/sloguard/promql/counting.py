"""The questions that the ledger asks: how far counters have come in an interval, and which series need a closer look.

A is the last sample at the interval's end, B the last at its start. `last_over_time` on both sides, because a
staleness marker hides the last sample from a plain selector. Several bundles travel in one query, each with its tag.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sloguard.model.duration import format_duration
from sloguard.promql.bundles import Bundle, Term

TAG = "sloguard_term"
"""Label that tells the parts of one query apart."""

END_LOOKBACK = timedelta(minutes=5)
"""A series that was silent for longer has ended."""
START_LOOKBACK = timedelta(hours=1)
ORIGIN_LOOKBACK = timedelta(days=1)
"""A series that was seen this long ago has come back; one that was not is newborn."""
_MOST_WITNESSES = 20
"""Not every server has `up`, which stands for all targets."""


@dataclass(frozen=True, slots=True)
class Looked:
    """An interval as an instant query at its end sees it."""

    length: timedelta
    scrape_interval: timedelta

    @property
    def end_lookback(self) -> str:
        """No shorter than the interval: the last events of what ended within it are at its beginning."""
        return format_duration(max(END_LOOKBACK, self.length))

    @property
    def offset(self) -> str:
        return format_duration(self.length)

    @property
    def reset_range(self) -> str:
        """A reset between the last sample before the interval and the first within it hides from the interval alone."""
        return format_duration(self.length + 2 * self.scrape_interval)


def watched_query(terms: Iterable[Term], scrape_interval: timedelta) -> str:
    """Answers something if targets had been scraped when it is asked about, for long enough that all of them were."""
    selectors = dict.fromkeys(("up", *(total for term in islice(terms, _MOST_WITNESSES) for total in term.totals)))
    interval, twice = format_duration(scrape_interval), format_duration(2 * scrape_interval)
    return " or ".join(f"group(last_over_time({each}[{twice}] offset {interval}))" for each in selectors)


def increases_query(bundles: Sequence[Bundle], looked: Looked) -> str:
    """The increase over the interval, per term and group; infinite or NaN where a closer look is needed.

    That is where a series was not known at the start (within `END_LOOKBACK`, which costs a twelfth of the hour that
    a closer look takes), fell, or shows no number: infinity is added to it, and spoils its sum.
    """
    return joined(f"sum{by_labels(bundle.by)}({_spoilt(bundle.selector, looked)})" for bundle in bundles)


def steady_increases_query(bundles: Sequence[Bundle], looked: Looked) -> str:
    """The increase over the interval of the series known at both ends that did not reset."""
    return joined(f"sum{by_labels(bundle.by)}({_steady(bundle.selector, looked)})" for bundle in bundles)


def window_increases_query(bundles: Sequence[Bundle], length: timedelta) -> str:
    """The increase over a long time, per term and group, as Prometheus itself estimates it.

    What a series began with is not in it, nor what happened between the last sample before a reset and the reset.
    """
    over = format_duration(length)
    return joined(f"sum{by_labels(bundle.by)}(increase({bundle.selector}[{over}]))" for bundle in bundles)


def exceptions_query(bundles: Sequence[Bundle], looked: Looked) -> str:
    """The series that `steady_increases_query` leaves out: born, reset or come back within the interval."""
    return joined(f"{_end(bundle.selector, looked)} unless ({_steady(bundle.selector, looked)})" for bundle in bundles)


def origins_query(bundles: Sequence[Bundle], looked: Looked) -> str:
    """The last values before the interval of the bundles' series."""
    return joined(_start(bundle.selector, looked, ORIGIN_LOOKBACK) for bundle in bundles)


def samples_query(bundle: Bundle, length: timedelta) -> str:
    """The raw samples of an interval that ends now, and of the last minutes before it."""
    return f"{bundle.selector}[{format_duration(length + END_LOOKBACK)}]"


def gauges_query(expressions: Mapping[str, str]) -> str:
    """Several expressions, each with its tag, in one."""
    return either([tagged(expression, tag) for tag, expression in expressions.items()])


def part_of(labels: Mapping[str, str], bundles: Sequence[Bundle]) -> Bundle:
    """The bundle to which a row of an answer belongs."""
    return bundles[int(labels.get(TAG, "0").partition("/")[0])]


def by_labels(labels: Sequence[str]) -> str:
    """The grouping of an aggregation: one result, or one for each combination of the labels' values."""
    return f" by ({', '.join(labels)}) " if labels else ""


def joined(expressions: Iterable[str]) -> str:
    """Several expressions in one, each with its number for a tag; one alone needs none."""
    texts = list(expressions)
    return texts[0] if len(texts) == 1 else either([tagged(text, str(tag)) for tag, text in enumerate(texts)])


def tagged(expression: str, tag: str) -> str:
    """The expression with a tag, which begins with the number of its bundle: `3`, `3/quiet`."""
    return f'label_replace({expression}, "{TAG}", "{tag}", "", "")'


def either(expressions: Sequence[str]) -> str:
    """Joined pair by pair: a chain of `or` takes the square of its length."""
    if len(expressions) == 1:
        return expressions[0]
    middle = len(expressions) // 2
    left, right = (either(half) for half in (expressions[:middle], expressions[middle:]))
    return f"({left}\nor\n{right})"


def _end(selector: str, looked: Looked) -> str:
    return f"last_over_time({selector}[{looked.end_lookback}])"


def _start(selector: str, looked: Looked, lookback: timedelta) -> str:
    return f"last_over_time({selector}[{format_duration(lookback)}] offset {looked.offset})"


def _steady(selector: str, looked: Looked, lookback: timedelta = START_LOOKBACK) -> str:
    differences = f"{_end(selector, looked)} - {_start(selector, looked, lookback)} >= 0"
    return f"({differences}) unless (resets({selector}[{looked.reset_range}]) > 0)"


def _spoilt(selector: str, looked: Looked) -> str:
    return f"({_steady(selector, looked, END_LOOKBACK)}) or {_end(selector, looked)} + Inf"
