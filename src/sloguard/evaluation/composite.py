"""What is known of an SLO that is made of others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from sloguard.evaluation.adjustments import Adjustments, adjustments
from sloguard.evaluation.measure import Observed
from sloguard.model.composite import MissingMember
from sloguard.model.measurement import Counts, Measurement, NoData

_FEWEST_SLICES = 2


@dataclass(frozen=True, slots=True)
class ObservedMember:
    slo_id: str
    weight: float
    observed: Observed
    approximate: bool = False
    """Its events are estimated."""

    def last(self, window: timedelta) -> Measurement | NoData:
        """At least two slices: of a member that is budgeted by timeslices less tells nothing."""
        if isinstance(self.observed, ObservedMembers):
            return self.observed.last(window)
        return self.observed.last(max(window, _FEWEST_SLICES * self.observed.slice_length))


@dataclass(frozen=True, slots=True)
class MemberShare:
    """One member's part in the composite's error ratio over a window."""

    slo_id: str
    weight_ratio: float
    """Its weight among those members that have an error ratio, 0..1."""
    error_ratio: float


@dataclass(frozen=True, slots=True)
class ObservedMembers:
    """Each member is measured over the window by itself, from sums of counts; only the ratios are averaged.

    A member without events has no error ratio and is left out: nothing of it failed.
    """

    members: tuple[ObservedMember, ...]
    at: datetime
    missing: MissingMember = MissingMember.NO_DATA

    @property
    def adjustments(self) -> Adjustments:
        """All of its members'."""
        return adjustments(each for member in self.members for each in member.observed.adjustments.every)

    @property
    def unadjusted(self) -> Self:
        members = tuple(replace(member, observed=member.observed.unadjusted) for member in self.members)
        return replace(self, members=members)

    def unseen(self, since: datetime | None = None) -> timedelta | None:
        """Of the member that has been silent longest, if all are needed; else of the one that was heard last."""
        unseen = [member.observed.unseen(since) for member in self.members]
        known = [each for each in unseen if each is not None]
        if self.missing is MissingMember.NO_DATA:
            return max(known) if len(known) == len(unseen) else None
        return min(known, default=None)

    @property
    def stale(self) -> bool:
        stale = [member.observed.stale for member in self.members]
        return any(stale) if self.missing is MissingMember.NO_DATA else all(stale)

    @property
    def first_seen(self) -> int | None:
        seen = [member.observed.first_seen for member in self.members]
        known = [first for first in seen if first is not None]
        if self.missing is MissingMember.NO_DATA:
            return max(known) if len(known) == len(seen) else None
        return min(known, default=None)

    @property
    def last_seen(self) -> int | None:
        seen = [member.observed.last_seen for member in self.members]
        known = [last for last in seen if last is not None]
        if self.missing is MissingMember.NO_DATA:
            return min(known) if len(known) == len(seen) else None
        return max(known, default=None)

    @property
    def watermark(self) -> int | None:
        """The oldest member's."""
        marks = [member.observed.watermark for member in self.members]
        known = [mark for mark in marks if mark is not None]
        if self.missing is MissingMember.NO_DATA and len(known) < len(marks):
            return None
        return min(known, default=None)

    @property
    def slice_length(self) -> timedelta:
        return max(member.observed.slice_length for member in self.members)

    def reaches_back(self, window: timedelta) -> bool:
        return all(member.observed.reaches_back(window) for member in self.members)

    def last(self, window: timedelta) -> Measurement | NoData:
        return self._weighed([member.last(window) for member in self.members], window)

    def since(self, start_at: datetime) -> Measurement | NoData:
        return self._weighed([member.observed.since(start_at) for member in self.members], self.at - start_at)

    def shares(self, window: timedelta) -> tuple[MemberShare, ...]:
        """What each member has in the error ratio over the last so much time; without those that have no part."""
        return self._shares([member.last(window) for member in self.members])

    def _weighed(self, answers: Sequence[Measurement | NoData], window: timedelta) -> Measurement | NoData:
        known = [answer for answer in answers if isinstance(answer, Measurement)]
        unknown = [answer for answer in answers if isinstance(answer, NoData)]
        if unknown and (not known or self.missing is MissingMember.NO_DATA):
            return replace(min(unknown, key=lambda answer: answer.coverage_ratio), window=window)
        total = sum(answer.counts.total for answer in known)
        shares = {share.slo_id: share for share in self._shares(answers)}
        ratio = min(1.0, sum(share.weight_ratio * share.error_ratio for share in shares.values()))
        events = {member.slo_id: answer.evidence.total for member, answer in self._known(answers)}
        evidence = _evidence(
            [(share.weight_ratio, events[slo_id]) for slo_id, share in shares.items() if slo_id in events]
        )
        return Measurement(
            window=window,
            end_at=self.at,
            counts=Counts(ratio * total, total),
            coverage_ratio=min(answer.coverage_ratio for answer in known),
            approximate=any(member.approximate or answer.approximate for member, answer in self._known(answers)),
            weighed=Counts(ratio * evidence, evidence),
        )

    def _known(self, answers: Sequence[Measurement | NoData]) -> list[tuple[ObservedMember, Measurement]]:
        pairs = zip(self.members, answers, strict=True)
        return [(member, answer) for member, answer in pairs if isinstance(answer, Measurement)]

    def _shares(self, answers: Sequence[Measurement | NoData]) -> tuple[MemberShare, ...]:
        ratios = [(member, self._error_ratio(answer)) for member, answer in zip(self.members, answers, strict=True)]
        weights = sum(member.weight for member, ratio in ratios if ratio is not None)
        return tuple(
            MemberShare(member.slo_id, member.weight / weights, ratio) for member, ratio in ratios if ratio is not None
        )

    def _error_ratio(self, answer: Measurement | NoData) -> float | None:
        if isinstance(answer, NoData):
            return 1.0 if self.missing is MissingMember.BAD else None
        return answer.counts.bad / answer.counts.total if answer.counts.total else None


def _evidence(parts: Sequence[tuple[float, float]]) -> float:
    """As many events of one kind would tell the ratio as well as these members' do, each a share of the weight with
    its events: a single failure of a member that is hardly used says little, however many events the others have.

    1 / sum(share² / events), never more than all events (Kish's effective sample size, 1965).
    """
    spread = sum(share * share / events for share, events in parts)
    return 1 / spread if spread else 0.0
