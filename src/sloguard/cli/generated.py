"""What `sloguard generate` writes: the text of each file, by kind, and how generated files are known again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sloguard.model.settings import Configuration


class Kind(StrEnum):
    RULES = "rules"
    TESTS = "tests"
    DASHBOARDS = "dashboards"
    ALERTMANAGER = "alertmanager"
    KUBERNETES = "kubernetes"
    ALL = "all"
    """Rules, their tests and dashboards; the other kinds only where they are asked for."""


@dataclass(slots=True)
class Rendered:
    texts: dict[str, str] = field(default_factory=dict)
    """By path, relative to the output directory."""
    searched: dict[str, Callable[[str], bool]] = field(default_factory=dict)
    """Where orphaned files may be, each with the test that recognises one."""
    owned: dict[str, Callable[[str], bool]] = field(default_factory=dict)
    """By path, the test that tells a generated file from one that somebody wrote."""
    notes: list[str] = field(default_factory=list)
    """What was left out, and why."""

    def add(self, texts: Mapping[str, str], pattern: str, is_generated: Callable[[str], bool]) -> None:
        self.texts |= texts
        self.searched[pattern] = is_generated
        self.owned |= dict.fromkeys(texts, is_generated)


def rendered(configuration: "Configuration", kind: Kind) -> Rendered:
    result = Rendered()
    for wanted, add in _RENDERERS.items():
        if kind is wanted or (kind is Kind.ALL and wanted in _ALL):
            add(configuration, result)
    return result


def _rules(configuration: "Configuration", result: Rendered) -> None:
    from sloguard import rules
    from sloguard.rules.unruled import unruled

    result.add(rules.rule_files(configuration), f"{rules.DIRECTORY}/*.yaml", rules.is_generated)
    # Who relies on the rules alone must know what they do not watch; the rule files say it too.
    left_out = ((slo.id, unruled(slo)) for slo in configuration.slos)
    result.notes += [f"Without rules: {slo}, because {why}. The daemon watches it." for slo, why in left_out if why]


def _tests(configuration: "Configuration", result: Rendered) -> None:
    from sloguard.rules import trials

    made = trials.trial_files(configuration)
    result.add(made.texts, f"{trials.DIRECTORY}/*_test*.yaml", trials.is_generated)
    result.notes += [f"Without rule tests: {slo}, because {why}." for slo, why in made.left_out.items()]


def _dashboards(configuration: "Configuration", result: Rendered) -> None:
    from sloguard import dashboards

    files = dashboards.dashboard_files(configuration)
    result.add(files, f"{dashboards.DIRECTORY}/*.json", dashboards.is_generated)


def _alertmanager(configuration: "Configuration", result: Rendered) -> None:
    from sloguard.rules import alertmanager

    files = alertmanager.alertmanager_files(configuration)
    result.add(files, f"{alertmanager.DIRECTORY}/*.yaml", alertmanager.is_generated)


def _kubernetes(configuration: "Configuration", result: Rendered) -> None:
    from sloguard import dashboards, rules
    from sloguard.rules import kubernetes

    files = kubernetes.manifest_files(rules.rule_files(configuration), dashboards.dashboard_files(configuration))
    result.add(files, f"{kubernetes.DIRECTORY}/*.yaml", kubernetes.is_generated)


_RENDERERS = {
    Kind.RULES: _rules,
    Kind.TESTS: _tests,
    Kind.DASHBOARDS: _dashboards,
    Kind.ALERTMANAGER: _alertmanager,
    Kind.KUBERNETES: _kubernetes,
}
_ALL = frozenset({Kind.RULES, Kind.TESTS, Kind.DASHBOARDS})
