"""The way from a file to a configuration: read, parse, check, convert. Every step reports what it can."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sloguard.config.assembly import Assembly
from sloguard.config.backup import backup_settings
from sloguard.config.composites import check_composites
from sloguard.config.credentials import Credentials
from sloguard.config.messages import message_templates
from sloguard.config.named_files import NamedFiles
from sloguard.config.places import Places
from sloguard.config.plain import PlainData
from sloguard.config.policies import PolicyReader
from sloguard.config.problem import Problem, one_line
from sloguard.config.publishing import apply_settings
from sloguard.config.quiet import MaintenanceReader, api_token, folding, reminders
from sloguard.config.receivers import ReceiverReader
from sloguard.config.report import Report
from sloguard.config.retention import check_retention, retention_settings
from sloguard.config.routes import RouteReader, declared_receivers, warn_about_routes
from sloguard.config.schema.file import FileEntry, FileShell
from sloguard.config.schema.service import DefaultsEntry
from sloguard.config.schema.surroundings import (
    EvaluationEntry,
    MessagesEntry,
    NotifyEntry,
    PrometheusEntry,
    RetentionEntry,
)
from sloguard.config.self_alert import blindness
from sloguard.config.services import ServiceReader
from sloguard.config.shape import checked
from sloguard.config.surroundings import PrometheusReader, evaluation_settings
from sloguard.config.templates import with_templates
from sloguard.config.union import united
from sloguard.config.upstreams import check_upstreams
from sloguard.config.versions import LANGUAGES, Languages
from sloguard.model.settings import Configuration

_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file."""

    configuration: Configuration | None
    """None if and only if there is an error among the problems."""
    problems: tuple[Problem, ...]
    """By file and place."""
    places: Places


def load(path: Path, environ: Mapping[str, str], languages: Languages = LANGUAGES) -> Loaded:
    """Read a configuration. Nothing about its files raises: what is wrong is among the problems.

    Args:
        path: a file, a directory (all *.yaml and *.yml in it) or a pattern.
        environ: the environment that `${NAME}` refers to.
        languages: the versions of the language that can be read.
    """
    assembly = Assembly(Report(one_line(str(path), _LONGEST_PATH)), environ, languages)
    assembly.read(path)
    return _loaded(assembly)


def load_text(
    text: bytes, file: str, environ: Mapping[str, str], base_dir: Path, languages: Languages = LANGUAGES
) -> Loaded:
    """Like `load`, for a file's content.

    Args:
        text: the content.
        file: what messages call it.
        environ: the environment that `${NAME}` refers to.
        base_dir: where relative paths of other files start.
        languages: the versions of the language that can be read.
    """
    assembly = Assembly(Report(file), environ, languages)
    assembly.read_text(text, base_dir / Path(file).name)
    return _loaded(assembly)


def _loaded(assembly: Assembly) -> Loaded:
    report = assembly.report
    configuration = _configuration(assembly) if assembly.complete else None
    problems = tuple(report.problems())
    return Loaded(None if report.has_errors else configuration, problems, Places.of(report))


def _configuration(assembly: Assembly) -> Configuration:
    report, documents = assembly.report, assembly.documents
    root = report.root = with_templates(united(documents, report), report)
    data = PlainData(assembly.environ, report).mapping(root)
    directories = {document.file: document.path.parent for document in documents}
    return _converted(data, NamedFiles(documents[0].path.parent, report, directories), report)


def _converted(data: Mapping[str, object], files: NamedFiles, report: Report) -> Configuration:
    shell = _shell(data, report)
    secrets = Credentials(files, report)
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
        no_data_route=route_reader.no_data(shell.routes, ("routes",)),
        blindness=blindness(shell.self_alert, report),
        maintenance=MaintenanceReader(report, data.get("services")).windows(shell.maintenance),
        folding=folding(shell.folding, report),
        reminders=reminders(shell.reminders, report),
        api_token=api_token(shell.web, secrets, report),
        apply=apply_settings(shell.apply, report, secrets),
        retention=retention_settings(shell.retention or RetentionEntry()),
        backup=backup_settings(shell.backup, files, report),
        web_url=(shell.web_url or "").rstrip("/"),
        message_templates=message_templates(shell.messages or MessagesEntry(), files, report),
    )
    check_retention(configuration, report)
    check_composites(configuration.services, data.get("services"), report)
    check_upstreams(configuration.slos, data.get("services"), report)
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
