"""How finely each SLO's past has to be kept: what may be rolled up, and what must stay as it is. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sloguard.evaluation.resolution import bands
from sloguard.evaluation.windows import beginnings
from sloguard.ledger.plan import ledger_key
from sloguard.model.adjustment import Adjustment, Exclusion, covers
from sloguard.model.composite import CompositeIndicator
from sloguard.model.retention import Retention
from sloguard.model.slo import Slo
from sloguard.model.window import CalendarWindow
from sloguard.ports import LedgerKey, RollUp


@dataclass(frozen=True, slots=True)
class Fineness:
    """What limits the rolling up of an SLO's slices."""

    longest_step: int | None = None
    """Seconds: of what is budgeted by timeslices each must be known."""
    calendars: frozenset[CalendarWindow] = frozenset()
    """No slice may cross the beginning of a period of these."""
    bounds: frozenset[int] = frozenset()
    """Nor these instants (Unix seconds): exclusions begin and end there."""

    def cuts(self, start: int, end: int) -> tuple[int, ...]:
        """Where slices have to end, between two instants (Unix seconds)."""
        periods = {cut for calendar in self.calendars for cut in beginnings(calendar, start, end)}
        return tuple(sorted(periods.union(bound for bound in self.bounds if start <= bound < end)))


def finenesses(slos: Iterable[Slo], adjustments: Iterable[Adjustment]) -> Mapping[LedgerKey, Fineness]:
    """By what is counted. A composite's window is a window of its members, too, and so is what is excluded of it."""
    declared = {slo.declared_id: slo for slo in slos}
    exclusions = [each for each in adjustments if isinstance(each, Exclusion)]
    found: dict[LedgerKey, Fineness] = {}
    looked_at = [(slo, slo.window, frozenset[int]()) for slo in declared.values()]
    while looked_at:
        slo, window, bounds = looked_at.pop()
        bounds |= _bounds(slo, exclusions)
        if isinstance(slo.indicator, CompositeIndicator):
            looked_at += [(declared[member.slo_id], window, bounds) for member in slo.indicator.members]
            continue
        longest_step = round(slo.timeslices.length.total_seconds()) if slo.timeslices else None
        known = found.setdefault(ledger_key(slo), Fineness(longest_step))
        calendars = known.calendars | ({window} if isinstance(window, CalendarWindow) else set())
        found[ledger_key(slo)] = replace(known, calendars=calendars, bounds=known.bounds | bounds)
    return found


def _bounds(slo: Slo, exclusions: Iterable[Exclusion]) -> frozenset[int]:
    """Where the exclusions of an SLO, or of any of its groups, begin and end, to the second before."""
    about = (each for each in exclusions if covers(each.scope.partition("{")[0], slo))
    return frozenset(int(at.timestamp()) for each in about for at in (each.start_at, each.end_at))


def of_groups(known: Mapping[LedgerKey, Fineness], keys: Iterable[LedgerKey]) -> Mapping[LedgerKey, Fineness]:
    """Of all these keys that are declared: a group is kept as finely as its template.

    What is declared no more is left out: it may come back, and what was rolled up is not to be had again.
    """
    templates = {key: key._replace(slo_id=key.slo_id.partition("{")[0]) for key in keys}
    return {key: known[template] for key, template in templates.items() if template in known}


def roll_ups(
    fine: Mapping[LedgerKey, Fineness], retention: Retention, slice_seconds: int, now: int
) -> Sequence[RollUp]:
    """Everything that may be rolled up at an instant (Unix seconds), SLOs that are alike together."""
    alike: dict[Fineness, list[LedgerKey]] = {}
    for key, fineness in fine.items():
        alike.setdefault(fineness, []).append(key)
    return [
        RollUp(tuple(keys), band.start, band.end, band.step, fineness.cuts(band.start, band.end))
        for fineness, keys in alike.items()
        for band in bands(retention, now, slice_seconds, fineness.longest_step)
    ]
