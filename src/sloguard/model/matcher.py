"""What alerts are picked out by: matchers on labels, as Prometheus and Alertmanager have them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import re2

MOST_MATCHERS = 10
LONGEST_MATCHER = 300

_TEXT = re.compile(r"\s*(?P<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(?P<kind>=~|!~|!=|=)\s*(?P<value>.*?)\s*", re.DOTALL)
_QUOTES = 2


class MatchKind(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


_REGEXES = frozenset({MatchKind.REGEX, MatchKind.NOT_REGEX})


@dataclass(frozen=True, slots=True)
class Matcher:
    """A label that is missing counts as empty. A regular expression is RE2's, and must match the whole value."""

    label: str
    kind: MatchKind
    value: str

    def __post_init__(self) -> None:
        """Raises ValueError if the regular expression is none."""
        if self.kind in _REGEXES:
            _compiled(self.value)

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.kind.value}"{escaped}"'

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.label, "")
        match self.kind:
            case MatchKind.EQUAL:
                return found == self.value
            case MatchKind.NOT_EQUAL:
                return found != self.value
            case MatchKind.REGEX:
                return _compiled(self.value).fullmatch(found) is not None
            case MatchKind.NOT_REGEX:
                return _compiled(self.value).fullmatch(found) is None


def parse_matcher(text: str) -> Matcher:
    """Read `tenant=acme`, `tenant="acme"`, `tenant!=…`, `tenant=~"a.*"`, `tenant!~…`.

    Raises:
        ValueError: it is none; the text is a clause that says why.
    """
    if len(text) > LONGEST_MATCHER:
        raise ValueError(f"is longer than {LONGEST_MATCHER} characters")
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError("is no matcher such as tenant=acme or tenant=~'a.*'")
    return Matcher(match["label"], MatchKind(match["kind"]), _unquoted(match["value"]))


def _unquoted(value: str) -> str:
    if len(value) >= _QUOTES and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


# RE2 takes linear time whatever is asked of it: values come from outside, and patterns over the network.
@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else ""
        shown = why.decode(errors="replace") if isinstance(why, bytes) else str(why)
        raise ValueError(f"holds no regular expression ({shown})") from error
