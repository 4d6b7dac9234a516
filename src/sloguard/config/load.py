"""The way from a file to a configuration: read, parse, check, convert. Every step reports what it can."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sloguard.config.compose import compose
from sloguard.config.credentials import Credentials
from sloguard.config.plain import PlainData
from sloguard.config.policies import PolicyReader
from sloguard.config.problem import Problem, one_line
from sloguard.config.receivers import ReceiverReader
from sloguard.config.report import Report
from sloguard.config.routes import RouteReader, declared_receivers, warn_about_routes
from sloguard.config.schema.file import FileEntry, FileShell
from sloguard.config.schema.service import DefaultsEntry
from sloguard.config.schema.surroundings import EvaluationEntry, NotifyEntry, PrometheusEntry
from sloguard.config.services import ServiceReader
from sloguard.config.shape import checked
from sloguard.config.source import decode, read_bytes
from sloguard.config.surroundings import PrometheusReader, evaluation_settings
from sloguard.config.versions import is_readable
from sloguard.model.settings import Configuration

_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file."""

    configuration: Configuration | None
    """None if and only if there is an error among the problems."""
    problems: tuple[Problem, ...]
    """By place."""


def load(path: Path, environ: Mapping[str, str]) -> Loaded:
    """Read a file and all that it refers to. Nothing about the file raises: what is wrong is among the problems."""
    file = one_line(str(path), _LONGEST_PATH)
    report = Report(file)
    content = read_bytes(path, report)
    if content is None:
        return Loaded(None, tuple(report.problems()))
    return load_text(content, file, environ, path.parent)


def load_text(text: bytes, file: str, environ: Mapping[str, str], base_dir: Path) -> Loaded:
    """Like `load`, for a file's content.

    Args:
        text: the content.
        file: what messages call it.
        environ: the environment that `${NAME}` refers to.
        base_dir: where relative paths of other files start.
    """
    report = Report(file)
    configuration = _configuration(text, environ, base_dir, report)
    problems = tuple(report.problems())
    return Loaded(None if report.has_errors else configuration, problems)


def _configuration(content: bytes, environ: Mapping[str, str], base_dir: Path, report: Report) -> Configuration | None:
    text = decode(content, report)
    root = compose(text, report) if text is not None else None
    if root is None:
        return None
    report.root = root
    data = PlainData(environ, report).mapping(root)
    if not is_readable(data, report):
        return None
    return _converted(data, Credentials(base_dir, report), report)


def _converted(data: Mapping[str, object], secrets: Credentials, report: Report) -> Configuration:
    shell = _shell(data, report)
    prometheus = PrometheusReader(shell.prometheus or PrometheusEntry(), report, secrets).settings()
    evaluation = evaluation_settings(shell.evaluation or EvaluationEntry(), prometheus, report)
    receivers = ReceiverReader(report, secrets).receivers(shell.notify or NotifyEntry())
    route_reader = RouteReader(report, declared_receivers(data))
    policies = PolicyReader(report, evaluation.slice)
    services = ServiceReader(report, policies, route_reader, shell.defaults or DefaultsEntry())
    configuration = Configuration(
        services=services.services(data.get("services")),
        prometheus=prometheus,
        evaluation=evaluation,
        receivers=tuple(receivers),
        routes=route_reader.routes(shell.routes, ("routes",)),
    )
    if not report.has_errors:  # a route with an error leads nowhere for another reason
        warn_about_routes(configuration, report)
    return configuration


def _shell(data: Mapping[str, object], report: Report) -> FileShell:
    """The file's sections. A faulty one is reported and left out, so that the others are still looked at."""
    shell = checked(FileShell, {"version": 1, **data}, (), report, keys_of=FileEntry)
    if shell is not None:
        return shell
    ignored = Report(report.file)
    sections: dict[str, object] = {}
    for key in FileShell.model_fields.keys() & data.keys() - _LEAST.keys():
        alone = checked(FileShell, {**_LEAST, key: data[key]}, (), ignored)
        if alone is not None:
            sections[key] = getattr(alone, key)
    return FileShell.model_validate({**_LEAST, **sections})


_LEAST: Mapping[str, object] = {"version": 1, "services": [{}]}
