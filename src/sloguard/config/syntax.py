"""The YAML parser's complaints in words that help."""

from yaml import YAMLError
from yaml.error import Mark, MarkedYAMLError

from sloguard.config.problem import Place, one_line

_HINTS = (
    ("tab character", "Indent with spaces, not tabs."),
    ("cannot start any token", "Indent with spaces, not tabs, and put text that starts with @, ` or % into quotes."),
    ("mapping values are not allowed", "Put text that contains `: ` into quotes, and check the indentation."),
    ("did not find expected key", "Check the indentation and the quotes of this line and the one before."),
    ("did not find expected ',' or", "Close the bracket, and put text with special characters into quotes."),
    ("did not find expected '-' indicator", "Start each item of the list with `- ` in the same column."),
    ("could not find expected ':'", "Put `: ` between key and value, and check the indentation."),
    ("unexpected end of stream", "Close the quotes."),
    ("unknown escape character", "Use single quotes: within them a backslash is a backslash."),
    ("alphabetic or numeric character", "Put text that starts with * or & into quotes."),
)
_GENERAL_HINT = "Check the indentation, quotes and brackets here and just before."


def describe(error: YAMLError) -> tuple[Place, str, str]:
    """Where the parser gave up, what it says, and what probably helps."""
    if not isinstance(error, MarkedYAMLError):
        return Place(1, 1), f"this is not valid YAML: {one_line(str(error))}", _GENERAL_HINT
    mark = error.problem_mark or error.context_mark
    problem = one_line(error.problem or error.context or "unreadable")
    hint = next((hint for words, hint in _HINTS if words in problem), _GENERAL_HINT)
    starts_elsewhere = error.context and error.context_mark and "next token" not in error.context
    started = f", {_context(error)}" if starts_elsewhere else ""
    return _place(mark), f"this is not valid YAML: {problem}{started}", hint


def _context(error: MarkedYAMLError) -> str:
    line = error.context_mark.line + 1 if error.context_mark else 1
    return f"{error.context} that starts in line {line}"


def _place(mark: Mark | None) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
