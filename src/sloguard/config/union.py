"""Several files as one tree: services of all of them, surroundings from whichever declares them."""

from collections.abc import Sequence

from sloguard.config import nodes
from sloguard.config.assembly import Document
from sloguard.config.codes import files, shape
from sloguard.config.nodes import Entry
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report
from sloguard.config.versions import VERSION

SERVICES = "services"
MAINTENANCE = "maintenance"
_LISTS = (SERVICES, MAINTENANCE)
"""Any file may add to these."""
TEMPLATES = "templates"


def united(documents: Sequence[Document], report: Report) -> nodes.Mapping:
    """One tree of at least one file. What two files declare is reported, and kept once."""
    first = documents[0].root
    if len(documents) == 1:
        return first
    entries: dict[str, Entry] = {}
    lists: dict[str, list[Entry]] = {}
    for document in documents:
        for key, entry in document.root.entries.items():
            if key in _LISTS:
                lists.setdefault(key, []).append(entry)
            elif key not in entries:
                entries[key] = entry
            elif key == TEMPLATES:
                entries[key] = _with_templates(entries[key], entry, report)
            elif key != VERSION:
                _refuse(one_line(key), entry.key_place, entries[key].key_place, report)
    for key, parts in lists.items():
        entries[key] = _joined(key, parts, report)
    return nodes.Mapping(entries, first.place)


def _joined(key: str, parts: Sequence[Entry], report: Report) -> Entry:
    if len(parts) == 1:
        return parts[0]
    items: list[nodes.Node] = []
    for entry in parts:
        if isinstance(entry.value, nodes.Sequence):
            items += entry.value.items
        else:
            do = "Write the items in [brackets], or each after `- `."
            report.add(shape.WRONG_TYPE, entry.value.place, f"{key} must be a list", do)
    return Entry(parts[0].key_place, nodes.Sequence(tuple(items), parts[0].value.place))


def _with_templates(earlier: Entry, later: Entry, report: Report) -> Entry:
    if not isinstance(earlier.value, nodes.Mapping) or not isinstance(later.value, nodes.Mapping):
        return earlier if isinstance(later.value, nodes.Mapping) else later  # whichever has something to complain about
    entries = dict(earlier.value.entries)
    for name, entry in later.value.entries.items():
        if name in entries:
            _refuse(f"the template {one_line(name)}", entry.key_place, entries[name].key_place, report)
        else:
            entries[name] = entry
    return Entry(earlier.key_place, nodes.Mapping(entries, earlier.value.place))


def _refuse(what: str, place: Place, earlier: Place, report: Report) -> None:
    where = f"{earlier.file}:{earlier.line}:{earlier.column}"
    report.add(files.DECLARED_TWICE, place, f"{what} is declared in {where}, too", "Keep one of the two.")
