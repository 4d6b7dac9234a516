"""PromQL that people wrote, read with promql-parser: counter selectors made canonical, expressions checked."""

import re
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

import promql_parser as ast

from sloguard.promql.text import quote

MAX_LENGTH = 10_000
"""Characters. A selector that needs more than this names its series one by one."""
_MAX_OPERATORS = 300
"""The parser's time grows with the square of these, and at some thousands its stack ends the process."""

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|' + r"'(?:[^'\\\n]|\\.)*'|`[^`]*`|#[^\n]*")
_OPERATOR = re.compile(r"[-+*/%^(\[{<>!=]|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
# promql-parser's operators are no hashable values.
_MATCH_OPERATORS = (
    (ast.MatchOp.Equal, "="),
    (ast.MatchOp.NotEqual, "!="),
    (ast.MatchOp.Re, "=~"),
    (ast.MatchOp.NotRe, "!~"),
)


class Flaw(Enum):
    """Why a text cannot be used."""

    SYNTAX = "syntax"
    """Prometheus would not understand it either."""
    TOO_COMPLEX = "too complex"
    NOT_A_SELECTOR = "not a selector"
    """It computes something, or looks at another time: its events cannot be counted."""
    NO_METRIC = "no metric"
    OR_MATCHERS = "or between matchers"
    """VictoriaMetrics' own syntax."""
    QUOTED_LABEL = "label in quotes"
    """Its name is none to Prometheus 2, and could not be written without the quotes."""
    NOT_INSTANT = "not an instant value"
    COMPARISON = "comparison"
    """It drops the series for which it does not hold, so that a breach looks like missing data."""
    METRIC_IN_FILTER = "metric in filter"
    BUCKET_IN_FILTER = "le in filter"
    NO_WINDOW = "no $window"
    WINDOW_MISPLACED = "$window is no range"
    PERCENT = "percent"
    """It is multiplied by 100, where a share of 0 to 1 is wanted."""


class PromqlError(ValueError):
    """A text that cannot be used.

    Attributes:
        flaw: what kind of trouble it is.
        why: the parser's own words, where it refused the text; may quote it.
        selectors: for `NOT_A_SELECTOR` the plain selectors found inside.
    """

    def __init__(self, flaw: Flaw, why: str = "", selectors: tuple[str, ...] = ()) -> None:
        super().__init__(why or flaw.value)
        self.flaw = flaw
        self.why = why
        self.selectors = selectors


@lru_cache(maxsize=8192)
def counter_selector(text: str) -> str:
    """The canonical form of a vector selector: `name{a="b",c=~"d"}`, matchers sorted, braces only if needed.

    Raises:
        PromqlError: it is no plain vector selector of a named metric.
    """
    expression = parsed(text)
    if not isinstance(expression, ast.VectorSelector) or expression.offset is not None or expression.at is not None:
        raise PromqlError(Flaw.NOT_A_SELECTOR, selectors=_selectors_within(expression))
    if expression.matchers.or_matchers:
        raise PromqlError(Flaw.OR_MATCHERS)
    if _has_quoted_label(expression):
        raise PromqlError(Flaw.QUOTED_LABEL)
    if expression.name is None and not any(each.name == "__name__" for each in expression.matchers.matchers):
        raise PromqlError(Flaw.NO_METRIC)
    return _canonical(expression)


@lru_cache(maxsize=8192)
def label_matchers(braces: str) -> str:
    """The canonical matchers of `{a="b"}`, without the braces; empty for `{}`.

    Raises:
        PromqlError: it is not a list of label matchers, or it names the metric or the bucket.
    """
    # A metric name in front lets `{}` and matchers of empty values pass, as they will once the histogram stands there.
    expression = _parse_filter(braces) if braces.startswith("{") else None
    if not isinstance(expression, ast.VectorSelector) or expression.offset is not None or expression.at is not None:
        raise PromqlError(Flaw.NOT_A_SELECTOR)
    if expression.matchers.or_matchers:
        raise PromqlError(Flaw.OR_MATCHERS)
    if _has_quoted_label(expression):
        raise PromqlError(Flaw.QUOTED_LABEL)
    if any(matcher.name == "le" for matcher in expression.matchers.matchers):
        raise PromqlError(Flaw.BUCKET_IN_FILTER)
    return _matchers_text(expression.matchers.matchers)


@lru_cache(maxsize=8192)
def instant_query(text: str) -> str:
    """The expression without its comments, safe to stand within parentheses.

    Raises:
        PromqlError: it has no instant value, or a comparison in it drops series.
    """
    expression = parsed(text)
    if not is_instant(expression):
        raise PromqlError(Flaw.NOT_INSTANT)
    if any(drops_series(each) for each in walk(expression)):
        raise PromqlError(Flaw.COMPARISON)
    return plain_text(text)


def age_query(timestamps: str) -> str:
    """Seconds since the instants that an instant query tells."""
    plain = isinstance(parsed(timestamps), ast.VectorSelector)
    return f"time() - {timestamps}" if plain else f"time() - ({timestamps})"


def parsed(text: str) -> ast.Expr:
    """The tree of an expression.

    Raises:
        PromqlError: Prometheus would not understand it, or it is too complex to be read in time.
    """
    plain = plain_text(text)
    if len(plain) > MAX_LENGTH or len(_OPERATOR.findall(_STRING_OR_COMMENT.sub('""', plain))) > _MAX_OPERATORS:
        raise PromqlError(Flaw.TOO_COMPLEX)
    try:
        return ast.parse(plain)
    except ValueError as error:
        # Some of its messages have a second sentence on a line of its own.
        raise PromqlError(Flaw.SYNTAX, " ".join(str(error).split())) from None


def _parse_filter(braces: str) -> ast.Expr:
    try:
        return parsed("filtered" + braces)
    except PromqlError as error:
        raise PromqlError(Flaw.METRIC_IN_FILTER) if "metric name" in error.why else error from None


def plain_text(text: str) -> str:
    """Without comments and backquotes: the parser takes a backslash within backquotes for an escape."""
    if "`" not in text and "#" not in text:
        return text.strip()
    return _STRING_OR_COMMENT.sub(_plain_token, text).strip()


def _plain_token(match: re.Match[str]) -> str:
    token = match.group()
    if token.startswith("#"):
        return " "
    return quote(token[1:-1]) if token.startswith("`") else token


def _has_quoted_label(selector: ast.VectorSelector) -> bool:
    return not all(_LABEL_NAME.fullmatch(each.name) for each in selector.matchers.matchers)


def _canonical(selector: ast.VectorSelector) -> str:
    matchers = list(selector.matchers.matchers)
    name = selector.name or ""
    for matcher in matchers:
        named = matcher.name == "__name__" and matcher.op == ast.MatchOp.Equal
        if not name and named and _METRIC_NAME.fullmatch(matcher.value):
            matchers.remove(matcher)
            name = matcher.value
            break
    text = _matchers_text(matchers)
    return f"{name}{{{text}}}" if text else name


def _matchers_text(matchers: list[ast.Matcher]) -> str:
    return ",".join(sorted({f"{each.name}{_operator(each)}{quote(each.value)}" for each in matchers}))


def _operator(matcher: ast.Matcher) -> str:
    return next(text for operator, text in _MATCH_OPERATORS if matcher.op == operator)


def _selectors_within(expression: ast.Expr) -> tuple[str, ...]:
    selectors = (each for each in walk(expression) if isinstance(each, ast.VectorSelector))
    plain = (each for each in selectors if not each.matchers.or_matchers and not _has_quoted_label(each))
    return tuple(dict.fromkeys(_canonical(each) for each in plain))


def is_instant(expression: ast.Expr) -> bool:
    """Whether it has one value per series, or one in all."""
    if isinstance(expression, ast.Call):
        returned = expression.func.return_type
        return bool(returned == ast.ValueType.Vector or returned == ast.ValueType.Scalar)  # noqa: PLR1714 - no hash
    if isinstance(expression, ast.ParenExpr):
        return is_instant(expression.expr)
    return not isinstance(expression, ast.MatrixSelector | ast.SubqueryExpr | ast.StringLiteral)


def drops_series(expression: ast.Expr) -> bool:
    """Whether it is a comparison without `bool`."""
    if not isinstance(expression, ast.BinaryExpr) or str(expression.op) not in _COMPARISONS:
        return False
    return expression.modifier is None or not expression.modifier.return_bool


def walk(expression: ast.Expr) -> Iterator[ast.Expr]:
    """All nodes, outermost first. The package's own `walk` takes the cube of the depth."""
    waiting: list[object] = [expression]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Expr):
            yield each
            waiting.extend(reversed(_children(each)))


def _children(expression: ast.Expr) -> tuple[object, ...]:
    match expression:
        case ast.BinaryExpr():
            return expression.lhs, expression.rhs
        case ast.AggregateExpr():
            return expression.param, expression.expr
        case ast.Call():
            return tuple(expression.args)
        case ast.MatrixSelector():
            return (expression.vector_selector,)
        case ast.ParenExpr() | ast.UnaryExpr() | ast.SubqueryExpr():
            return (expression.expr,)
        case _:
            return ()
