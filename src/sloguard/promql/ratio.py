"""Ratios that people wrote, with `$window` where the range goes: checked, and taken apart into events.

Where the outermost operation is a division, numerator and denominator are asked for separately, so that each slice of
time weighs as much as it had events; where it is not, every slice weighs the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import lru_cache

import promql_parser as ast

from sloguard.model.duration import format_duration
from sloguard.promql.parse import Flaw, PromqlError, drops_series, is_instant, parsed, plain_text, walk

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'|\$window\b")
_WINDOW = "$window"
_PROBE = timedelta(milliseconds=98_765_433)
"""A range that nobody writes: where the parser finds it, `$window` stood."""
_PERCENT = 100

_RATES = frozenset({"rate", "irate"})
_SUMS = frozenset({"increase", "delta", "changes", "resets", "count_over_time", "sum_over_time"})


class Unit(Enum):
    """What the value of a ratio's total is."""

    PER_SECOND = "events per second"
    PER_WINDOW = "events in the window"
    PER_SLICE = "whatever weighs a slice"


@dataclass(frozen=True, slots=True)
class RatioQueries:
    """PromQL of single values without labels, 0 or more, never NaN; nothing while there is no data."""

    measured: str
    """The events of the outcome that the ratio names; nothing also where there were none."""
    total: str
    unit: Unit
    complement: bool = False
    """The ratio is `1 - a / b`: what is measured is the other outcome."""


@lru_cache(maxsize=8192)
def ratio_expression(text: str) -> str:
    """The expression without its comments, `$window` in its places.

    Raises:
        PromqlError: it is no share of events over a window.
    """
    plain = plain_text(text)
    windows = sum(token == _WINDOW for token in _TOKEN.findall(plain))
    expression = parsed(_over(plain, _PROBE))
    if not windows:
        raise PromqlError(Flaw.NO_WINDOW)
    if not is_instant(expression):
        raise PromqlError(Flaw.NOT_INSTANT)
    if sum(_range(each) == _PROBE for each in walk(expression)) != windows:
        raise PromqlError(Flaw.WINDOW_MISPLACED)
    if any(_is_number(each, _PERCENT) for each in _factors(expression)):
        raise PromqlError(Flaw.PERCENT)
    if _division(expression) is None and any(drops_series(each) for each in walk(expression)):
        raise PromqlError(Flaw.COMPARISON)
    return plain


@lru_cache(maxsize=8192)
def ratio_queries(expression: str, window: timedelta) -> RatioQueries:
    """What to ask for, over a window, of an expression that `ratio_expression` has returned."""
    return _queries(parsed(_over(expression, window)))


def _over(text: str, window: timedelta) -> str:
    """The window in place of `$window`, but not within strings."""
    return _TOKEN.sub(lambda token: format_duration(window) if token.group() == _WINDOW else token.group(), text)


def _queries(expression: ast.Expr) -> RatioQueries:
    division = _division(expression)
    if division is None:
        text = expression.prettify()
        value = f"avg(({f'vector({text})' if _is_scalar(expression) else text}) >= -Inf)"
        return RatioQueries(f"clamp({value}, 0, 1)", f"(0 * {value} + 1)", Unit.PER_SLICE)
    measured, total = (f"sum(({side.prettify()}) >= 0)" for side in (division.lhs, division.rhs))
    return RatioQueries(measured, total, _unit(division.rhs), complement=division is not _bare(expression))


def _division(expression: ast.Expr) -> ast.BinaryExpr | None:
    """The division that the expression is, or that it takes from 1; None if it is something else."""
    outer = _bare(expression)
    if isinstance(outer, ast.BinaryExpr) and str(outer.op) == "-" and _is_number(outer.lhs, 1):
        outer = _bare(outer.rhs)
    if not isinstance(outer, ast.BinaryExpr) or str(outer.op) != "/":
        return None
    return None if _is_scalar(outer.lhs) or _is_scalar(outer.rhs) else outer


def _bare(expression: ast.Expr) -> ast.Expr:
    while isinstance(expression, ast.ParenExpr):
        expression = expression.expr
    return expression


def _unit(total: ast.Expr) -> Unit:
    functions = {each.func.name for each in walk(total) if isinstance(each, ast.Call)}
    if functions & _RATES:
        return Unit.PER_SECOND
    return Unit.PER_WINDOW if functions & _SUMS else Unit.PER_SLICE


def _range(expression: ast.Expr) -> timedelta | None:
    return expression.range if isinstance(expression, ast.MatrixSelector | ast.SubqueryExpr) else None


def _factors(expression: ast.Expr) -> Iterator[ast.Expr]:
    """What the expression multiplies: dividing by 100 makes a share of a percentage, and is fine."""
    bare = _bare(expression)
    if not isinstance(bare, ast.BinaryExpr):
        yield bare
    elif str(bare.op) in {"*", "/"}:
        yield from _factors(bare.lhs)
        if str(bare.op) == "*":
            yield from _factors(bare.rhs)


def _is_number(expression: ast.Expr, number: float) -> bool:
    bare = _bare(expression)
    return isinstance(bare, ast.NumberLiteral) and bare.val == number


def _is_scalar(expression: ast.Expr) -> bool:
    match _bare(expression):
        case ast.NumberLiteral():
            return True
        case ast.Call() as call:
            return bool(call.func.return_type == ast.ValueType.Scalar)
        case ast.UnaryExpr() as negated:
            return _is_scalar(negated.expr)
        case ast.BinaryExpr() as operation:
            return _is_scalar(operation.lhs) and _is_scalar(operation.rhs)
        case _:
            return False
