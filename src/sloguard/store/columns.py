"""Reading the slices of thousands of SLOs in few queries."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from sloguard.model.measurement import SliceColumns
from sloguard.store.bulk import all_rows
from sloguard.store.tables import series, slices

_Value = TypeVar("_Value")

_SERIES_PER_QUERY = 25
"""Some 50,000 rows: more would only take memory."""
_SERIES_PER_SHORT_QUERY = 100
"""Of ranges up to a day, which have fewer rows."""
_SHORT_SECONDS = 86_400
_COLUMNS = (slices.c.start, slices.c.seconds, slices.c.bad, slices.c.total, slices.c.unseen_seconds)


def read_columns(connection: Connection, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, SliceColumns]]:
    """The slices of each series that overlap its range of time (start and end, Unix seconds).

    Series of which nothing is known there are left out.
    """
    # Series whose ranges begin together are read together.
    ordered = sorted(wanted, key=lambda key: (wanted[key], key))
    short = all(end - start <= _SHORT_SECONDS for start, end in wanted.values())
    size = _SERIES_PER_SHORT_QUERY if short else _SERIES_PER_QUERY
    for first in range(0, len(ordered), size):
        yield from _read(connection, {key: wanted[key] for key in ordered[first : first + size]})


def _read(connection: Connection, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, SliceColumns]]:
    begin = min(start for start, _ in wanted.values())
    end = max(end for _, end in wanted.values())
    rows = all_rows(
        connection,
        select(slices.c.series_key, *_COLUMNS)
        .where(slices.c.series_key.in_(wanted), slices.c.start >= begin, slices.c.start < end)
        .order_by(slices.c.series_key, slices.c.start),
    )
    # Sorting what is sorted but for a few takes no time.
    rows = sorted([*_reaching_into(connection, wanted, begin), *rows], key=itemgetter(0, 1))
    if not rows:
        return
    series_of_rows, *columns = zip(*rows, strict=True)
    for key in dict.fromkeys(series_of_rows):
        found = SliceColumns(*(_of(key, series_of_rows, column) for column in columns)).between(*wanted[key])
        if found.start:
            yield key, found


def _reaching_into(connection: Connection, keys: Collection[int], begin: int) -> Sequence[tuple[Any, ...]]:
    """The slices that begin before a time and end after it: at most one of each series."""
    earlier = slices.alias("earlier")
    last = select(func.max(earlier.c.start)).where(earlier.c.series_key == series.c.key, earlier.c.start < begin)
    return all_rows(
        connection,
        select(slices.c.series_key, *_COLUMNS)
        .select_from(series)
        .join(slices, (slices.c.series_key == series.c.key) & (slices.c.start == last.scalar_subquery()))
        .where(series.c.key.in_(keys), slices.c.start + slices.c.seconds > begin),
    )


def _of(key: int, series: Sequence[int], column: Sequence[_Value]) -> Sequence[_Value]:
    return column[bisect_left(series, key) : bisect_right(series, key)]
