"""The parts of a selector, and selectors that ask a little more than another one."""

import re
from dataclasses import dataclass

import promql_parser as ast

from sloguard.promql.text import quote, with_matchers

_OPERATORS = ((ast.MatchOp.Equal, "="), (ast.MatchOp.NotEqual, "!="), (ast.MatchOp.Re, "=~"), (ast.MatchOp.NotRe, "!~"))


@dataclass(frozen=True, slots=True)
class Matcher:
    label: str
    operator: str
    """`=`, `!=`, `=~` or `!~`."""
    value: str

    def __str__(self) -> str:
        return f"{self.label}{self.operator}{quote(self.value)}"

    def accepts(self, value: str) -> bool:
        """Whether a label's value matches. A pattern that only RE2 understands accepts everything."""
        if self.operator in {"=", "!="}:
            return (value == self.value) == (self.operator == "=")
        try:
            found = re.fullmatch(self.value, value, re.DOTALL) is not None
        except re.error:
            return True
        return found == (self.operator == "=~")


@dataclass(frozen=True, slots=True)
class SelectorParts:
    metric: str
    """Empty if it is given by a pattern."""
    matchers: tuple[Matcher, ...]


def selector_parts(selector: str) -> SelectorParts:
    """The parts of a selector that the loader has accepted."""
    parsed = ast.parse(selector)
    assert isinstance(parsed, ast.VectorSelector)
    matchers = tuple(
        Matcher(each.name, next(text for operator, text in _OPERATORS if each.op == operator), each.value)
        for each in parsed.matchers.matchers
    )
    return SelectorParts(parsed.name or "", matchers)


def with_label(selector: str, label: str) -> str:
    """The series of a canonical selector that have a label."""
    return with_matchers(selector, f'{label}!=""')
