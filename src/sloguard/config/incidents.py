"""Files of known incidents: YAML, JSON or CSV, each problem with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from sloguard.backtest.incidents import KnownIncident
from sloguard.config import nodes
from sloguard.config.codes import files, reading, shape
from sloguard.config.compose import compose_any
from sloguard.config.nodes import Entry, Node, Path, Scalar
from sloguard.config.plain import PlainData
from sloguard.config.problem import Place, Problem, one_line
from sloguard.config.report import Report
from sloguard.config.schema.incident import IncidentEntry
from sloguard.config.shape import checked
from sloguard.config.source import decode, read_bytes
from sloguard.model.slo import Service

_CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(,|$)')
_LIST = "incidents"


@dataclass(frozen=True, slots=True)
class LoadedIncidents:
    incidents: tuple[KnownIncident, ...]
    problems: tuple[Problem, ...]
    """All are errors. With some, not every incident is there."""


def load_incidents(path: FilePath, services: tuple[Service, ...]) -> LoadedIncidents:
    """Read a file of incidents. CSV if its name ends so, with a header line; else YAML or JSON: a list, or `incidents:`
    with a list.
    """
    report = Report(one_line(str(path), 4096))
    content = read_bytes(path, report)
    text = decode(content, report) if content is not None else None
    incidents: tuple[KnownIncident, ...] = ()
    if text is not None:
        root = _of_csv(text) if path.suffix.lower() == ".csv" else compose_any(text, report)
        if root is not None:
            report.root = root
            incidents = tuple(_Reader(report, services).incidents(root))
    return LoadedIncidents(incidents, tuple(report.problems()))


@dataclass(frozen=True, slots=True)
class _Reader:
    report: Report
    services: tuple[Service, ...]

    def incidents(self, root: Node) -> Iterator[KnownIncident]:
        path: Path = ()
        if isinstance(root, nodes.Mapping):
            path, inner = (_LIST,), root.entries.get(_LIST)
            for key in root.entries.keys() - {_LIST}:
                self.report.at_key(shape.UNKNOWN_KEY, (key,), f"there is no key {one_line(key)} here", f"Use {_LIST}.")
            root = inner.value if inner is not None else root
        if not isinstance(root, nodes.Sequence):
            do = "Write a list of entries such as {from: 2026-11-22T03:00:00Z, to: 2026-11-22T03:40:00Z}."
            self.report.add(reading.NOT_A_MAPPING, root.place, "this is no list of incidents", do)
            return
        plain = PlainData({}, self.report)
        for index, item in enumerate(root.items):
            data = (
                plain.mapping(item)
                if isinstance(item, nodes.Mapping)
                else plain.scalar(item)
                if isinstance(item, Scalar)
                else []
            )
            entry = checked(IncidentEntry, data, (*path, index), self.report)
            if entry is not None:
                yield from self._incident(entry, (*path, index))

    def _incident(self, entry: IncidentEntry, path: Path) -> Iterator[KnownIncident]:
        if entry.end_at <= entry.start_at:
            do = "Exchange the two, or correct one."
            self.report.at(files.INCIDENT_TIME, (*path, "to"), "the incident ends before it begins", do)
            return
        known = [service for service in self.services if entry.service in {"", service.name}]
        if not known:
            names = ", ".join(service.name for service in self.services[:10])
            what, do = "there is no such service", f"Use one of {names}, or leave it out."
            self.report.at(files.INCIDENT_PLACE, (*path, "service"), what, do)
            return
        ids = [slo.declared_id for service in known for slo in service.slos]
        slo_id = next(
            (each for each in ids if entry.slo in {each, each.partition("/")[2]} and entry.service), entry.slo
        )
        if slo_id and slo_id.partition("{")[0] not in ids:
            do = f"Use one of {', '.join(ids[:10])}, or leave it out."
            self.report.at(files.INCIDENT_PLACE, (*path, "slo"), "there is no such SLO", do)
            return
        yield KnownIncident(entry.start_at, entry.end_at, entry.service, slo_id, entry.name)


def _of_csv(text: str) -> Node:
    """The rows as mappings by the header's names; cells without text are left out."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        return nodes.Sequence((), Place(1, 1))
    header = [name.text for name in _cells(*lines[0])]
    rows = [_row(header, *line) for line in lines[1:]]
    return nodes.Sequence(tuple(rows), Place(1, 1))


def _row(header: list[str], number: int, line: str) -> Node:
    entries: dict[str, Entry] = {}
    for index, cell in enumerate(_cells(number, line)):
        name = header[index] if index < len(header) else f"column {index + 1}"
        if cell.text:
            entries[name] = Entry(cell.place, cell)
    return nodes.Mapping(entries, Place(number, 1))


def _cells(number: int, line: str) -> Iterator[Scalar]:
    at = 0
    while at <= len(line):
        match = _CELL.match(line, at)
        if match is None:  # text after a closing quote
            yield Scalar(line[at:], False, Place(number, at + 1))
            return
        quoted = match[1] is not None
        start = match.start(1 if quoted else 2)
        value = match[1].replace('""', '"') if quoted else match[2]
        yield Scalar(value, False, Place(number, start + 1))
        if not match[3]:
            return
        at = match.end()
