"""A backup's file: gzip of JSON lines.

The first line says what it is, of which schema, and when it was made. Then each table: a line with its name and its
columns, and a line for each row. The last line has the number of rows of each table, and the SHA-256 of all that
stands before it. Rows that hold bytes have them as `{"base64": …}`.
"""

import base64
import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from sloguard.errors import StoreError

FORMAT = "sloguard/backup/v1"
_GZIP = b"\x1f\x8b"
"""What such a file begins with."""
_BYTES = "base64"
_BYTES_KEY = b'"base64"'

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What is in a backup."""

    path: Path
    revision: str
    """Of the schema."""
    created_at: datetime
    rows: Mapping[str, int]
    """By table."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """Some rows of a table, in their order."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


class ArchiveWriter:
    """Writes into an open file. A table is written at once."""

    def __init__(self, file: gzip.GzipFile, revision: str, created_at: datetime) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self._rows: dict[str, int] = {}
        self._line({"format": FORMAT, "revision": revision, "created_at": created_at})

    def table(self, name: str, columns: Sequence[str], batches: Iterator[Sequence[Row]]) -> None:
        self._line({"table": name, "columns": list(columns)})
        self._rows[name] = 0
        for batch in batches:
            self._write(b"".join(orjson.dumps(list(row), default=_encoded) + b"\n" for row in batch))
            self._rows[name] += len(batch)

    def finish(self) -> Mapping[str, int]:
        """Write the last line; the number of rows of each table."""
        self._file.write(orjson.dumps({"rows": self._rows, "sha256": self._digest.hexdigest()}) + b"\n")
        return dict(self._rows)

    def _line(self, value: Mapping[str, object]) -> None:
        self._write(orjson.dumps(value, option=orjson.OPT_UTC_Z) + b"\n")

    def _write(self, text: bytes) -> None:
        self._digest.update(text)
        self._file.write(text)


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that is read."""

    path: Path
    batch: int = 5_000

    def head(self) -> tuple[str, datetime]:
        """The schema's revision, and when the backup was made. Raises StoreError if it is no backup."""
        with self._reading() as file:
            return self._head(file.readline())

    def tables(self) -> Iterator[TableRows]:
        """All rows, batch by batch; a table without rows once, with none. Raises StoreError where it is damaged."""
        with self._reading() as file:
            self._head(file.readline())
            table, columns, rows = "", (), []
            for line in file:
                if not line.startswith(b"{"):
                    rows.append(self._row(line))
                    if len(rows) >= self.batch:
                        yield TableRows(table, columns, rows)
                        rows = []
                    continue
                if table:
                    yield TableRows(table, columns, rows)
                head = self._line(line)
                if "table" not in head:
                    return
                table, columns, rows = head["table"], tuple(head["columns"]), []
        raise self._damaged("its end is missing")

    def verified(self) -> BackupReport:
        """Read all of it, and compare the checksum and the numbers of rows.

        Raises:
            StoreError: it is no backup, or it is damaged; the text says how.
        """
        digest, rows, table = hashlib.sha256(), dict[str, int](), ""
        with self._reading() as file:
            first = file.readline()
            revision, created_at = self._head(first)
            digest.update(first)
            for line in file:
                if line.startswith(b'{"rows"'):
                    self._compare(self._line(line), rows, digest.hexdigest())
                    if file.read(1):  # gzip's own checksum is looked at only at the very end
                        raise self._damaged("something stands behind its end")
                    return BackupReport(self.path, revision, created_at, rows)
                digest.update(line)
                if line.startswith(b"{"):
                    table = str(self._line(line).get("table"))
                    rows[table] = 0
                else:
                    rows[table] = rows.get(table, 0) + 1
        raise self._damaged("its end is missing")

    def _compare(self, last: Mapping[str, Any], rows: Mapping[str, int], digest: str) -> None:
        if last.get("rows") != rows:
            raise self._damaged("rows are missing")
        if last.get("sha256") != digest:
            raise self._damaged("its checksum is wrong")

    def _reading(self) -> "_Reading":
        return _Reading(self.path)

    def _head(self, line: bytes) -> tuple[str, datetime]:
        try:
            value = orjson.loads(line)
            if value["format"] == FORMAT:
                return str(value["revision"]), datetime.fromisoformat(value["created_at"])
        except (ValueError, KeyError, TypeError):
            pass
        raise StoreError(f"{self.path} is no backup of sloguard. Give a file that `sloguard backup` has written.")

    def _line(self, line: bytes) -> Mapping[str, Any]:
        try:
            value: Mapping[str, Any] = orjson.loads(line)
        except ValueError as error:
            raise self._damaged("a line of it cannot be read") from error
        return value

    def _row(self, line: bytes) -> Row:
        try:
            row: Row = orjson.loads(line)
            return [_decoded(each) for each in row] if _BYTES_KEY in line else row
        except (ValueError, TypeError) as error:
            raise self._damaged("a row of it cannot be read") from error

    def _damaged(self, how: str) -> StoreError:
        return StoreError(f"The backup {self.path} is damaged: {how}. Take an older one.")


class _Reading:
    """An open archive; foreign errors become StoreError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: gzip.GzipFile | None = None

    def __enter__(self) -> gzip.GzipFile:
        try:
            self._file = gzip.open(self._path, "rb")
        except OSError as error:
            raise _unreadable(self._path, error) from error
        return self._file

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._file is not None:
            self._file.close()
        if isinstance(error, gzip.BadGzipFile) and not self._is_gzip():
            raise StoreError(
                f"{self._path} is no backup of sloguard. Give a file that `sloguard backup` has written."
            ) from error
        if isinstance(error, EOFError | zlib.error | gzip.BadGzipFile):
            raise StoreError(
                f"The backup {self._path} is damaged: it cannot be unpacked. Take an older one."
            ) from error
        if isinstance(error, OSError):
            raise _unreadable(self._path, error) from error

    def _is_gzip(self) -> bool:
        """Python says `BadGzipFile` both of what was never gzip and of gzip whose own checksum is wrong."""
        with self._path.open("rb") as file:
            return file.read(len(_GZIP)) == _GZIP


def _unreadable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"The backup {path} cannot be read: {error.strerror or error}.")


def _encoded(value: object) -> object:
    if isinstance(value, bytes | memoryview):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(type(value).__name__)


def _decoded(value: object) -> object:
    return base64.b64decode(value[_BYTES]) if isinstance(value, dict) else value
