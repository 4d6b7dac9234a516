"""Which groups of a template there are: those that were seen within its window, up to its limit. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import TypeVar

from sloguard.ledger.plan import CountingPlan, Grouping, group_key
from sloguard.model.group import Group, parse_group
from sloguard.ports import LedgerKey, LedgerMark

Count = TypeVar("Count")


@dataclass(frozen=True, slots=True)
class Seen:
    """When a group was seen first and last, whatever was counted of it then (Unix seconds)."""

    first: int
    last: int

    def __or__(self, other: "Seen") -> "Seen":
        return Seen(min(self.first, other.first), max(self.last, other.last))


KnownGroups = dict[str, dict[Group, Seen]]
"""By the id under which the SLO is declared."""


def known_groups(marks: Mapping[LedgerKey, LedgerMark]) -> KnownGroups:
    """Every group that the ledger has ever counted."""
    known: KnownGroups = {}
    for key, mark in marks.items():
        note(known, key, Seen(mark.first, mark.watermark))
    return known


def note(known: KnownGroups, key: LedgerKey, seen: Seen) -> None:
    """Remember that the group of a key was seen; a key that belongs to no group is left alone."""
    declared, brace, labels = key.slo_id.partition("{")
    group = parse_group(brace + labels) if brace else None
    if group is None:
        return
    groups = known.setdefault(declared, {})
    groups[group] = groups[group] | seen if group in groups else seen


def present(groups: Mapping[Group, Seen], names: tuple[str, ...], since: float, until: float = inf) -> list[Group]:
    """The groups by these labels that were seen between two instants (Unix seconds), by label value."""
    return sorted(
        group
        for group, seen in groups.items()
        if seen.last > since and seen.first < until and tuple(name for name, _ in group) == names
    )


class Places:
    """Gives the places of each template: first to the groups that are known, then to new ones by label value."""

    def __init__(self, plan: CountingPlan, marks: Mapping[LedgerKey, LedgerMark], at: int) -> None:
        known = known_groups(marks) if plan.templates else {}
        self._groupings = {template.key: template.grouping for template in plan.templates if template.grouping}
        self._taken = {key: _first(known.get(key.slo_id, {}), each, at) for key, each in self._groupings.items()}
        self.left_out: dict[LedgerKey, int] = {}
        """How many groups had no place when a template was counted last, by its key."""

    def admitted(self, counted: Mapping[LedgerKey, Mapping[Group, Count]]) -> Mapping[LedgerKey, Count]:
        """What was counted of the groups with a place, by their keys, from that of all groups of each template."""
        kept: dict[LedgerKey, Count] = {}
        for template, groups in counted.items():
            taken = self._taken[template]
            new = sorted(groups.keys() - taken)
            room = max(0, self._groupings[template].limit - len(taken))
            taken.update(new[:room])
            self.left_out[template] = len(new[room:])
            kept |= {group_key(template, group): groups[group] for group in groups if group in taken}
        return kept


def _first(groups: Mapping[Group, Seen], grouping: Grouping, at: int) -> set[Group]:
    """Later groups count too: replay comes to the past last."""
    return set(present(groups, grouping.labels, at - grouping.reach.total_seconds())[: grouping.limit])
