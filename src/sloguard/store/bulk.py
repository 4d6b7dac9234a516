"""Many rows at once, at the driver's own speed: for 10,000 SLOs SQLAlchemy's care for each row costs ten times more.

Only for columns whose values the driver takes and gives as they are: numbers, texts and truth values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Select, UpdateBase

from sloguard.store.connection import driver_errors

_ROWS_AT_ONCE = 200
"""Python looks for garbage whenever there are some 700 tuples more than before: that would cost a fifth."""


def all_rows(connection: Connection, query: Select[Any]) -> Sequence[tuple[Any, ...]]:
    """The rows of a query, as plain tuples."""
    text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
    with driver_errors(connection):
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, ())  # with parameters, if only none: else psycopg takes %% for what it says
            return cursor.fetchall()
        finally:
            cursor.close()


def columns_of_each(
    connection: Connection, query: Select[Any], values: Iterable[Mapping[str, Any]]
) -> Iterator[Sequence[tuple[Any, ...]]]:
    """What a query finds, column by column; once for each mapping of values for its parameters."""
    compiled = query.compile(connection)
    text, names = str(compiled), compiled.positiontup
    with driver_errors(connection):
        cursor = connection.connection.cursor()
        try:
            for each in values:
                cursor.execute(text, each if names is None else [each[name] for name in names])
                columns: list[list[Any]] = [[] for _ in query.selected_columns]
                while rows := cursor.fetchmany(_ROWS_AT_ONCE):
                    for column, part in zip(columns, zip(*rows, strict=True), strict=True):
                        column.extend(part)
                yield [tuple(column) for column in columns]
        finally:
            cursor.close()


def for_each(connection: Connection, statement: UpdateBase, rows: Iterable[Mapping[str, Any]]) -> None:
    """Run a statement once for each row of values for its parameters."""
    rest = iter(rows)
    first = next(rest, None)
    if first is None:
        return
    compiled = statement.compile(connection, column_keys=list(first))
    names = compiled.positiontup
    every = chain((first,), rest)
    values: Any = list(every) if names is None else [tuple([row[name] for name in names]) for row in every]
    connection.exec_driver_sql(str(compiled), values)
