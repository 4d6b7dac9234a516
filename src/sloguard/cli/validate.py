"""`sloguard validate`: all that is wrong with a file, at once."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.loading import EXIT_INVALID, is_shown, print_problems
from sloguard.cli.logs import warnings_alone
from sloguard.cli.options import DEFAULT_CONFIG, PrometheusOption, QuietOption
from sloguard.cli.output import print_annotations, print_json
from sloguard.errors import UsageError

if TYPE_CHECKING:
    from sloguard.config import Loaded, Problem
    from sloguard.presentation.annotations import Annotation


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"


FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        envvar="SLOGUARD_CONFIG",
        readable=False,
        help="What to check, each on its own: files, directories, patterns in quotes.",
        show_default=str(DEFAULT_CONFIG),
    ),
]


def validate(
    files: FilesArgument = None,
    *,
    output: Annotated[ReportFormat, typer.Option("--format", help="How to print the result.")] = ReportFormat.TEXT,
    live: Annotated[
        bool, typer.Option("--live", help="Ask Prometheus too, whether the metrics are as declared.")
    ] = False,
    prometheus: PrometheusOption = None,
    quiet: QuietOption = False,
) -> None:
    """Check slo.yaml: every problem with its line, column, code, and what to do. Exits 1 if there is an error."""
    from sloguard.config import load

    if prometheus is not None and not live:
        raise UsageError("--prometheus is asked only with --live.")
    results = [(_shown(path), load(path, os.environ)) for path in files or [DEFAULT_CONFIG]]
    if live:
        results = [(path, _with_live(loaded, prometheus)) for path, loaded in results]
    if output is ReportFormat.JSON:
        documents = [_document(path, loaded, quiet=quiet) for path, loaded in results]
        print_json({"schema": "sloguard/validate/v1", "files": documents})
    elif output is ReportFormat.TEXT:
        for path, loaded in results:
            print_problems(problem for problem in loaded.problems if is_shown(problem, quiet=quiet))
            if loaded.configuration is not None:
                typer.echo(f"{path}: {_counted(*_sizes(loaded))}, valid")
    else:
        shown = [each for _, loaded in results for each in loaded.problems if is_shown(each, quiet=quiet)]
        print_annotations([_annotation(each) for each in shown], gitlab=output is ReportFormat.GITLAB)
    if any(loaded.configuration is None for _, loaded in results):
        raise typer.Exit(EXIT_INVALID)


def _annotation(problem: "Problem") -> "Annotation":
    from sloguard.presentation.annotations import Annotation

    return Annotation(problem.level.value, problem.code, problem.message, problem.file, problem.line, problem.column)


@warnings_alone()
def _with_live(loaded: "Loaded", prometheus: str | None) -> "Loaded":
    """The same, with what Prometheus shows; not valid any more if that is an error."""
    from dataclasses import replace

    from sloguard.app.live import check_live
    from sloguard.clock import utc_now
    from sloguard.config import Level

    found = check_live(loaded, prometheus, utc_now())
    problems = sorted((*loaded.problems, *found), key=lambda each: (each.file, each.line, each.column, each.code))
    is_valid = not any(each.level is Level.ERROR for each in found)
    return replace(loaded, problems=tuple(problems), configuration=loaded.configuration if is_valid else None)


def _shown(path: Path) -> str:
    """A path may hold bytes that no terminal and no JSON can."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _document(path: str, loaded: "Loaded", *, quiet: bool) -> dict[str, object]:
    services, slos = _sizes(loaded)
    return {
        "file": path,
        "valid": loaded.configuration is not None,
        "services": services,
        "slos": slos,
        "problems": [_problem(problem) for problem in loaded.problems if is_shown(problem, quiet=quiet)],
    }


def _problem(problem: "Problem") -> dict[str, object]:
    return {
        "code": problem.code,
        "level": problem.level.value,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
    }


def _sizes(loaded: "Loaded") -> tuple[int, int]:
    """Services and SLOs; none of a file that is not valid."""
    configuration = loaded.configuration
    return (0, 0) if configuration is None else (len(configuration.services), len(configuration.slos))


def _counted(services: int, slos: int) -> str:
    return f"{services} service{'' if services == 1 else 's'}, {slos} SLO{'' if slos == 1 else 's'}"
