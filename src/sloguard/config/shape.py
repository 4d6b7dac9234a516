"""Checks data against a schema model, and says in our words what pydantic finds."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sloguard.config import codes
from sloguard.config.codes import reading, shape
from sloguard.config.codes.code import Code
from sloguard.config.later import LATER_KEYS
from sloguard.config.nodes import Path, key_place
from sloguard.config.problem import one_line
from sloguard.config.report import Report
from sloguard.config.schema.entry import Entry
from sloguard.config.schema.keys import keys_at

M = TypeVar("M", bound=Entry)

_MOST_VALUES = 20_000
_CHECKED_ONE_BY_ONE = frozenset({"services", "slos"})
_MOST_UNKNOWN = 50
"""Unknown keys that are taken out one by one to look at the rest of an entry."""
_KEY = "[key]"
"""How pydantic says that the error is with a mapping's key."""


class _Words(NamedTuple):
    code: Code
    what: str
    """Goes on after the value's name; may use the error's context in braces."""
    do: str


_MAPPING = _Words(shape.WRONG_TYPE, "must be a mapping", "Write keys and values below it, indented.")
WORDS: Mapping[str, _Words] = {
    "string_type": _Words(shape.WRONG_TYPE, "must be text", "Put it into quotes if it looks like a number."),
    "list_type": _Words(shape.WRONG_TYPE, "must be a list", "Write the items in [brackets], or each after `- `."),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "literal_error": _Words(shape.CHOICE, "must be {expected}", "Use one of these words."),
    "too_short": _Words(shape.EMPTY, "must not be empty", "Add at least one item."),
}
"""By pydantic's error type. `missing` and `extra_forbidden` are no matter of a value; `SG…` bring their own words."""


def checked(
    model: type[M], data: object, path: Path, report: Report, *, keys_of: type[Entry] | None = None
) -> M | None:
    """The data as a model, or None with problems. Unknown keys are reported and otherwise left out.

    Args:
        model: what the data should be.
        data: plain data.
        path: where they stand in the file.
        report: takes the problems.
        keys_of: the model to take suggestions from, where it knows more of what is inside.
    """
    if _is_in_vain(data, path, report):
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    unknown = [detail["loc"] for detail in details if detail["type"] == "extra_forbidden"]
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    meant: set[Path] = set()
    for loc in unknown:
        meaning = None if report.is_full else _report_unknown(keys_of or model, path, loc, report)
        meant |= {meaning} if meaning else set()
    for detail in details:
        if not report.is_full:
            _report(detail, path, report, meant)
    if len(unknown) < len(details) or len(unknown) > _MOST_UNKNOWN or meant & missing:
        return None
    return _without_keys(model, data, unknown)


def _is_in_vain(data: object, path: Path, report: Report) -> bool:
    """Whether no more errors are wanted, or there would be too many."""
    if report.is_full or not _is_too_large(data):
        return report.is_full
    what = f"{name_of(path) or 'this'} holds more than {_MOST_VALUES:,} values"
    report.at(reading.TOO_LARGE, path, what, "Keep what is meant; split the rest.", got="")
    return True


def _is_too_large(data: object) -> bool:
    """Whether there is so much in an entry that its errors alone would fill the memory: pydantic lists them all."""
    count = 0
    waiting = [data]
    while waiting and count <= _MOST_VALUES:
        each = waiting.pop()
        if isinstance(each, dict):
            count += len(each)
            waiting += [value for key, value in each.items() if key not in _CHECKED_ONE_BY_ONE]
        elif isinstance(each, list):
            count += len(each)
            waiting += [value for value in each if isinstance(value, dict | list)]
    return count > _MOST_VALUES


def _without_keys(model: type[M], data: object, unknown: Iterable[Path]) -> M | None:
    for loc in unknown:
        data = _without(data, loc)
    try:
        return model.model_validate(data)
    except ValidationError:
        return None  # what is wrong now follows from a key that is reported already


def _without(data: object, loc: Path) -> object:
    first, *rest = loc
    if isinstance(data, dict):
        inner = data.get(first)
        return {**data, first: _without(inner, tuple(rest))} if rest else {k: v for k, v in data.items() if k != first}
    if isinstance(data, list) and isinstance(first, int) and rest:
        return [_without(each, tuple(rest)) if index == first else each for index, each in enumerate(data)]
    return data


def _report(detail: ErrorDetails, base: Path, report: Report, meant: set[Path]) -> None:
    loc, kind = detail["loc"], detail["type"]
    path = (*base, *loc)
    if kind == "extra_forbidden" or (kind == "missing" and loc in meant):
        return
    if kind == "missing":
        _report_missing(path, report)
        return
    if isinstance(path[-1], int) and report.is_scalar(path[:-1]):
        path = path[:-1]  # one text that stands for a list of one
    context = detail.get("ctx", {})
    why = ""
    if kind in codes.BY_ID:
        code, what, do, why = codes.BY_ID[kind], context["what"], context["do"], context["why"]
        if context["safe_do"] and not report.is_literal(path):
            do, why = context["safe_do"], ""
    else:
        words = WORDS[kind]
        code, what, do = words.code, words.what.format(**context), words.do
    if path[-1] == _KEY:
        report.at_key(code, path[:-1], f"{name_of(path[:-1])} {what}", do, why=why)
    else:
        got = "" if context.get("hidden") else None
        report.at(code, path, f"{name_of(path)} {what}", do, why=why, got=got)


def _report_missing(path: Path, report: Report) -> None:
    if report.root is None or key_place(report.root, path) is not None:
        return  # the key is there without a value, which is reported already
    owner = name_of(path[:-1])
    what = f"{owner} needs the key {path[-1]}" if owner else f"the key {path[-1]} is missing"
    report.at(shape.MISSING_KEY, path[:-1], what, f"Add {path[-1]}.", got="")


def _report_unknown(model: type[Entry], base: Path, loc: Path, report: Report) -> Path | None:
    """Returns where the key should stand that was probably meant."""
    key, path = str(loc[-1]), (*base, *loc)
    siblings = keys_at(model, loc[:-1])
    close = get_close_matches(key, siblings, n=1, cutoff=0.6)
    shown = one_line(key) or "''"
    if key in LATER_KEYS:
        what = f"{shown} is not supported by this version"
        report.at_key(shape.NOT_SUPPORTED, path, what, LATER_KEYS[key])
        return None
    if close:
        report.at_key(shape.UNKNOWN_KEY, path, f"there is no key {shown} here", f"Did you mean {close[0]}?")
        return (*loc[:-1], close[0])
    do = f"Use one of {', '.join(siblings)}." if siblings else "Remove it."
    report.at_key(shape.UNKNOWN_KEY, path, f"there is no key {shown} here", do)
    return None


def name_of(path: Path) -> str:
    """What a message calls a value: `latency.below`, `tiers[0].factor`; counted from the innermost SLO or service."""
    start = 0
    for index in range(len(path) - 2):
        if path[index] in {"services", "slos"} and isinstance(path[index + 1], int):
            start = index + 2
    text = ""
    for step in path[start:]:
        text += f"[{step}]" if isinstance(step, int) else f"{'.' if text else ''}{one_line(step)}"
    return text
