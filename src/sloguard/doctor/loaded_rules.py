"""Are the generated rules loaded in Prometheus, and are they those of the file?"""

from collections.abc import Mapping, Sequence
from typing import Any

import promql_parser
import yaml

from sloguard import rules
from sloguard.doctor.check import Check, ok, skipped, warning
from sloguard.model.settings import Configuration

_NAME = "rules"
_MOST_NAMED = 3

_Rule = tuple[str, str, frozenset[tuple[str, str]]]
"""Name, expression, labels: what makes a rule the same."""


def rules_current(configuration: Configuration, groups: Sequence[Mapping[str, Any]] | None) -> Check:
    """Compare the loaded groups with those that would be generated.

    Args:
        configuration: the file's.
        groups: as `/api/v1/rules` gives them; None if the server has no such API.
    """
    if groups is None:
        return skipped(_NAME, "this server does not tell which rules are loaded")
    wanted = _wanted(configuration)
    loaded = {str(group.get("name")): [_loaded(rule) for rule in group.get("rules") or ()] for group in groups}
    missing = sorted(name for name in wanted if name not in loaded)
    stale = sorted(name for name in wanted if name in loaded and loaded[name] != wanted[name])
    orphaned = sorted(name for name in loaded if name.startswith("sloguard-") and name not in wanted)
    if len(missing) == len(wanted) and not orphaned:
        return ok(_NAME, "not loaded in Prometheus, which is fine if only the daemon is used")
    if missing or stale or orphaned:
        parts = [
            f"{len(names)} {word} ({', '.join(names[:_MOST_NAMED])}{', …' if len(names) > _MOST_NAMED else ''})"
            for word, names in (("missing", missing), ("not current", stale), ("orphaned", orphaned))
            if names
        ]
        remedy = "Run `sloguard generate rules`, copy the files to where Prometheus reads rules, and reload it."
        return warning(_NAME, f"rule groups: {'; '.join(parts)}", remedy)
    return ok(_NAME, f"all {len(wanted)} rule groups are loaded and current")


def _wanted(configuration: Configuration) -> Mapping[str, Sequence[_Rule]]:
    found = {}
    for text in rules.rule_files(configuration).values():
        for group in yaml.safe_load(text)["groups"] or ():
            found[str(group["name"])] = [
                (str(rule.get("record") or rule.get("alert")), _canonical(rule["expr"]), _labels(rule))
                for rule in group["rules"]
            ]
    return found


def _loaded(rule: Mapping[str, Any]) -> _Rule:
    return str(rule.get("name")), _canonical(str(rule.get("query"))), _labels(rule)


def _labels(rule: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset((str(name), str(value)) for name, value in (rule.get("labels") or {}).items())


def _canonical(expression: str) -> str:
    """Prometheus tells an expression in its own layout: compare what was understood, not the text."""
    try:
        return str(promql_parser.parse(expression).prettify())
    except ValueError:
        return " ".join(expression.split())
