"""Texts inside Go templates, which Prometheus expands in alert labels and annotations."""

import re

from sloguard.promql.text import quote

# An opening brace at the end would join with the braces of an action that follows.
_BRACES = re.compile(r"\{{2,}|\{\Z")


def literal(text: str) -> str:
    """A template that expands to exactly this text."""
    return _BRACES.sub(lambda braces: '{{ "' + braces.group() + '" }}', text)


def with_query(promql: str, body: str) -> str:
    """A template that expands to the body if the query has an answer; the body's dot is that answer."""
    return f"{{{{ with query {quote(promql)} }}}}{body}{{{{ end }}}}"


def first_value(format_verb: str) -> str:
    """The value of the query's first series, printed as Go's verb says."""
    return f'{{{{ . | first | value | printf "{format_verb}" }}}}'
