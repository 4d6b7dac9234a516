"""Where the ledger may differ from what was read of it: noted by who wrote there, or told by what it says of itself."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from sloguard.ledger.pieces import Counted
from sloguard.model.span import Span, joined, without
from sloguard.ports import CountedRange, LedgerKey

Spans = Mapping[LedgerKey, tuple[Span, ...]]
"""By SLO, in Unix seconds."""


class Notes:
    """What this process has written beside the evaluation, until it is read. Any thread may note and take."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted: dict[LedgerKey, tuple[Span, ...]] = {}

    def note(self, ranges: Iterable[CountedRange]) -> None:
        """These were written, or may have been: who cannot know whether a transaction came through notes it, too."""
        with self._lock:
            _add(self._noted, ((counted.key, (counted.start, counted.end)) for counted in ranges))

    @contextmanager
    def taken(self) -> Iterator[Spans]:
        """All that was noted until now. If it cannot be read, which an exception tells, it stays noted."""
        with self._lock:
            taken, self._noted = self._noted, {}
        with ExitStack() as unread:
            unread.callback(self._put_back, taken)
            yield taken
            unread.pop_all()

    def _put_back(self, spans: Spans) -> None:
        with self._lock:
            _add(self._noted, _each(spans))


def grown(before: Counted, now: Counted) -> Spans:
    """For which time somebody has asked Prometheus since: where more is counted, and where holes were filled in.

    So what other processes write is noticed, too. A template's groups were counted with it.
    """
    found: dict[LedgerKey, tuple[Span, ...]] = {}
    for key in {**now.marks, **now.replayed}:
        if now.marks.get(key) == before.marks.get(key) and now.replayed.get(key) == before.replayed.get(key):
            continue
        whole, known = now.whole(key), before.whole(key)
        if whole is not None:
            _add(found, ((key, span) for span in (without([whole], known) if known else [whole])))
    for key, holes in before.holes.items():
        _add(found, ((key, span) for span in _without_all(holes, now.holes.get(key, ()))))
    if not found:
        return found
    groups = {key: key._replace(slo_id=key.slo_id.partition("{")[0]) for key in now.marks if "{" in key.slo_id}
    return together(found, {key: found[template] for key, template in groups.items() if template in found})


def together(one: Spans, other: Spans) -> Spans:
    found = dict(one)
    _add(found, _each(other))
    return found


def _each(spans: Spans) -> Iterator[tuple[LedgerKey, Span]]:
    return ((key, span) for key, some in spans.items() for span in some)


def _add(spans: dict[LedgerKey, tuple[Span, ...]], added: Iterable[tuple[LedgerKey, Span]]) -> None:
    for key, span in added:
        spans[key] = joined(spans.get(key, ()), span)


def _without_all(spans: Iterable[Span], cuts: Iterable[Span]) -> Iterable[Span]:
    for cut in cuts:
        spans = without(spans, cut)
    return spans
