"""Services written by templates: each becomes the template's content with the parameters filled in.

It happens on the tree, so that every value keeps its place: a problem within a template is reported at the template's
own line, once, with the services that it concerns.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from sloguard.config import nodes
from sloguard.config.codes import Code, files, reading, shape
from sloguard.config.compose import MAX_VALUES
from sloguard.config.instances import Instance, merged
from sloguard.config.nodes import Entry, Node, Scalar
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report
from sloguard.config.template import OWN_NAME, Template, TemplateReader
from sloguard.config.union import SERVICES, TEMPLATES

_TEMPLATE = "template"
_WITH = "with"
_KEYS = frozenset({_TEMPLATE, _WITH})


def with_templates(root: nodes.Mapping, report: Report) -> nodes.Mapping:
    """The tree in which services stand for themselves. A service that cannot be made is reported and left without."""
    services = root.entries.get(SERVICES)
    items = services.value.items if services is not None and isinstance(services.value, nodes.Sequence) else ()
    if TEMPLATES not in root.entries and not any(_KEYS & each.entries.keys() for each in _mappings(items)):
        return root
    templates = TemplateReader(report).templates(root.entries.get(TEMPLATES))
    writer = _ServiceWriter(report, templates)
    written = tuple(writer.service(each) for each in items)
    writer.warn_about_unused()
    entries = {key: entry for key, entry in root.entries.items() if key != TEMPLATES}
    if services is not None and isinstance(services.value, nodes.Sequence):
        entries[SERVICES] = Entry(services.key_place, nodes.Sequence(written, services.value.place))
    return nodes.Mapping(entries, root.place)


def _mappings(items: tuple[Node, ...]) -> Iterator[nodes.Mapping]:
    return (each for each in items if isinstance(each, nodes.Mapping))


@dataclass(slots=True)
class _ServiceWriter:
    report: Report
    templates: Mapping[str, Template]
    _values_left: int = MAX_VALUES

    def service(self, node: Node) -> Node:
        if not isinstance(node, nodes.Mapping) or not _KEYS & node.entries.keys():
            return node
        own = {key: entry for key, entry in node.entries.items() if key not in _KEYS}
        if _TEMPLATE not in node.entries:
            what = "with gives values to a template, and this service uses none"
            self.report.add(files.PARAMETER, node.entries[_WITH].key_place, what, "Add template, or remove with.")
            self.report.mute(node.place)
            return nodes.Mapping(own, node.place)
        name = own["name"].value if "name" in own else None
        if not isinstance(name, Scalar):
            self._refuse_nameless(node, is_named=name is not None)
            return nodes.Mapping(own, node.place)
        template = self._template(node.entries[_TEMPLATE].value)
        values = self._values(template, node, name) if template is not None else None
        if template is None or values is None or not self._fits(template, node.place):
            self.report.mute(node.place)  # what it lacks now would have come from the template
            return nodes.Mapping(own, node.place)
        return merged(nodes.Mapping(own, node.place), Instance(template, values, _user(name)), self.report)

    def _refuse_nameless(self, node: nodes.Mapping, *, is_named: bool) -> None:
        if not is_named:
            self.report.add(shape.MISSING_KEY, node.place, "a service needs the key name", "Add name.")
        self.report.mute(node.place)

    def warn_about_unused(self) -> None:
        for name, template in self.templates.items():
            if not template.users:
                what = f"no service uses the template {one_line(name)}"
                do = "Name it in a service as `template`, or remove it."
                self.report.add(files.UNUSED_TEMPLATE, template.place, what, do)

    def _template(self, node: Node) -> Template | None:
        wanted = node.text if isinstance(node, Scalar) else ""
        template = self.templates.get(wanted)
        if template is None:
            what = f"there is no template {one_line(wanted)}" if wanted else "template must be a template's name"
            known = f"Use one of {', '.join(self.templates)}." if self.templates else "Declare it under templates."
            self.report.add(files.UNKNOWN_TEMPLATE, node.place, what, _suggestion(wanted, self.templates) or known)
            return None
        template.users += 1
        return template if template.is_usable else None

    def _fits(self, template: Template, place: Place) -> bool:
        """Whether one more service of this template is not too much for the memory."""
        before = self._values_left
        self._values_left -= template.size
        if before >= 0 > self._values_left:
            what = f"with this service, templates make more than {MAX_VALUES:,} values"
            self.report.add(reading.TOO_LARGE, place, what, "Use several configurations.")
        return self._values_left >= 0

    def _values(self, template: Template, node: nodes.Mapping, name: Scalar) -> dict[str, Scalar] | None:
        """The value of each parameter; None, with a problem, if one is missing."""
        given = self._given(node, template)
        if given is None:
            return None
        values = {OWN_NAME: name, **template.defaults, **given}
        missing = [each for each in template.parameters if each not in values]
        if missing:
            entry = node.entries.get(_WITH)
            place = entry.key_place if entry is not None else node.entries[_TEMPLATE].value.place
            what = f"the template {template.name} needs a value for {' and '.join(missing)}"
            self.report.add(files.PARAMETER, place, what, f"Add with: {{{missing[0]}: …}}.")
            return None
        return values

    def _given(self, node: nodes.Mapping, template: Template) -> dict[str, Scalar] | None:
        entry = node.entries.get(_WITH)
        if entry is None:
            return {}
        if not isinstance(entry.value, nodes.Mapping):
            self._refuse(
                shape.WRONG_TYPE, entry.value.place, "with must be a mapping", "Write with: {parameter: value}."
            )
            return None
        given: dict[str, Scalar] = {}
        is_sound = True
        for key, value in entry.value.entries.items():
            if key not in template.parameters:
                known = f"Use one of {', '.join(template.parameters)}." if template.parameters else "Remove it."
                what = f"the template {template.name} has no parameter {one_line(key)}"
                self._refuse(files.PARAMETER, value.key_place, what, _suggestion(key, template.parameters) or known)
            elif not isinstance(value.value, Scalar):
                self._refuse(shape.WRONG_TYPE, value.value.place, f"{key} must be a single value", "Write one text.")
            elif value.value.plain and value.value.text in {"", "~", "null"}:
                self._refuse(shape.EMPTY, value.key_place, f"{key} has no value", "Give it one, or remove the key.")
            else:
                given[key] = value.value
                continue
            is_sound = False
        return given if is_sound else None

    def _refuse(self, code: Code, place: Place, what: str, do: str) -> None:
        self.report.add(code, place, what, do)


def _user(name: Scalar) -> str:
    return f"{one_line(name.text)} in {name.place.file}:{name.place.line}"


def _suggestion(text: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(text, known, n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else ""
