"""`sloguard validate`: all that is wrong with a file, at once."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.loading import EXIT_INVALID, is_shown, print_problems
from sloguard.cli.options import DEFAULT_CONFIG, QuietOption
from sloguard.cli.output import print_json

if TYPE_CHECKING:
    from sloguard.config import Loaded, Problem


class ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(envvar="SLOGUARD_CONFIG", help="Files to check.", show_default=str(DEFAULT_CONFIG)),
]


def validate(
    files: FilesArgument = None,
    *,
    output: Annotated[ReportFormat, typer.Option("--format", help="How to print the result.")] = ReportFormat.TEXT,
    quiet: QuietOption = False,
) -> None:
    """Check slo.yaml: every problem with its line, column, code, and what to do. Exits 1 if there is an error."""
    from sloguard.config import load

    results = [(_shown(path), load(path, os.environ)) for path in files or [DEFAULT_CONFIG]]
    if output is ReportFormat.JSON:
        documents = [_document(path, loaded, quiet=quiet) for path, loaded in results]
        print_json({"schema": "sloguard/validate/v1", "files": documents})
    else:
        for path, loaded in results:
            print_problems(problem for problem in loaded.problems if is_shown(problem, quiet=quiet))
            if loaded.configuration is not None:
                typer.echo(f"{path}: {_counted(*_sizes(loaded))}, valid")
    if any(loaded.configuration is None for _, loaded in results):
        raise typer.Exit(EXIT_INVALID)


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
