"""Goes through the past of one SLO step by step, and decides at each as the daemon would have.

Time runs in evaluations. Where the ledger has only coarse counts (replay counts old time by the hour), nothing is known
in the middle of a slice: there it runs from slice to slice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sloguard.alerting.judgement import decide_alerts, is_calm
from sloguard.backtest.firing import Firing
from sloguard.backtest.journal import Journal
from sloguard.backtest.past import Feed, PastLedger
from sloguard.ledger.histories import Histories
from sloguard.ledger.plan import ledger_key
from sloguard.model.composite import CompositeIndicator
from sloguard.model.settings import EvaluationSettings
from sloguard.model.slo import Slo
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerReader


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """How finely an SLO's past is known."""

    seconds_by_step: Mapping[int, int]
    """How much of the period was counted in slices of which length; seconds."""
    since: datetime | None = None
    """Where the ledger begins; None if it has nothing."""


@dataclass(frozen=True, slots=True)
class Lived:
    """One declared SLO's backtest. Of a template: all of its groups."""

    slo: Slo
    firings: tuple[Firing, ...]
    known: Known
    evaluations: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger has of all series today. Read once; each SLO's part is picked by its id."""

    ledger: LedgerReader
    marks: Mapping[str, Mapping[LedgerKey, LedgerMark]]
    replayed: Mapping[LedgerKey, tuple[int, int]]

    @classmethod
    def of(cls, ledger: LedgerReader) -> "Counted":
        marks: dict[str, dict[LedgerKey, LedgerMark]] = {}
        for key, mark in ledger.marks().items():
            marks.setdefault(key.slo_id.partition("{")[0], {})[key] = mark
        return cls(ledger, marks, ledger.replayed())

    def keys(self, slos: Iterable[Slo]) -> dict[LedgerKey, LedgerMark]:
        """The series of these SLOs, and of all groups of those that are templates."""
        found: dict[LedgerKey, LedgerMark] = {}
        for slo in slos:
            if isinstance(slo.indicator, CompositeIndicator):
                continue
            wanted = ledger_key(slo)
            known = self.marks.get(slo.declared_id, {})
            found |= {key: mark for key, mark in known.items() if key.fingerprint == wanted.fingerprint}
        return found

    def past(self, keys: Mapping[LedgerKey, LedgerMark], at: int) -> PastLedger:
        replayed = {key: self.replayed[key] for key in keys if key in self.replayed}
        return PastLedger(self.ledger, keys, replayed, at)


def evaluation_step(evaluation: EvaluationSettings) -> timedelta:
    """Every evaluation, but not more than one a slice: the ledger knows nothing finer."""
    slices = -(-evaluation.interval // evaluation.slice)
    return slices * evaluation.slice


def with_members(slo: Slo, declared: Mapping[str, Slo]) -> tuple[Slo, ...]:
    """The SLO, and all that a composite is made of."""
    found = {slo.declared_id: slo}
    waiting = [slo]
    while waiting:
        indicator = waiting.pop().indicator
        if isinstance(indicator, CompositeIndicator):
            members = [declared[member.slo_id] for member in indicator.members if member.slo_id not in found]
            found |= {member.declared_id: member for member in members}
            waiting += members
    return tuple(found.values())


@dataclass(slots=True)
class Walk:
    """One SLO's way through a period."""

    slo: Slo
    family: tuple[Slo, ...]
    """The SLO itself, and its members if it is a composite."""
    counted: Counted
    evaluation: EvaluationSettings
    period: Period
    _journal: Journal = field(default_factory=Journal)
    _evaluations: int = 0
    _seconds: dict[int, int] = field(default_factory=dict)

    def lived(self, stopped: Callable[[], bool] = lambda: False) -> Lived:
        """Go all the way.

        Raises:
            StoreError: the ledger cannot be read.
        """
        step = round(evaluation_step(self.evaluation).total_seconds())
        since, until = (int(at.timestamp()) // step * step for at in (self.period.since, self.period.until))
        marks = self.counted.keys(self.family)
        histories = Histories(self.counted.past(marks, since), self.evaluation.slice)
        histories.load(self.family, _instant(since))
        feeds = {key: Feed(self.counted.ledger, key, since, until) for key in marks}
        for at in _instants(since + step, until, step, feeds.values()):
            if stopped():
                break
            self._step(at, step, histories, feeds)
        first = min((mark.first for mark in marks.values()), default=None)
        begin = _instant(first) if first is not None else None
        return Lived(self.slo, self._journal.firings(), Known(self._seconds, begin), self._evaluations)

    def _step(self, at: int, step: int, histories: Histories, feeds: Mapping[LedgerKey, Feed]) -> None:
        ranges = []
        for key, feed in feeds.items():
            taken = feed.take(at)
            if taken:
                ranges.append(CountedRange(key, taken[0].start, taken[-1].end, tuple(taken)))
                for piece in taken:
                    self._seconds[piece.seconds] = self._seconds.get(piece.seconds, 0) + piece.seconds
        histories.apply(ranges)
        now = _instant(at)
        resolution = timedelta(seconds=max([step, *(feed.longest for feed in feeds.values())]))
        current = histories.expanded(self.slo, now)
        for slo in current:
            observed = histories.observed(slo, {}, now)
            before = self._journal.firing(slo)
            self._evaluations += 1
            if not is_calm(slo, observed, before):
                decided = decide_alerts(slo, observed, before, self.period.since, self._journal.fired(slo))
                self._journal.note(slo, observed, decided, resolution)
        if self.slo.is_template:
            self._journal.remove_all_but((slo.id for slo in current), now)


def _instants(start: int, until: int, step: int, feeds: Iterable[Feed]) -> Iterator[int]:
    """The instants at which something can be said."""
    at = start
    watched = tuple(feeds)
    while at <= until:
        ends = [end for feed in watched if (end := feed.within(at)) is not None]
        if not ends:
            yield at
            at += step
        else:
            at = -(-max(ends) // step) * step


def _instant(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
