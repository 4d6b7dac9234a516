"""The ledger in memory: one history of running sums per SLO, read once and kept up with what is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sloguard.evaluation.adjustments import NOTHING_ADJUSTED, Adjusting, Adjustments
from sloguard.evaluation.composite import ObservedMember, ObservedMembers
from sloguard.evaluation.history import History
from sloguard.evaluation.measure import Observed, ObservedSlices
from sloguard.evaluation.resolution import Band
from sloguard.evaluation.timeslices import ObservedTimeslices, Verdicts
from sloguard.evaluation.windows import longest
from sloguard.ledger.groups import KnownGroups, Seen, known_groups, note, present
from sloguard.ledger.plan import ledger_key
from sloguard.ledger.upkeep import finenesses, of_groups, roll_ups
from sloguard.model.adjustment import Exclusion
from sloguard.model.composite import CompositeIndicator
from sloguard.model.measurement import Slice
from sloguard.model.retention import Retention
from sloguard.model.slo import Service, Slo, grouped
from sloguard.model.timeslices import Timeslices
from sloguard.ports import CountedRange, LedgerKey, LedgerReader

_MARGIN = timedelta(days=1)
"""Read a little more than the window, so that its start moves on without reading again."""


class Histories:
    def __init__(self, store: LedgerReader, slice_length: timedelta) -> None:
        self._store = store
        self._slice_length = slice_length
        self._histories: dict[LedgerKey, History] = {}
        self._verdicts: dict[LedgerKey, dict[Adjustments, Verdicts]] = {}
        """Of SLOs that are budgeted by timeslices; derived when they are looked at first."""
        self._adjusting = Adjusting()
        self._counted_from: dict[LedgerKey, int] = {}
        self._declared: dict[str, Slo] = {}
        self._known: KnownGroups = {}
        self._replayed_until: dict[LedgerKey, int] = {}
        self._counted_until = 0
        """Unix seconds: end of the newest slice of any SLO."""
        self._read_at: datetime | None = None
        self._keys: dict[str, tuple[object, LedgerKey]] = {}
        """By SLO, with what they depend on."""
        self._crowded: set[str] = set()
        """Templates with as many groups as they may have, or more."""

    def load(self, slos: Iterable[Slo], until: datetime, *, over: timedelta = timedelta(0)) -> None:
        """Read what the windows need that end at `until`, or up to `over` earlier. Later slices are left out."""
        self.adjust()
        self._read_at = until
        self._counted_from = _counted_from(self._store)
        self._replayed_until = {key: end for key, (_, end) in self._store.replayed().items()}
        marks = self._store.marks()
        self._known = known_groups(marks)
        self._counted_until = max((mark.watermark for mark in marks.values()), default=0)
        end = int(until.timestamp())
        declared = tuple(slos)
        self._declared = {slo.declared_id: slo for slo in declared}
        wanted = {
            key: (int((until - over - reach - _MARGIN).timestamp()), end)
            for key, reach in self._reaches(declared, until).items()
        }
        self._verdicts.clear()
        self._histories = {key: History.of_columns(slices) for key, slices in self._store.columns(wanted)}

    def adjust(self) -> None:
        """Read what is excluded and corrected."""
        if self._adjusting.take(self._store.adjustments()):
            self._verdicts.clear()

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
                key = ledger_key(slo)
                reaches[key] = max(reach, reaches.get(key, reach))
        return reaches

    def apply(self, ranges: Iterable[CountedRange]) -> None:
        """Take over what has been written at the end of the histories."""
        for counted in ranges:
            history = self._histories.setdefault(counted.key, History())
            history.replace_from(counted.start, counted.slices)
            for verdicts in self._verdicts.get(counted.key, {}).values():
                verdicts.follow(history, counted.start)
            self._counted_from.setdefault(counted.key, counted.start)
            if counted.slices:
                note(self._known, counted.key, Seen(counted.slices[0].start, counted.slices[-1].end))
                self._counted_until = max(self._counted_until, counted.slices[-1].end)

    def keep_small(self, slos: Sequence[Slo], retention: Retention, at: datetime) -> None:
        """Sum up in memory what is summed up in the store, and forget what no window reaches: as `load` would."""
        self._read_at = at
        fine = of_groups(finenesses(slos, self._store.adjustments()), self._histories)
        for order in roll_ups(fine, retention, round(self._slice_length.total_seconds()), int(at.timestamp())):
            for key in order.keys:
                self._histories[key].roll_up(Band(order.start, order.end, order.step), order.cuts)
        for key, reach in self._reaches(slos, at).items():
            if key in self._histories:
                self._histories[key].forget_before(int((at - reach - _MARGIN).timestamp()))

    def is_of_the_future(self, at: datetime) -> bool:
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
        history = self._histories.get(key) or History()
        asked_since = self._asked_since(slo, key, history)
        observed = ObservedSlices(history, tail.get(key), at, self._slice_length, asked_since, applying)
        if slo.timeslices is None:
            return observed
        verdicts = self._judged(key, history, slo.timeslices, applying)
        unadjusted = self._judged(key, history, slo.timeslices, NOTHING_ADJUSTED)
        return ObservedTimeslices(observed, verdicts, slo.timeslices.length, unadjusted)

    def _judged(self, key: LedgerKey, history: History, timeslices: Timeslices, applying: Adjustments) -> History:
        known = self._verdicts.setdefault(key, {})
        if applying not in known:
            known[applying] = Verdicts(history, timeslices, applying)
        return known[applying].history

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
        if first is not None and first >= self._replayed_until.get(template, 0):
            return first
        return self._counted_from.get(template)


def _counted_from(store: LedgerReader) -> dict[LedgerKey, int]:
    starts = {key: mark.first for key, mark in store.marks().items()}
    return starts | {key: min(start, starts.get(key, start)) for key, (start, _) in store.replayed().items()}
