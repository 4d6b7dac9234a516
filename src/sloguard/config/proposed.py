"""A proposed policy: another slo.yaml, or a file with `alerting` alone, which then holds for every SLO."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sloguard.config import nodes
from sloguard.config.compose import compose_any
from sloguard.config.load import load
from sloguard.config.plain import PlainData
from sloguard.config.policies import STANDARD, Policy, PolicyReader
from sloguard.config.problem import Problem, one_line
from sloguard.config.promise import Promise
from sloguard.config.report import Report
from sloguard.config.schema.alerting import Alerting
from sloguard.config.schema.entry import Entry
from sloguard.config.shape import checked
from sloguard.config.source import decode, read_bytes
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo

_VERSION = "version"
_ALERTING = "alerting"


@dataclass(frozen=True, slots=True)
class Proposed:
    configuration: Configuration | None
    """None if and only if there is an error among the problems."""
    problems: tuple[Problem, ...]


class PolicyFile(Entry):
    alerting: Alerting


def load_proposed(path: Path, environ: Mapping[str, str], current: Configuration) -> Proposed:
    """Read a proposed policy.

    Args:
        path: a whole configuration (file, directory or pattern), or a file with the key `alerting` alone.
        environ: the environment that `${NAME}` refers to.
        current: what such a policy is put on.
    """
    report = Report(one_line(str(path), 4096))
    root = _policy_file(path, report)
    if root is None:
        loaded = load(path, environ)
        return Proposed(loaded.configuration, loaded.problems)
    report.root = root
    data = PlainData(environ, report).mapping(root)
    data.pop(_VERSION, None)
    entry = checked(PolicyFile, data, (), report)
    configuration = None
    if entry is not None:
        reader = PolicyReader(report, current.evaluation.slice)
        policy = reader.policy(entry.alerting, (_ALERTING,), STANDARD)
        configuration = _with_policy(current, policy, reader)
    return Proposed(None if report.has_errors else configuration, tuple(report.problems()))


def _policy_file(path: Path, report: Report) -> nodes.Mapping | None:
    """The content of a file that has nothing but a policy; None for anything else, which is a whole configuration."""
    silent = Report(report.file)
    content = read_bytes(path, silent)
    text = decode(content, silent) if content is not None else None
    root = compose_any(text, silent) if text is not None else None
    if isinstance(root, nodes.Mapping) and _ALERTING in root.entries and root.entries.keys() <= {_VERSION, _ALERTING}:
        return root
    return None


def _with_policy(current: Configuration, policy: Policy, reader: PolicyReader) -> Configuration:
    def judged(slo: Slo) -> Slo:
        length = slo.timeslices.length if slo.timeslices else None
        promise = Promise(slo.declared_id, (), slo.objective_ratio, slo.window.nominal, length)
        return replace(slo, policy=reader.resolved(policy, promise))

    services = tuple(replace(service, slos=tuple(judged(slo) for slo in service.slos)) for service in current.services)
    return replace(current, services=services)
