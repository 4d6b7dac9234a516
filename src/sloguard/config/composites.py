"""SLOs made of others: every member is declared, and none is a member of itself."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from sloguard.config.codes import composites
from sloguard.config.nodes import Path
from sloguard.config.problem import one_line
from sloguard.config.report import Report
from sloguard.config.schema.indicator import CompositeEntry
from sloguard.config.schema.service import SloEntry
from sloguard.model.composite import CompositeIndicator, Member, MissingMember
from sloguard.model.slo import Indicator, Service, Slo

_MEMBERS = ("indicator", "composite", "members")


def composite(entry: CompositeEntry, path: Path, report: Report) -> CompositeIndicator:
    """The composite as it stands in the file: a member of the same service may go by its bare name."""
    members: dict[str, Member] = {}
    for index, member in enumerate(entry.members):
        if member.slo in members:
            what = f"{one_line(member.slo)} is a member twice"
            report.at(composites.COMPOSITE, (*path, "members", index, "slo"), what, "Give it one weight.", got="")
        members[member.slo] = Member(member.slo, Decimal(1) if member.weight is None else member.weight)
    return CompositeIndicator(tuple(members.values()), MissingMember(entry.missing))


def with_full_ids(indicator: Indicator, service: str) -> Indicator:
    """Members of the same service by their ids."""
    if not isinstance(indicator, CompositeIndicator):
        return indicator
    members = tuple(replace(member, slo_id=full_id(member.slo_id, service)) for member in indicator.members)
    return replace(indicator, members=members)


def check_composite_entry(entry: SloEntry, path: Path, report: Report) -> None:
    """What an SLO says besides, if it is a composite."""
    if entry.indicator.composite is None:
        return
    if entry.budgeting is not None and entry.budgeting.method == "timeslices":
        what, do = "a composite counts nothing itself", "Budget its members by timeslices, or leave this out."
        report.at(composites.COMPOSITE, (*path, "budgeting"), what, do, got="timeslices")
    if entry.breakdown_by:
        what, do = "a composite has no labels", "Leave it out: an alert names the members that burn most."
        report.at(composites.COMPOSITE, (*path, "breakdown_by"), what, do, got="")


def check_composites(services: Sequence[Service], declared: object, report: Report) -> None:
    """Report unknown members and circles.

    Args:
        services: those that can be used.
        declared: the file's services as plain data, for an SLO with a problem of its own is known nevertheless.
        report: takes the problems.
    """
    slos = {slo.id: slo for service in services for slo in service.slos}
    graph = _Graph(slos)
    composites_only = [slo for slo in slos.values() if _members(slo)]
    known = dict.fromkeys([*slos, *declared_ids(declared)]) if composites_only else {}
    suspects = graph.suspects(composites_only)
    for slo in composites_only:
        if report.is_full:
            break
        for index, member in enumerate(_members(slo)):
            path = (*report.slo_paths[slo.id], *_MEMBERS, index, "slo")
            if member.slo_id not in known:
                close = get_close_matches(member.slo_id, known, n=1, cutoff=0.6)
                do = f"Did you mean {close[0]}?" if close else "Name an SLO as service/slo."
                report.at(composites.UNKNOWN_MEMBER, path, "there is no such SLO", do)
            elif slo.id in suspects and (circle := graph.way(member.slo_id, slo.id)):
                ids = " → ".join((slo.id, *circle))
                do = "Remove this member, or the one that leads back."
                report.at(composites.CIRCLE, path, "the SLO is a member of itself", do, why=ids)


@dataclass(frozen=True, slots=True)
class _Graph:
    slos: Mapping[str, Slo]

    def suspects(self, composites_only: Iterable[Slo]) -> Collection[str]:
        """Composites that are in a circle, or lead to one: those that remain when the others are taken away."""
        waiting = {
            slo.id: len([each for each in _members(slo) if self._members(each.slo_id)]) for slo in composites_only
        }
        parents: dict[str, list[str]] = {}
        for slo_id in waiting:
            for member in self._members(slo_id):
                parents.setdefault(member.slo_id, []).append(slo_id)
        harmless = [slo_id for slo_id, count in waiting.items() if not count]
        while harmless:
            slo_id = harmless.pop()
            del waiting[slo_id]
            for parent in parents.get(slo_id, ()):
                waiting[parent] -= 1
                if not waiting[parent]:
                    harmless.append(parent)
        return waiting.keys()

    def way(self, start: str, goal: str) -> tuple[str, ...]:
        """Ids from a member to an SLO, both included; none if it does not lead there."""
        ways: list[tuple[str, ...]] = [(start,)]
        seen = {start}
        while ways:
            way = ways.pop()
            if way[-1] == goal:
                return way
            inner = [each.slo_id for each in self._members(way[-1]) if each.slo_id not in seen]
            seen.update(inner)
            ways += [(*way, each) for each in inner]
        return ()

    def _members(self, slo_id: str) -> tuple[Member, ...]:
        return _members(self.slos[slo_id]) if slo_id in self.slos else ()


def _members(slo: Slo) -> tuple[Member, ...]:
    return slo.indicator.members if isinstance(slo.indicator, CompositeIndicator) else ()


def full_id(name: str, service: str) -> str:
    """A bare name is that of an SLO of the same service."""
    return name if "/" in name else f"{service}/{name}"


def declared_ids(services: object) -> Iterator[str]:
    """Of the file's services as plain data: an SLO with a problem of its own is known nevertheless."""
    for service in _mappings(services):
        for slo in _mappings(service.get("slos")):
            yield f"{service.get('name')}/{slo.get('name')}"


def _mappings(items: object) -> Iterable[Mapping[str, object]]:
    return (each for each in items if isinstance(each, Mapping)) if isinstance(items, list) else ()
