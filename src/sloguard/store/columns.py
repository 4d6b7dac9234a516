"""Reading the slices of thousands of SLOs, one after the other: most of what a start of the daemon takes."""

from collections.abc import Iterator, Mapping

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from sloguard.model.measurement import SliceColumns
from sloguard.store.bulk import columns_of_each
from sloguard.store.tables import slices

_SERIES, _BEGIN = bindparam("of", type_=BigInteger), bindparam("begin", type_=BigInteger)
_EARLIER = slices.alias("earlier")
_REACHING_INTO = select(func.max(_EARLIER.c.start)).where(_EARLIER.c.series_key == _SERIES, _EARLIER.c.start < _BEGIN)
"""Slices do not overlap each other: of those that begin earlier only the last can reach into a range."""
_SLICES = (
    select(slices.c.start, slices.c.seconds, slices.c.bad, slices.c.total, slices.c.unseen_seconds)
    .where(
        slices.c.series_key == _SERIES,
        slices.c.start >= func.coalesce(_REACHING_INTO.scalar_subquery(), _BEGIN),
        slices.c.start < bindparam("end"),
    )
    .order_by(slices.c.start)
)


def read_columns(connection: Connection, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, SliceColumns]]:
    """The slices of each series that overlap its range of time (start and end, Unix seconds).

    Series of which nothing is known there are left out. Each is read on its own: the rows of several would have to be
    told apart again, and would not stay in the processor's cache until they are packed.
    """
    ordered = sorted(wanted)
    bounds = ({"of": key, "begin": wanted[key][0], "end": wanted[key][1]} for key in ordered)
    for key, columns in zip(ordered, columns_of_each(connection, _SLICES, bounds), strict=True):
        found = SliceColumns(*columns).between(*wanted[key])
        if found.start:
            yield key, found
