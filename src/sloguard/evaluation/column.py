"""Numbers in a row: exact, small, and the sum of any stretch of them by a look at two chunks."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice

CHUNK = 128
"""Numbers that are packed together. Fewer cost more memory, more cost more time: a sum adds up half of two."""

_TYPES = {1: "b", 2: "h", 4: "i", 8: "d"}
"""Array types, by the bytes that a number takes."""
_INTEGERS = "bhi"
_FLOAT = "d"


class Column:
    """Counts are mostly small whole numbers: each chunk has the smallest type that keeps its numbers as they are.

    Sums of whole numbers are exact up to 2^53. Others are rounded as any sum of floats is: by some 1e-16 of the sum
    of all numbers up to there.
    """

    __slots__ = ("_before", "_full", "_open", "_size", "_sum", "_widths")

    def __init__(self, numbers: Iterable[float] = ()) -> None:
        self._full = b""
        """The full chunks, one after the other: as arrays of their own they would take half as much again."""
        self._widths = b""
        """The bytes that each number of a full chunk takes; 0 where all are zeros, which are not kept."""
        self._before = array("d", [0.0])
        """The sum of all that comes before each full chunk, and before the open one."""
        self._open: array[float] | None = None
        """The chunk that is not full yet; None while there are only zeros in it."""
        self._sum = 0.0
        self._size = 0
        self.extend(numbers)

    def __len__(self) -> int:
        return self._size

    def sum_before(self, index: int) -> float:
        """The sum of the first so many numbers."""
        if index == self._size:
            return self._sum
        place, offset = divmod(index, CHUNK)
        before = self._before[place]
        chunk = self._chunk(place, offset) if offset else None
        return before if chunk is None else before + sum(chunk)

    def __getitem__(self, index: int) -> float:
        place, offset = divmod(index, CHUNK)
        chunk = self._chunk(place, offset + 1)
        return 0.0 if chunk is None else float(chunk[offset])

    def values(self, low: int, high: int) -> Iterator[float]:
        """The numbers from one place up to another."""
        for place in range(low // CHUNK, -(-high // CHUNK)):
            begin = place * CHUNK
            yield from map(float, self._unpacked(place)[max(0, low - begin) : high - begin])

    def extend(self, numbers: Iterable[float]) -> None:
        rest = iter(numbers)
        full: list[bytes] = [self._full]
        while added := list(islice(rest, CHUNK - self._size % CHUNK)):
            self._add(added)
            if self._size % CHUNK == 0:
                full.append(self._taken())
        self._full = b"".join(full)

    def truncate(self, size: int) -> None:
        """Forget all but the first so many numbers."""
        if size >= self._size:
            return
        place, offset = divmod(size, CHUNK)
        kept = self._unpacked(place)[:offset] if offset else []
        self._full, self._widths = self._full[: self._begin(place)], self._widths[:place]
        del self._before[place + 1 :]
        self._sum, self._size, self._open = self._before[place], size - offset, None
        if kept:
            self._add(kept)

    def replace(self, low: int, high: int, numbers: Iterable[float]) -> None:
        """Put numbers in the place of those from `low` up to `high`."""
        kept = [number for place in range(high // CHUNK, -(-self._size // CHUNK)) for number in self._unpacked(place)]
        rest = kept[high % CHUNK :]
        self.truncate(low)
        self.extend((*numbers, *rest))

    def _begin(self, place: int) -> int:
        """Where a full chunk begins, in bytes."""
        return CHUNK * sum(self._widths[:place])

    def _chunk(self, place: int, count: int) -> "array[float] | None":
        """The first so many numbers of a chunk; None if they are not kept, for all are zeros."""
        if place == len(self._widths):
            return None if self._open is None else self._open[:count]
        width = self._widths[place]
        if not width:
            return None
        begin = self._begin(place)
        return array(_TYPES[width], self._full[begin : begin + count * width])

    def _unpacked(self, place: int) -> list[float]:
        count = min(CHUNK, self._size - place * CHUNK)
        chunk = self._chunk(place, count)
        return [0.0] * count if chunk is None else chunk.tolist()

    def _add(self, numbers: list[float]) -> None:
        """Numbers that fit into the open chunk."""
        held = self._size % CHUNK
        if not held:
            self._open = _packed(numbers)
        elif len(numbers) > 1 or not self._fits(numbers[0]):
            self._open = _packed([*self._unpacked(len(self._widths)), *numbers])
        self._sum += sum(numbers)
        self._size += len(numbers)

    def _fits(self, number: float) -> bool:
        """Whether the open chunk takes a number as it is. If so, it has it now: the usual case, a slice has ended."""
        chunk = self._open
        if chunk is None:
            return not number
        if chunk.typecode != _FLOAT and number != int(number):
            return False
        try:
            chunk.append(number if chunk.typecode == _FLOAT else int(number))
        except OverflowError:
            return False
        return True

    def _taken(self) -> bytes:
        """Of the open chunk, which is full: its bytes, to be put to those of the others."""
        chunk, self._open = self._open, None
        self._before.append(self._sum)
        self._widths += bytes((0 if chunk is None else chunk.itemsize,))
        return b"" if chunk is None else chunk.tobytes()


def _packed(numbers: list[float]) -> "array[float] | None":
    if not any(numbers):
        return None
    whole = list(map(int, numbers))
    if whole == numbers:
        for code in _INTEGERS:
            try:
                return array(code, whole)
            except OverflowError:
                continue  # the next type is larger
    return array(_FLOAT, numbers)
