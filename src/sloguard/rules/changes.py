"""What a new rule file changes for the people who are on call, in words."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

import yaml

from sloguard.presentation.words import percent
from sloguard.promql import names

_OBJECTIVE = re.compile(r"vector\(([\d.]+)\)")
_THRESHOLD = re.compile(r"sloguard:error_ratio:(\w+)\{[^\n]*\}\) > ([\d.]+)")


_Facts = dict[str, str]
"""What the rules of an SLO say, by a name that people understand."""


def changes(before: str, after: str) -> tuple[str, ...]:
    """A line for each SLO that differs: `onboarding/availability: objective 99.9 % → 99.95 %; …`.

    Args:
        before: text of the rule file as it was; empty if there was none, or if it is not valid.
        after: as it will be; empty if it goes.
    """
    old, new = _watched(before), _watched(after)
    return tuple(_lines(old, new))


def _lines(old: Mapping[str, _Facts], new: Mapping[str, _Facts]) -> Iterator[str]:
    for slo_id in sorted(old.keys() | new.keys()):
        if slo_id not in old:
            yield f"{slo_id}: new"
        elif slo_id not in new:
            yield f"{slo_id}: removed, its alerts with it"
        else:
            differing = list(_differences(old[slo_id], new[slo_id]))
            if differing:
                yield f"{slo_id}: {'; '.join(differing)}"


def _differences(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    # What was promised comes before what follows from it.
    for name in dict.fromkeys(("objective", "window", *old, *new)):
        before, after = old.get(name), new.get(name)
        if before is None:
            yield f"{name} {after} added"
        elif after is None:
            yield f"{name} {before} removed"
        elif before != after:
            yield f"{name} {before} → {after}"


def _watched(text: str) -> Mapping[str, _Facts]:
    found: dict[str, _Facts] = {}
    for rule in _rules(text):
        labels = _mapping(rule, "labels")
        slo_id = labels.get(names.LABEL_ID)
        if isinstance(slo_id, str):
            facts = _alert_facts(rule, labels) if "alert" in rule else _recorded_facts(rule, labels)
            found.setdefault(slo_id, {}).update(facts)
    return found


def _mapping(rule: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = rule.get(key)
    return value if isinstance(value, dict) else {}


def _recorded_facts(rule: Mapping[str, object], labels: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    expression = " ".join(str(rule.get("expr", "")).split())
    match rule.get("record"):
        case names.OBJECTIVE:
            yield from (("objective", percent(Decimal(value))) for value in _OBJECTIVE.findall(expression))
        case names.WINDOW_ERROR_RATIO:
            yield "window", str(labels.get(names.LABEL_WINDOW))
        case names.EVENTS_RATE:
            yield "events", expression
        case names.BAD_EVENTS_RATE:
            yield "bad events", expression


def _alert_facts(rule: Mapping[str, object], labels: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    severity = labels.get(names.LABEL_SEVERITY)
    for window, value in _THRESHOLD.findall(str(rule.get("expr", ""))):
        yield f"{severity} threshold over {window}", percent(Decimal(value))
    annotations = _mapping(rule, "annotations")
    for name in ("runbook_url", "dashboard_url"):
        if name in annotations:
            yield name.removesuffix("_url"), str(annotations[name])
    if "owner" in labels:
        yield "owner", str(labels["owner"])


def _rules(text: str) -> Iterator[Mapping[str, object]]:
    try:
        document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    except yaml.YAMLError:
        return
    groups = document.get("groups") if isinstance(document, dict) else None
    for group in groups if isinstance(groups, list) else ():
        rules = group.get("rules") if isinstance(group, dict) else None
        yield from (rule for rule in (rules if isinstance(rules, list) else ()) if isinstance(rule, dict))
