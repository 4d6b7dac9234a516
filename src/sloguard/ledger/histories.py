"""The ledger in memory: one history of running sums per SLO, read once and kept up with what is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjusting
from sloguard.evaluation.composite import ObservedMember, ObservedMembers
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import Observed, ObservedSlices
from sloguard.evaluation.resolution import Band
from sloguard.evaluation.timeslices import ObservedTimeslices
from sloguard.evaluation.windows import longest
from sloguard.ledger.changes import Notes, Spans, grown, together
from sloguard.ledger.groups import KnownGroups, Seen, known_groups, note, present
from sloguard.ledger.mirror import Mirror
from sloguard.ledger.pieces import Counted
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.upkeep import finenesses, of_groups, roll_ups
from sloguard.model.adjustment import Exclusion
from sloguard.model.composite import CompositeIndicator
from sloguard.model.measurement import Slice
from sloguard.model.retention import Retention
from sloguard.model.slo import Service, Slo, grouped
from sloguard.model.span import Span
from sloguard.ports import CountedRange, LedgerKey, LedgerMark, LedgerReader

_MARGIN = timedelta(days=1)
"""Read a little more than the window, so that its start moves on without reading again."""


class Histories:
    """One thread loads, refreshes and observes; others note what they write into the ledger."""

    def __init__(self, store: LedgerReader, slice_length: timedelta) -> None:
        self._store = store
        self._slice_length = slice_length
        self._mirror = Mirror(store)
        self._notes = Notes()
        self._ahead: tuple[CountedRange, ...] = ()
        """What was applied last, as long as nobody knows whether the store has it."""
        self._intact = False
        """Whether memory has all that the ledger had when it was read last."""
        self._read: frozenset[LedgerKey] = frozenset()
        """What is held, as far as the ledger has slices of it."""
        self._until = 0
        """Unix seconds: slices that begin later are left out."""
        self._adjusting = Adjusting()
        self._counted = self._committed = Counted()
        """How far the ledger is counted: with what was applied, and as far as it is known to be in the store."""
        self._declared: dict[str, Slo] = {}
        self._known: KnownGroups = {}
        self._counted_until = 0
        """Unix seconds: end of the newest slice of any SLO."""
        self._read_at: datetime | None = None
        self._keys: dict[str, tuple[object, LedgerKey]] = {}
        """By SLO, with what they depend on."""
        self._crowded: set[str] = set()
        """Templates with as many groups as they may have, or more."""

    def load(self, slos: Iterable[Slo], until: datetime, *, over: timedelta = timedelta(0)) -> None:
        """Read what the windows need that end at `until`, or up to `over` earlier. Later slices are left out."""
        self._intact = False
        self._declared = {slo.declared_id: slo for slo in slos}
        self.adjust()
        self._read_at = until
        with self._notes.taken():
            counted = Counted.of(self._store)
            self._know(counted)
            limits = self._limits(until, over)
            self._mirror.load(limits)
        self._counted = self._committed = counted
        self._read = frozenset(limits)
        self._until = int(until.timestamp())
        self._ahead = ()
        self._intact = True

    def refresh(self, slos: Iterable[Slo], until: datetime) -> None:
        """Read anew what was written since `load`, by whomever; all of it if memory cannot be relied upon.

        Raises:
            StoreError: the ledger could not be read; the next time reads what is missing.
        """
        if not self._intact or self._is_of_the_future(until):
            self.load(slos, until)
            return
        self._forget_from(int(until.timestamp()))
        self._notes.note(self._ahead)
        with self._notes.taken() as noted:
            counted = Counted.of(self._store)
            due = together(together(noted, grown(self._committed, counted)), self._come())
            if due:
                self._know(counted)
            limits = self._limits(until)
            # Groups have come within sight.
            self._mirror.read({key: limits[key] for key in limits.keys() - self._read})
            self._mirror.patch(due, limits)
        self._until = int(until.timestamp())
        self._counted = self._committed = counted
        self._read = frozenset(limits)
        self._ahead = ()

    def note(self, ranges: Iterable[CountedRange]) -> None:
        """Remember that these were written, or may have been, beside the evaluation. Any thread may do so."""
        self._notes.note(ranges)

    def distrust(self) -> None:
        """Have the next refresh read everything."""
        self._intact = False

    def _forget_from(self, time: int) -> None:
        if self._counted_until > time:
            self._mirror.forget_from(time)
            self._until = min(self._until, time)

    def _come(self) -> Spans:
        """What was left out because it lay in the future: a clock that was ahead has been put back."""
        if self._counted_until <= self._until:
            return {}
        ends = {key: mark.watermark for key, mark in self._committed.marks.items()}
        return {key: ((self._until, end),) for key, end in ends.items() if end > self._until}

    def _know(self, counted: Counted) -> None:
        self._known = known_groups(counted.marks)
        self._counted_until = max((mark.watermark for mark in counted.marks.values()), default=0)

    def adjust(self) -> None:
        """Read what is excluded and corrected."""
        if self._adjusting.take(self._store.adjustments()):
            self._mirror.forget_verdicts()

    def _limits(self, until: datetime, over: timedelta = timedelta(0)) -> Mapping[LedgerKey, Span]:
        """What is held of each history that is looked at."""
        end = int(until.timestamp())
        reaches = self._reaches(tuple(self._declared.values()), until)
        return {key: (int((until - over - reach - _MARGIN).timestamp()), end) for key, reach in reaches.items()}

    def _reaches(self, declared: Sequence[Slo], until: datetime) -> Mapping[LedgerKey, timedelta]:
        """How far back each history is looked at: that of a composite's member at least as far as the composite."""
        reaches: dict[LedgerKey, timedelta] = {}
        # A template's own history is the sum of its groups.
        looked_at = [(each, longest(slo.window)) for slo in declared for each in (slo, *self.expanded(slo, until))]
        while looked_at:
            slo, reach = looked_at.pop()
            if isinstance(slo.indicator, CompositeIndicator):
                looked_at += [(self._declared[member.slo_id], reach) for member in slo.indicator.members]
            else:
                key = self._key(slo)
                reaches[key] = max(reach, reaches.get(key, reach))
        return reaches

    def apply(self, ranges: Iterable[CountedRange]) -> None:
        """Take over what is about to be written at the end of the histories: `committed` says that it is."""
        self._ahead = tuple(ranges)
        marks = dict(self._counted.marks)
        for counted in self._ahead:
            self._mirror.take(counted)
            if counted.slices:
                first, end = counted.slices[0].start, counted.slices[-1].end
                mark = marks.get(counted.key, LedgerMark(first, counted.end))
                marks[counted.key] = LedgerMark(min(first, mark.first), max(counted.end, mark.watermark))
                note(self._known, counted.key, Seen(first, end))
                self._counted_until = max(self._counted_until, end)
        self._counted = replace(self._counted, marks=marks)

    def committed(self) -> None:
        """What was applied is in the store. Until then it may not be, and the next refresh reads what is."""
        self._ahead = ()
        self._committed = self._counted

    def keep_small(self, slos: Sequence[Slo], retention: Retention, at: datetime) -> None:
        """Sum up in memory what is summed up in the store, and forget what no window reaches: as `load` would."""
        self._read_at = at
        fine = of_groups(finenesses(slos, self._store.adjustments()), self._mirror)
        for order in roll_ups(fine, retention, round(self._slice_length.total_seconds()), int(at.timestamp())):
            for key in order.keys:
                self._mirror.history(key).roll_up(Band(order.start, order.end, order.step), order.cuts)
        for key, reach in self._reaches(slos, at).items():
            self._mirror.forget_before(key, int((at - reach - _MARGIN).timestamp()))

    def _is_of_the_future(self, at: datetime) -> bool:
        """Whether it was read, or made small, so much later than an instant that windows may lack their beginnings."""
        return self._read_at is not None and at < self._read_at - _MARGIN

    def services(self, declared: Iterable[Service], at: datetime) -> tuple[Service, ...]:
        """The services as they stand at an instant: each template's groups in its place."""
        return tuple(
            replace(service, slos=tuple(each for slo in service.slos for each in self.expanded(slo, at)))
            for service in declared
        )

    def expanded(self, slo: Slo, at: datetime) -> tuple[Slo, ...]:
        """The SLO itself, or the groups of a template. A template none of whose groups was seen stands for itself."""
        if not slo.is_template:
            return (slo,)
        known = self._known.get(slo.declared_id, {})
        until = at.timestamp()
        # While nothing can be counted, no group grows old: a Prometheus that is away must not end their alerts.
        since = min(until, self._counted_until) - longest(slo.window).total_seconds()
        groups = present(known, slo.group_by, since, until)
        (self._crowded.add if len(groups) >= slo.group_limit else self._crowded.discard)(slo.declared_id)
        if not groups:
            return (slo,)
        share = slo.weight / min(len(groups), slo.group_limit)
        return tuple(replace(grouped(slo, group), weight=share) for group in groups[: slo.group_limit])

    def observed(
        self, slo: Slo, tail: Mapping[LedgerKey, Slice], at: datetime, also_excluded: Sequence[Exclusion] = ()
    ) -> Observed:
        """What is known of an SLO, adjusted. A composite's members are those of the last `load`.

        `also_excluded` are exclusions of the composite that it is looked at for.
        """
        applying = self._adjusting.of(slo).also_excluding(also_excluded)
        if isinstance(slo.indicator, CompositeIndicator):
            return self._members(slo.indicator, tail, at, applying.exclusions)
        key = self._key(slo)
        history = self._mirror.history(key)
        asked_since = self._asked_since(slo, key, history)
        observed = ObservedSlices(history, tail.get(key), at, self._slice_length, asked_since, applying)
        if slo.timeslices is None:
            return observed
        verdicts = self._mirror.judged(key, slo.timeslices, applying)
        unadjusted = self._mirror.judged(key, slo.timeslices, NOTHING_ADJUSTED)
        return ObservedTimeslices(observed, verdicts, slo.timeslices.length, unadjusted)

    def observed_members(self, slo: Slo, tail: Mapping[LedgerKey, Slice], at: datetime) -> ObservedMembers | None:
        """What is known of a composite's members; None of any other SLO."""
        observed = self.observed(slo, tail, at) if isinstance(slo.indicator, CompositeIndicator) else None
        return observed if isinstance(observed, ObservedMembers) else None

    def _members(
        self,
        composite: CompositeIndicator,
        tail: Mapping[LedgerKey, Slice],
        at: datetime,
        excluded: Sequence[Exclusion],
    ) -> ObservedMembers:
        members = [(self._declared[member.slo_id], float(member.weight)) for member in composite.members]
        observed = [
            ObservedMember(slo.id, weight, self.observed(slo, tail, at, excluded), slo.approximate)
            for slo, weight in members
        ]
        return ObservedMembers(tuple(observed), at, composite.missing)

    def _key(self, slo: Slo) -> LedgerKey:
        """`ledger_key`, which costs as much as all that is looked up by it."""
        counted = (slo.indicator, slo.group_by, slo.timeslices)
        held = self._keys.get(slo.id)
        if held is None or held[0] != counted:
            held = self._keys[slo.id] = (counted, ledger_key(slo))
        return held[1]

    def _asked_since(self, slo: Slo, key: LedgerKey, history: History) -> int | None:
        """A group is asked for with its template, but one that had to wait for a place has more history than this."""
        template = key._replace(slo_id=slo.declared_id)
        first = history.first if slo.group and slo.declared_id in self._crowded else None
        replayed = self._counted.replayed.get(template)
        if first is not None and (replayed is None or first >= replayed[1]):
            return first
        whole = self._counted.whole(template)
        return whole[0] if whole else None
