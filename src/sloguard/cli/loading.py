"""Reads the configuration for a command, or ends it with what is wrong."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sloguard.config import Problem
    from sloguard.model.settings import Configuration

EXIT_INVALID = 1
_COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW, "note": typer.colors.CYAN}


def load_or_exit(path: Path, *, warnings: bool = False) -> "Configuration":
    """The configuration. Errors go to stderr; notes are for `validate` alone.

    Args:
        path: the file, directory or pattern.
        warnings: whether warnings go there, too: where the configuration is put to work, not each time it is looked at.

    Raises:
        typer.Exit: there is an error.
    """
    from sloguard.config import Level, load

    loaded = load(path, os.environ)
    shown = {Level.ERROR, Level.WARNING} if warnings else {Level.ERROR}
    print_problems(problem for problem in loaded.problems if problem.level in shown)
    if loaded.configuration is None:
        raise typer.Exit(EXIT_INVALID)
    return loaded.configuration


def is_shown(problem: "Problem", *, quiet: bool) -> bool:
    """Quiet leaves the errors."""
    return problem.level.value == "error" or not quiet


def print_problems(problems: "Iterable[Problem]") -> None:
    """One line each on stderr, in colour on a terminal."""
    colour = None if sys.stderr.isatty() and "NO_COLOR" not in os.environ else False
    for problem in problems:
        level = "" if problem.level.value == "error" else f" {problem.level.value}:"
        code = typer.style(f"{problem.code}{level}", fg=_COLOURS[problem.level.value])
        place = f"{problem.file}:{problem.line}:{problem.column}"
        typer.echo(f"{place}: {code} {problem.message}", err=True, color=colour)
