"""Rule groups as YAML text, for people to read in a review: expressions as blocks, every other string quoted."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from sloguard.model.duration import format_duration
from sloguard.rules.rule import AlertingRule, RecordingRule, Rule, RuleGroup

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def document(header: Sequence[str], groups: Sequence[RuleGroup]) -> str:
    """One YAML document: a comment, then the groups."""
    lines = [comment(line) for line in header]
    lines.append("groups:" if groups else "groups: []")
    for group in groups:
        lines.extend(_group(group))
    return "\n".join(lines) + "\n"


def comment(text: str) -> str:
    """One comment line, whatever the text holds."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return f"# {printable}".rstrip()


def _group(group: RuleGroup) -> Iterator[str]:
    if group.comment:
        yield "  " + comment(group.comment)
    yield f"  - name: {quoted(group.name)}"
    yield f"    interval: {format_duration(group.interval)}"
    yield "    rules:"
    for rule in group.rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    match rule:
        case RecordingRule():
            yield f"      - record: {rule.record}"
            yield f"        expr: {block_or_quoted(rule.expression, 10)}"
            yield from _mapping("labels", rule.labels)
        case AlertingRule():
            yield f"      - alert: {rule.alert}"
            yield f"        expr: {block_or_quoted(rule.expression, 10)}"
            yield f"        keep_firing_for: {format_duration(rule.keep_firing_for)}"
            yield from _mapping("labels", rule.labels)
            yield from _mapping("annotations", rule.annotations)
        case _:
            assert_never(rule)


def _mapping(key: str, values: Mapping[str, str]) -> Iterator[str]:
    if not values:
        return
    yield f"        {key}:"
    for name, value in values.items():
        yield f"          {name}: {block_or_quoted(value, 12) if chr(10) in value else quoted(value)}"


def block_or_quoted(text: str, indent: int) -> str:
    """A literal block where that keeps every character, else a quoted string.

    A block would swallow line ends at its edges, and take a first space for its indentation.
    """
    keeps_all = text.replace("\n", "").isprintable()
    if not text or not keeps_all or text[0] in " \n" or text[-1] == "\n":
        return quoted(text)
    margin = " " * indent
    return "|-\n" + "\n".join(margin + line if line else "" for line in text.split("\n"))


def quoted(text: str) -> str:
    """A double-quoted YAML string on one line: any text at all."""
    if text.isprintable():
        # Nearly all are: asking once is ten times as fast as asking each character.
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\U{ord(character):08x}"
