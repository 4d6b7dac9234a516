"""`sloguard generate`: rules, their tests and dashboards as files, or what differs from the files that are there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from sloguard.cli.generate_report import GenerateFormat, Purpose, print_report
from sloguard.cli.generated import Kind, rendered
from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption, QuietOption
from sloguard.cli.output import words
from sloguard.errors import OutputError

EXIT_STALE = 1

KindArgument = Annotated[Kind, typer.Argument(help="What to generate.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where alerting-rules/ and dashboards/ go.")]
CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 with a diff if files are stale.")]
DiffOption = Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")]
PruneOption = Annotated[bool, typer.Option("--prune", help="Remove what was generated from what is gone.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that sloguard has not written, too.")]
ReportOption = Annotated[GenerateFormat, typer.Option("--format", help="How to print the result.")]


def generate(
    kind: KindArgument = Kind.ALL,
    *,
    out: OutOption = Path(),
    check: CheckOption = False,
    diff: DiffOption = False,
    prune: PruneOption = False,
    force: ForceOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: ReportOption = GenerateFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Write Prometheus rules, their tests and Grafana dashboards from slo.yaml: all files or none."""
    from sloguard.cli.loading import load_or_exit
    from sloguard.output import FileState, compare, finish_interrupted, write_files

    wanted = rendered(load_or_exit(config), kind)
    purpose = Purpose.CHECK if check else Purpose.DIFF if diff else Purpose.PRUNE if prune else Purpose.WRITE
    if purpose.writes and finish_interrupted(out) and not quiet:
        words("Finished what an interrupted run had begun to write.")
    comparisons = compare(out, wanted.texts, wanted.searched)
    changed = {item.path: item.after for item in comparisons if item.state in {FileState.MISSING, FileState.STALE}}
    orphaned = [item.path for item in comparisons if item.state is FileState.ORPHANED]
    if purpose.writes:
        if not force:
            stale = {item.path: item.before for item in comparisons if item.state is FileState.STALE}
            _refuse_foreign(out, stale, wanted.owned)
        write_files(out, changed, orphaned if prune else ())
    print_report(comparisons, purpose, output, out, quiet=quiet)
    if not quiet:
        for note in wanted.notes:
            words(note)
    if purpose is Purpose.CHECK and (changed or orphaned):
        raise typer.Exit(EXIT_STALE)


def _refuse_foreign(out: Path, before: Mapping[str, str], owned: Mapping[str, Callable[[str], bool]]) -> None:
    """What somebody wrote by hand is not overwritten unasked."""
    for path, text in before.items():
        if text.strip() and not owned[path](text):
            raise OutputError(
                f"{out / path} was not written by sloguard. Move it away, or overwrite it with --force. "
                "No file was changed."
            )
