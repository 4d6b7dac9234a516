"""How many SLOs are counted at once, so that a chunk of many steps fits into memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sloguard.ledger.batches import TermAsker
from sloguard.ledger.pieces import Chunk
from sloguard.ledger.plan import CountingPlan
from sloguard.ports import LedgerKey

_MOST_SLOS = 500
_MOST_STEPS = 36_000
"""Of all SLOs of a portion together: while they are counted they take some 50 MB."""


@dataclass(frozen=True, slots=True)
class Portion:
    plan: CountingPlan
    terms: TermAsker
    """For all chunks: it learns what is too much for one query."""


class Portions:
    """The SLOs of a plan, cut for each chunk."""

    def __init__(self, plan: CountingPlan, keys: Iterable[LedgerKey], slice_seconds: int) -> None:
        wanted, sampled = tuple(keys), plan.sampled
        self._plan = plan
        self._counted = tuple(key for key in wanted if key not in sampled)
        self._sampled = tuple(key for key in wanted if key in sampled)
        self._slice_seconds = slice_seconds
        self._known: dict[tuple[bool, int], Sequence[Portion]] = {}

    def of(self, chunk: Chunk) -> Iterator[Portion]:
        """Counters are counted step by step; what is looked at is looked at slice by slice, however long steps are."""
        length = chunk.end - chunk.start
        yield from self._portions(slos_at_once(length // chunk.step), sampled=False)
        yield from self._portions(slos_at_once(length // self._slice_seconds), sampled=True)

    def _portions(self, size: int, *, sampled: bool) -> Sequence[Portion]:
        if (sampled, size) not in self._known:
            keys = self._sampled if sampled else self._counted
            plans = [self._plan.only(keys[begin : begin + size]) for begin in range(0, len(keys), size)]
            self._known[sampled, size] = [Portion(plan, TermAsker(plan.terms)) for plan in plans]
        return self._known[sampled, size]


def slos_at_once(steps: int) -> int:
    """So many SLOs of so many steps each: one of a few numbers, so that few different portions are cut."""
    size = _MOST_SLOS
    while size > 1 and size * steps > _MOST_STEPS:
        size //= 2
    return size
