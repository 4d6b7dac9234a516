"""From the tree to plain data: text with its environment references replaced, exact numbers, truth values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sloguard.config import nodes
from sloguard.config.codes import reading, shape
from sloguard.config.environment import expand
from sloguard.config.nodes import Node, Scalar
from sloguard.config.problem import one_line
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
# A lone surrogate stands for a byte of the environment that is not UTF-8.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class PlainData:
    """Builds plain data from nodes, and reports what is wrong with single values.

    Keys without a value are reported and left out: no key of slo.yaml means anything by having none.
    """

    environ: Mapping[str, str]
    report: Report

    def mapping(self, node: nodes.Mapping) -> dict[str, object]:
        data: dict[str, object] = {}
        for key, entry in node.entries.items():
            value = self._value(entry.value)
            if value is not None:
                data[key] = value
            elif isinstance(entry.value, Scalar):
                what = f"{one_line(key) or 'the key'} has no value"
                self.report.add(shape.EMPTY, entry.key_place, what, "Give it one, or remove the key.")
        return data

    def _value(self, node: Node) -> object:
        match node:
            case Scalar():
                return self._scalar(node)
            case nodes.Sequence():
                return [self._value(each) for each in node.items]
            case nodes.Mapping():
                return self.mapping(node)

    def _scalar(self, node: Scalar) -> object:
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
            text = self._expanded(node)
        if not text.isprintable() and _CONTROL.search(text):
            self.report.reject(shape.UNPRINTABLE, node.place, "the text holds an unprintable character", "Remove it.")
            return ""
        return text

    def _expanded(self, node: Scalar) -> str:
        expanded = expand(node.text, self.environ)
        for name in dict.fromkeys(expanded.missing):
            what = f"the environment variable {one_line(name)} is not set"
            do = f"Set it, or give a default: ${{{one_line(name)}:-default}}."
            self.report.reject(reading.MISSING_VARIABLE, node.place, what, do)
        for reference in dict.fromkeys(expanded.malformed):
            what, do = "this is not an environment reference", "Write ${NAME}, ${NAME:-default}, or $${ for a plain ${."
            self.report.reject(reading.BAD_REFERENCE, node.place, what, do, got=one_line(reference.split(":-")[0]))
        return expanded.text
