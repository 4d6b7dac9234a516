"""Numbers in a row: exact, small, and the sum of any stretch of them by a look at two chunks."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice

CHUNK = 128
"""Numbers that are packed together. Fewer cost more memory, more cost more time: a sum adds up half of two."""

_INTEGERS = (("b", 1 << 7), ("h", 1 << 15), ("i", 1 << 31))
"""Array types, and the first number that is too large for each."""
_FLOAT = "d"


class Column:
    """Counts are mostly small whole numbers: each chunk has the smallest type that keeps its numbers as they are.

    Sums of whole numbers are exact up to 2^53. Others are rounded as any sum of floats is: by some 1e-16 of the sum
    of all numbers up to there.
    """

    __slots__ = ("_before", "_chunks", "_size")

    def __init__(self, numbers: Iterable[float] = ()) -> None:
        self._chunks: list[array[float] | None] = []
        """None stands for zeros. All but the last are full."""
        self._before = array("d", [0.0])
        """What comes before each chunk, and before the next one there may be: the sum of all."""
        self._size = 0
        self.extend(numbers)

    def __len__(self) -> int:
        return self._size

    def sum_before(self, index: int) -> float:
        """The sum of the first so many numbers."""
        if index == self._size:
            return self._before[-1]
        place, offset = divmod(index, CHUNK)
        chunk = self._chunks[place]
        if chunk is None or not offset:
            return self._before[place]
        return self._before[place] + sum(chunk[:offset])

    def __getitem__(self, index: int) -> float:
        chunk = self._chunks[index // CHUNK]
        return 0.0 if chunk is None else float(chunk[index % CHUNK])

    def values(self, low: int, high: int) -> Iterator[float]:
        """The numbers from one place up to another."""
        for place in range(low // CHUNK, -(-high // CHUNK)):
            begin = place * CHUNK
            yield from map(float, self._unpacked(place)[max(0, low - begin) : high - begin])

    def _append(self, number: float) -> None:
        if self._size % CHUNK and self._fits(number):
            self._before[-1] += number
            self._size += 1
        else:
            self.extend((number,))

    def _fits(self, number: float) -> bool:
        """Whether the last chunk takes a number as it is. If so, it has it now."""
        chunk = self._chunks[-1]
        if chunk is None:
            return not number
        if chunk.typecode != _FLOAT and number != int(number):
            return False
        try:
            chunk.append(number if chunk.typecode == _FLOAT else int(number))
        except OverflowError:
            return False
        return True

    def extend(self, numbers: Iterable[float]) -> None:
        rest = iter(numbers)
        while added := list(islice(rest, CHUNK - self._size % CHUNK)):
            self._add(added)

    def truncate(self, size: int) -> None:
        """Forget all but the first so many numbers."""
        if size >= self._size:
            return
        place, offset = divmod(size, CHUNK)
        kept = self._unpacked(place)[:offset] if offset else []
        del self._chunks[place:], self._before[place + 1 :]
        self._size = place * CHUNK
        if kept:
            self._add(kept)

    def replace(self, low: int, high: int, numbers: Iterable[float]) -> None:
        """Put numbers in the place of those from `low` up to `high`."""
        rest = list(self.values(high, self._size))
        self.truncate(low)
        added = (*numbers, *rest)
        if len(added) == 1:
            # The usual case: a slice has ended.
            self._append(added[0])
        else:
            self.extend(added)

    def _add(self, numbers: list[float]) -> None:
        """Numbers that fit into the last chunk, or begin a new one."""
        if self._size % CHUNK:
            place = len(self._chunks) - 1
            self._chunks[place] = _packed([*self._unpacked(place), *numbers])
        else:
            self._chunks.append(_packed(numbers))
            self._before.append(self._before[-1])
        self._before[-1] += sum(numbers)
        self._size += len(numbers)

    def _unpacked(self, place: int) -> list[float]:
        chunk = self._chunks[place]
        return chunk.tolist() if chunk is not None else [0.0] * min(CHUNK, self._size - place * CHUNK)


def _packed(numbers: list[float]) -> "array[float] | None":
    if not any(numbers):
        return None
    whole = list(map(int, numbers))
    if whole == numbers:
        lowest, highest = min(whole), max(whole)
        for code, limit in _INTEGERS:
            if -limit <= lowest and highest < limit:
                return array(code, whole)
    return array(_FLOAT, numbers)
