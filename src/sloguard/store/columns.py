"""Reading the slices of thousands of SLOs in few queries."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from sloguard.model.measurement import SliceColumns
from sloguard.store.bulk import all_rows
from sloguard.store.tables import slices

_Value = TypeVar("_Value")

_SERIES_PER_QUERY = 25
"""Some 50,000 rows: more would only take memory."""
_LONGEST_SLICE_SECONDS = 86_400 + 7_200
"""A day, which may have 25 hours. So far before a range a slice may begin that reaches into it."""
_COLUMNS = (slices.c.start, slices.c.seconds, slices.c.bad, slices.c.total, slices.c.unseen_seconds)


def read_columns(connection: Connection, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, SliceColumns]]:
    """The slices of each series that overlap its range of time (start and end, Unix seconds).

    Series of which nothing is known there are left out.
    """
    # Series whose ranges begin together are read together.
    ordered = sorted(wanted, key=lambda key: (wanted[key], key))
    for first in range(0, len(ordered), _SERIES_PER_QUERY):
        yield from _read(connection, {key: wanted[key] for key in ordered[first : first + _SERIES_PER_QUERY]})


def _read(connection: Connection, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, SliceColumns]]:
    begin = min(start for start, _ in wanted.values()) - _LONGEST_SLICE_SECONDS
    end = max(end for _, end in wanted.values())
    rows = all_rows(
        connection,
        select(slices.c.series_key, *_COLUMNS)
        .where(slices.c.series_key.in_(wanted), slices.c.start >= begin, slices.c.start < end)
        .order_by(slices.c.series_key, slices.c.start),
    )
    if not rows:
        return
    series, *columns = zip(*rows, strict=True)
    for key in dict.fromkeys(series):
        found = SliceColumns(*(_of(key, series, column) for column in columns)).between(*wanted[key])
        if found.start:
            yield key, found


def _of(key: int, series: Sequence[int], column: Sequence[_Value]) -> Sequence[_Value]:
    return column[bisect_left(series, key) : bisect_right(series, key)]
