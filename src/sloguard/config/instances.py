"""A service made from a template: copies of the template's nodes, beneath what the service says itself."""

from dataclasses import dataclass
from difflib import get_close_matches

from sloguard.config import nodes
from sloguard.config.codes import files
from sloguard.config.nodes import Entry, Node, Scalar
from sloguard.config.parameters import shown_text
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report
from sloguard.config.template import Template

_SLOS = "slos"
_NAME = "name"
_MEASURES = frozenset({"indicator", "composite"})
"""Keys without which an SLO changes one of the template's."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Attributes:
    values: of the parameters.
    user: what messages call the service.
    """

    template: Template
    values: dict[str, Scalar]
    user: str

    def copied(self, node: Node) -> Node:
        """The node with the parameters' values, and places that tell for which service it is looked at."""
        match node:
            case Scalar():
                values = self.values if "$(" in node.text else None
                return Scalar(node.text, node.plain and values is None, self.place(node.place), values)
            case nodes.Sequence():
                return nodes.Sequence(tuple(self.copied(each) for each in node.items), self.place(node.place))
            case nodes.Mapping():
                return nodes.Mapping(self.entries(node), self.place(node.place))

    def entries(self, node: nodes.Mapping) -> dict[str, Entry]:
        return {
            key: Entry(self.place(entry.key_place), self.copied(entry.value)) for key, entry in node.entries.items()
        }

    def place(self, place: Place) -> Place:
        return Place(place.line, place.column, place.file, self.user)


def merged(own: nodes.Mapping, instance: Instance, report: Report) -> nodes.Mapping:
    """The service's own keys win; of its SLOs, those with the name of one in the template change that one."""
    entries = {**instance.entries(instance.template.content), **own.entries}
    theirs = instance.template.content.entries.get(_SLOS)
    if theirs is not None and isinstance(theirs.value, nodes.Sequence) and _SLOS in own.entries:
        entries[_SLOS] = _with_own_slos(theirs.value, own.entries[_SLOS], instance, report)
    first = {key: entries[key] for key in own.entries}
    return nodes.Mapping({**first, **entries}, own.place)


def _with_own_slos(theirs: nodes.Sequence, own: Entry, instance: Instance, report: Report) -> Entry:
    if not isinstance(own.value, nodes.Sequence):
        return own
    slos = [instance.copied(each) for each in theirs.items]
    by_name = {_name(slo): index for index, slo in enumerate(slos)}
    for item in own.value.items:
        index = by_name.get(_name(item))
        changed = slos[index] if index is not None else None
        if index is not None and isinstance(item, nodes.Mapping) and isinstance(changed, nodes.Mapping):
            slos[index] = nodes.Mapping({**changed.entries, **item.entries}, item.place)
        elif isinstance(item, nodes.Mapping) and _NAME in item.entries and not _MEASURES & item.entries.keys():
            _refuse_change(item, list(by_name), instance, report)
        else:
            slos.append(item)
    return Entry(own.key_place, nodes.Sequence(tuple(slos), own.value.place))


def _name(slo: Node) -> str:
    entry = slo.entries.get(_NAME) if isinstance(slo, nodes.Mapping) else None
    return shown_text(entry.value) if entry is not None and isinstance(entry.value, Scalar) else ""


def _refuse_change(slo: nodes.Mapping, known: list[str], instance: Instance, report: Report) -> None:
    name = one_line(_name(slo))
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    what = f"the template {instance.template.name} has no SLO {name} to change, and it has no indicator of its own"
    do = f"Did you mean {one_line(close[0])}?" if close else "Correct the name, or add an indicator."
    report.add(files.PARAMETER, slo.entries[_NAME].value.place, what, do)
