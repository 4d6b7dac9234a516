"""`sloguard generate`: rules and dashboards as files, or what differs from the files that are there."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption, FormatOption, OutputFormat, QuietOption
from sloguard.cli.output import print_json, words

if TYPE_CHECKING:
    from sloguard.model.settings import Configuration
    from sloguard.output import ComparedFile


class Kind(StrEnum):
    RULES = "rules"
    DASHBOARDS = "dashboards"
    ALL = "all"


class Purpose(StrEnum):
    WRITE = "write"
    CHECK = "check"
    DIFF = "diff"


EXIT_STALE = 1

KindArgument = Annotated[Kind, typer.Argument(help="What to generate.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where alerting-rules/ and dashboards/ go.")]
CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if files are stale.")]
DiffOption = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")]


def generate(
    kind: KindArgument = Kind.ALL,
    *,
    out: OutOption = Path(),
    check: CheckOption = False,
    diff: DiffOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Write Prometheus rules and Grafana dashboards from slo.yaml: all files or none."""
    from sloguard.cli.loading import load_or_exit
    from sloguard.output import compare, write_files

    wanted, searched = _render(load_or_exit(config, quiet=quiet), kind)
    comparisons = compare(out, wanted, searched)
    purpose = Purpose.CHECK if check else Purpose.DIFF if diff else Purpose.WRITE
    changed = {item.path: item.after for item in comparisons if item.path in wanted and item.before != item.after}
    if purpose is Purpose.WRITE:
        write_files(out, changed)
    _print(comparisons, purpose, output, quiet=quiet)
    if purpose is Purpose.CHECK and (changed or len(comparisons) > len(wanted)):
        raise typer.Exit(EXIT_STALE)


def _render(
    configuration: "Configuration", kind: Kind
) -> tuple[Mapping[str, str], Mapping[str, Callable[[str], bool]]]:
    """The text of each file by path; and where orphaned files may be, each with the test that recognises one."""
    wanted: dict[str, str] = {}
    searched: dict[str, Callable[[str], bool]] = {}
    if kind in {Kind.RULES, Kind.ALL}:
        from sloguard import rules

        wanted |= rules.rule_files(configuration)
        searched[f"{rules.DIRECTORY}/*.yaml"] = rules.is_generated
    if kind in {Kind.DASHBOARDS, Kind.ALL}:
        from sloguard import dashboards

        wanted |= dashboards.dashboard_files(configuration)
        searched[f"{dashboards.DIRECTORY}/*.json"] = dashboards.is_generated
    return wanted, searched


def _print(comparisons: "Sequence[ComparedFile]", purpose: Purpose, output: OutputFormat, *, quiet: bool) -> None:
    from sloguard.output import unified_diff

    if output is OutputFormat.JSON:
        print_json(_report(comparisons, purpose))
    elif purpose is not Purpose.WRITE:
        typer.echo(unified_diff(comparisons), nl=False)
    if not quiet:
        for line in _words(comparisons, purpose):
            words(line)


def _report(comparisons: "Sequence[ComparedFile]", purpose: Purpose) -> Mapping[str, object]:
    from sloguard.output import unified_diff

    files = []
    for comparison in comparisons:
        file = {"path": comparison.path, "state": _state(comparison, purpose)}
        if purpose is not Purpose.WRITE:
            file["diff"] = unified_diff([comparison])
        files.append(file)
    return {"schema": "sloguard/generate/v1", "files": files}


def _state(comparison: "ComparedFile", purpose: Purpose) -> str:
    """The state found; after writing, what was done about it."""
    from sloguard.output import FileState

    done = {FileState.MISSING: "created", FileState.STALE: "updated", FileState.CURRENT: "unchanged"}
    return comparison.state.value if purpose is not Purpose.WRITE else done.get(comparison.state, "orphaned")


def _words(comparisons: "Sequence[ComparedFile]", purpose: Purpose) -> Sequence[str]:
    """A line for each file that is not as it should be (or was not), and one that sums up."""
    states = [(comparison.path, _state(comparison, purpose)) for comparison in comparisons]
    lines = [f"{state}: {path}" for path, state in states if state not in {"current", "unchanged", "orphaned"}]
    lines += [
        f"orphaned: {path} was generated from what is no longer declared. Delete it."
        for path, state in states
        if state == "orphaned"
    ]
    differing = len(lines)
    if purpose is Purpose.CHECK and differing:
        lines.append(f"{differing} of {len(states)} generated files are not up to date. Run `sloguard generate`.")
    elif not differing:
        lines.append(f"All {len(states)} generated files are up to date.")
    return lines
