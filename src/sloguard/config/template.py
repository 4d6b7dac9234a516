"""A template as it is declared: its content, its parameters, and whether the two agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from sloguard.config import nodes
from sloguard.config.codes import Code, files, shape
from sloguard.config.nodes import Entry, Node, Scalar
from sloguard.config.parameters import NAME, references, scalars
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report

OWN_NAME = "name"
"""The parameter that is always there: the service's name."""

_PARAMETERS = "parameters"
_NOT_OF_TEMPLATES = {
    "name": "A template has no name of its own: the service gives it.",
    "template": "A template cannot use another.",
    "with": "A template cannot use another.",
}


@dataclass(slots=True)
class Template:
    """Attributes:
    place: of its name.
    content: what a service is made of.
    parameters: each with the place where it is declared.
    defaults: of those that have one.
    is_usable: whether nothing is wrong with its parameters.
    size: how many values its content holds.
    users: how many services name it.
    """

    name: str
    place: Place
    content: nodes.Mapping
    parameters: Mapping[str, Place] = field(default_factory=dict)
    defaults: Mapping[str, Scalar] = field(default_factory=dict)
    is_usable: bool = True
    size: int = 1
    users: int = 0


@dataclass(slots=True)
class TemplateReader:
    report: Report

    def templates(self, entry: Entry | None) -> Mapping[str, Template]:
        """By name, also those that cannot be used."""
        if entry is None:
            return {}
        if not isinstance(entry.value, nodes.Mapping):
            self.report.add(
                shape.WRONG_TYPE, entry.value.place, "templates must be a mapping", "Write name: {slos: …}."
            )
            return {}
        return {name: self._template(name, inner) for name, inner in entry.value.entries.items()}

    def _template(self, name: str, entry: Entry) -> Template:
        shown = one_line(name)
        if not isinstance(entry.value, nodes.Mapping):
            do = "Write the keys of a service below it, indented."
            self.report.add(shape.WRONG_TYPE, entry.value.place, f"templates.{shown} must be a mapping", do)
            return Template(shown, entry.key_place, nodes.Mapping({}, entry.value.place), is_usable=False)
        keys = dict(entry.value.entries)
        declared = keys.pop(_PARAMETERS, None)
        is_usable = True
        for key, advice in _NOT_OF_TEMPLATES.items():
            if key in keys:
                self.report.add(shape.UNKNOWN_KEY, keys.pop(key).key_place, f"there is no key {key} here", advice)
                is_usable = False
        content = nodes.Mapping(keys, entry.value.place)
        template = Template(shown, entry.key_place, content, is_usable=is_usable, size=_size(content))
        return self._with_parameters(template, declared)

    def _with_parameters(self, template: Template, declared: Entry | None) -> Template:
        parameters: dict[str, Place] = {}
        defaults: dict[str, Scalar] = {}
        value = declared.value if declared is not None else None
        if value is not None and not isinstance(value, nodes.Sequence):
            do = "Write parameters: [job, {objective: 99.9}]: names, and names with a default."
            self._refuse(template, shape.WRONG_TYPE, value.place, "parameters must be a list", do)
        for item in value.items if isinstance(value, nodes.Sequence) else ():
            for name, default in self._declared(item, template).items():
                parameters[name] = item.place
                if default is not None:
                    defaults[name] = default
        template.parameters, template.defaults = parameters, defaults
        self._check_references(template)
        return template

    def _declared(self, item: Node, template: Template) -> Mapping[str, Scalar | None]:
        """The parameters that an item of the list declares, with their defaults."""
        found: dict[str, Node | None] = {item.text: None} if isinstance(item, Scalar) else {}
        if isinstance(item, nodes.Mapping):
            found = {name: entry.value for name, entry in item.entries.items()}
        if not found or not all(NAME.fullmatch(name) for name in found):
            do = "Write a name of letters, digits and `_`, or {name: default}."
            self._refuse(template, files.PARAMETER, item.place, "this declares no parameter", do)
            return {}
        if OWN_NAME in found:
            do = "Remove it: $(name) is always the service's name."
            self._refuse(template, files.PARAMETER, item.place, "the parameter name is declared", do)
        unfit = next((node for node in found.values() if node is not None and not isinstance(node, Scalar)), None)
        if unfit is not None:
            self._refuse(template, shape.WRONG_TYPE, unfit.place, "a default must be a single value", "Write one text.")
        return {name: node if isinstance(node, Scalar) else None for name, node in found.items() if name != OWN_NAME}

    def _check_references(self, template: Template) -> None:
        used: set[str] = set()
        known = [*template.parameters, OWN_NAME]
        for scalar in scalars(template.content):
            if "$(" not in scalar.text:
                continue
            for name in references(scalar.text):
                used.add(name)
                if name not in known:
                    self._refuse_reference(template, scalar.place, name, known)
        for name, place in template.parameters.items():
            if name not in used and template.is_usable:
                what = f"the parameter {name} is not used in the template {template.name}"
                self._refuse(template, files.PARAMETER, place, what, f"Use it as $({name}), or remove it.")

    def _refuse_reference(self, template: Template, place: Place, name: str, known: list[str]) -> None:
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        what = f"the template {template.name} has no parameter {one_line(name)}"
        do = f"Did you mean $({close[0]})?" if close else "Declare it under parameters."
        if not NAME.fullmatch(name):
            what, do = "$( starts a parameter, and this is none", "Write $(name), or $$( for a plain $(."
        self._refuse(template, files.PARAMETER, place, what, do)

    def _refuse(self, template: Template, code: Code, place: Place, what: str, do: str) -> None:
        self.report.add(code, place, what, do)
        template.is_usable = False


def _size(node: Node) -> int:
    """How many values there are within a node, itself included."""
    count = 0
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        count += 1
        if isinstance(each, nodes.Sequence):
            waiting.extend(each.items)
        elif isinstance(each, nodes.Mapping):
            waiting.extend(entry.value for entry in each.entries.values())
    return count
