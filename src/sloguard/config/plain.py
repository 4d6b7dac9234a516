"""From the tree to plain data: text with its environment references replaced, exact numbers, truth values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sloguard.config import nodes
from sloguard.config.codes import files, reading, shape
from sloguard.config.environment import expand
from sloguard.config.nodes import Node, Scalar
from sloguard.config.parameters import fill, lone_reference, references
from sloguard.config.problem import Place, one_line
from sloguard.config.report import Report

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,2})?")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_AMBIGUOUS = re.compile(
    r"(?i:yes|no|on|off)"
    r"|[-+]?0[0-9_]+|[-+]?0[oxb][0-9a-fA-F_]+"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[-+]?[0-9]+_[0-9_]*(?:\.[0-9_]*)?"
)
_INDICATOR = "indicator"
PROMQL_KEYS = frozenset({"total", "bad", "good", "filter", "histogram", "query", "timestamp", "success", "error"})
# A lone surrogate stands for a byte of the environment that is not UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PlainData:
    """Builds plain data from nodes, and reports what is wrong with single values.

    Keys without a value are reported and left out: no key of slo.yaml means anything by having none.
    """

    environ: Mapping[str, str]
    report: Report

    def mapping(self, node: nodes.Mapping, *, in_indicator: bool = False) -> dict[str, object]:
        data: dict[str, object] = {}
        for key, entry in node.entries.items():
            inside = in_indicator or key == _INDICATOR
            value = self._value(entry.value, in_indicator=inside, promql=inside and key in PROMQL_KEYS)
            if value is not None:
                data[key] = value
            elif isinstance(entry.value, Scalar):
                what = f"{one_line(key) or 'the key'} has no value"
                self.report.add(shape.EMPTY, entry.key_place, what, "Give it one, or remove the key.")
        return data

    def _value(self, node: Node, *, in_indicator: bool, promql: bool) -> object:
        match node:
            case Scalar():
                return self.scalar(node) if node.values is None else self._filled(node, node.values, promql=promql)
            case nodes.Sequence():
                return [self._value(each, in_indicator=in_indicator, promql=promql) for each in node.items]
            case nodes.Mapping():
                return self.mapping(node, in_indicator=in_indicator)

    def scalar(self, node: Scalar) -> object:
        """A single value as data; None for nothing."""
        text = node.text
        if node.plain:
            if text in _NOTHING:
                return None
            if text in _TRUTH:
                return _TRUTH[text]
            if _NUMBER.fullmatch(text):
                return Decimal(text)
            if _AMBIGUOUS.fullmatch(text):
                do = f"Write '{text}' with quotes if it is text, or true, false or a plain decimal number."
                self.report.reject(
                    reading.AMBIGUOUS, node.place, "YAML readers disagree about this value", do, got=one_line(text)
                )
        return self._text(node)

    def _text(self, node: Scalar) -> str:
        text = node.text
        if "${" in text:
            text = self._expanded(text, node.place)
        return self._printable(text, node.place)

    def _printable(self, text: str, place: Place) -> str:
        if not text.isprintable() and _CONTROL.search(text):
            self.report.reject(shape.UNPRINTABLE, place, "the text holds an unprintable character", "Remove it.")
            return ""
        return text

    def _filled(self, node: Scalar, values: Mapping[str, Scalar], *, promql: bool) -> object:
        """A template's text with its parameters replaced; one that is nothing but a parameter takes its kind, too."""
        lone = lone_reference(node.text)
        if lone is not None and lone in values:
            return self._given(values[lone], node.place)
        texts = {}
        for name in dict.fromkeys(references(node.text)):
            given = self._given(values[name], node.place) if name in values else None
            if given is not None:
                texts[name] = given if isinstance(given, str) else values[name].text
        filled = fill(node.text, texts, promql=promql, rest=lambda text: self._expanded(text, node.place))
        for name in filled.unfit:
            what = f"the value of {name} cannot stand here: it would change what the PromQL means"
            do = f'Put $({name}) into quotes there, as in {{label="$({name})"}}, or give it a single word.'
            self.report.reject(files.UNFIT_VALUE, node.place, what, do)
        return self._printable(filled.text, node.place)

    def _given(self, value: Scalar, place: Place) -> object:
        """A parameter's value; if there is a problem with it, nothing is said about where it would have stood."""
        given = self.scalar(value)
        if self.report.is_muted(value.place):
            self.report.mute(place)
        return given

    def _expanded(self, text: str, place: Place) -> str:
        expanded = expand(text, self.environ)
        for name in dict.fromkeys(expanded.missing):
            what = f"the environment variable {one_line(name)} is not set"
            do = f"Set it, or give a default: ${{{one_line(name)}:-default}}."
            self.report.reject(reading.MISSING_VARIABLE, place, what, do)
        for reference in dict.fromkeys(expanded.malformed):
            what, do = "this is not an environment reference", "Write ${NAME}, ${NAME:-default}, or $${ for a plain ${."
            self.report.reject(reading.BAD_REFERENCE, place, what, do, got=one_line(reference.split(":-")[0]))
        return expanded.text
