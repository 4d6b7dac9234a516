"""Of a time outside of what the ledger covers: said as such, with what it does cover. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from sloguard.ledger.plan import ledger_key
from sloguard.model.composite import CompositeIndicator
from sloguard.model.measurement import Covered, NoDataReason
from sloguard.model.slo import Slo
from sloguard.model.status import SloStatus
from sloguard.ports import LedgerReader


class Known(NamedTuple):
    """What the ledger has of an SLO, in Unix seconds."""

    asked: int
    """All since then was asked for."""
    first: int
    """Start of the first data."""
    last: int
    """End of the newest data."""


def known(slos: Iterable[Slo], ledger: LedgerReader) -> Mapping[str, Known]:
    """By the id under which each SLO is declared; those of which nothing was ever seen are left out.

    Of a composite: what the ledger has of all of its members.
    """
    marks, replayed = ledger.marks(), ledger.replayed()
    declared = {slo.declared_id: slo for slo in slos}

    def of(slo: Slo) -> Known | None:
        if isinstance(slo.indicator, CompositeIndicator):
            members = [of(declared[member.slo_id]) for member in slo.indicator.members]
            found = [each for each in members if each]
            if len(found) < len(members):
                return None
            return Known(
                max(each.asked for each in found), max(each.first for each in found), min(each.last for each in found)
            )
        key = ledger_key(slo)
        if key not in marks:
            return None
        first = marks[key].first
        return Known(min(first, replayed[key][0]) if key in replayed else first, first, marks[key].watermark)

    every = {slo_id: of(slo) for slo_id, slo in declared.items()}
    return {slo_id: each for slo_id, each in every.items() if each}


def unasked(slos: Iterable[Slo], ledger: LedgerReader) -> frozenset[str]:
    """Declared ids of SLOs that nobody has asked Prometheus about: new ones, and those whose indicator was changed.

    Of a composite: if that is so of one of its members.
    """
    asked = ledger.marks().keys() | ledger.replayed().keys()
    declared = {slo.declared_id: slo for slo in slos}

    def is_unasked(slo: Slo) -> bool:
        if isinstance(slo.indicator, CompositeIndicator):
            return any(is_unasked(declared[member.slo_id]) for member in slo.indicator.members)
        return ledger_key(slo) not in asked

    return frozenset(slo_id for slo_id, slo in declared.items() if is_unasked(slo))


def as_unasked(status: SloStatus) -> SloStatus:
    """That no sample was seen of what nobody has looked for would be blamed on the SLO's selectors."""
    if status.no_data is None or status.no_data.reason is not NoDataReason.NEVER_SEEN:
        return status
    return replace(status, no_data=replace(status.no_data, reason=NoDataReason.NOT_COUNTED))


def told(status: SloStatus, at: datetime, known: Known | None, newest: int) -> SloStatus:
    """The status, and if it lacks data because nobody has counted that time, what the ledger covers.

    Args:
        status: at the instant.
        at: an instant that somebody has asked for.
        known: of this SLO.
        newest: end of the newest data of any SLO, in Unix seconds. If the SLO has nothing up to there, its samples
            have stopped.
    """
    no_data, instant = status.no_data, at.timestamp()
    if known is None or no_data is None:
        return status
    if is_outside(no_data.reason, instant, known, newest):
        covered = Covered(_at(known.asked), _at(known.last))
        return replace(status, no_data=replace(no_data, reason=NoDataReason.NOT_COUNTED, covered=covered))
    if no_data.reason is not NoDataReason.NEVER_SEEN:
        return status
    if instant > known.last:
        return replace(status, no_data=replace(no_data, reason=NoDataReason.STALE))
    return replace(status, no_data=replace(no_data, covered=Covered(_at(known.first), _at(known.last))))


def is_outside(reason: NoDataReason, instant: float, known: Known, newest: int) -> bool:
    """Whether nobody has counted that time. Long after the ledger's end no window has a slice: as if never seen."""
    if reason is NoDataReason.NEVER_SEEN:
        return instant <= known.asked or instant > newest
    return reason is NoDataReason.STALE and instant > newest


def _at(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)
