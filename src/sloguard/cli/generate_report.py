"""What `sloguard generate` found or did, as a diff with words, as JSON, and as annotations."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sloguard.cli.output import print_annotations, print_json, words

if TYPE_CHECKING:
    from sloguard.output import ComparedFile
    from sloguard.presentation.annotations import Annotation


class Purpose(StrEnum):
    WRITE = "write"
    PRUNE = "prune"
    """Write, and remove orphaned files."""
    CHECK = "check"
    DIFF = "diff"

    @property
    def writes(self) -> bool:
        return self in {Purpose.WRITE, Purpose.PRUNE}


class GenerateFormat(StrEnum):
    TABLE = "table"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"


def print_report(
    comparisons: "Sequence[ComparedFile]", purpose: Purpose, output: GenerateFormat, out: Path, *, quiet: bool
) -> None:
    from sloguard.output import unified_diff

    if output is GenerateFormat.JSON:
        print_json(_report(comparisons, purpose))
    elif output is not GenerateFormat.TABLE:
        print_annotations(_annotations(comparisons, purpose, out), gitlab=output is GenerateFormat.GITLAB)
    elif not purpose.writes:
        typer.echo(unified_diff(comparisons), nl=False)
    if not quiet:
        for line in (*_words(comparisons, purpose), *_meaning(comparisons, purpose)):
            words(line)


def _report(comparisons: "Sequence[ComparedFile]", purpose: Purpose) -> Mapping[str, object]:
    from sloguard.output import unified_diff

    files = []
    for comparison in comparisons:
        file: dict[str, object] = {"path": comparison.path, "state": _state(comparison, purpose)}
        if not purpose.writes:
            file["diff"] = unified_diff([comparison])
            file["changes"] = list(_meaning([comparison], purpose))
        files.append(file)
    return {"schema": "sloguard/generate/v1", "files": files}


def _annotations(comparisons: "Sequence[ComparedFile]", purpose: Purpose, out: Path) -> "Sequence[Annotation]":
    from sloguard.output import FileState
    from sloguard.presentation.annotations import Annotation

    if purpose.writes:
        return ()
    level = "error" if purpose is Purpose.CHECK else "note"
    return [
        Annotation(level, "generate", _told(comparison), (out / comparison.path).as_posix())
        for comparison in comparisons
        if comparison.state is not FileState.CURRENT
    ]


def _told(comparison: "ComparedFile") -> str:
    remedy = "--prune" if comparison.state.value == "orphaned" else ""
    command = f"Run `sloguard generate {remedy}".rstrip() + "`."
    return "\n".join(
        (f"{comparison.path} is {comparison.state.value}. {command}", *_meaning([comparison], Purpose.DIFF))
    )


def _meaning(comparisons: "Sequence[ComparedFile]", purpose: Purpose) -> Sequence[str]:
    """What changes for those on call, where rule files differ."""
    from sloguard.output import FileState
    from sloguard.rules import DIRECTORY
    from sloguard.rules.changes import changes

    # An orphaned file goes on firing until somebody removes it.
    told = {FileState.STALE} if purpose is Purpose.WRITE else {FileState.STALE, FileState.ORPHANED}
    differing = (each for each in comparisons if each.state in told and Path(each.path).parent.as_posix() == DIRECTORY)
    return [line for each in differing for line in changes(each.before, each.after)]


def _state(comparison: "ComparedFile", purpose: Purpose) -> str:
    """The state found; after writing, what was done about it."""
    from sloguard.output import FileState

    done = {FileState.MISSING: "created", FileState.STALE: "updated", FileState.CURRENT: "unchanged"}
    if purpose is Purpose.PRUNE:
        done[FileState.ORPHANED] = "removed"
    return done.get(comparison.state, "orphaned") if purpose.writes else comparison.state.value


def _words(comparisons: "Sequence[ComparedFile]", purpose: Purpose) -> Sequence[str]:
    """A line for each file that is not as it should be (or was not), and one that sums up."""
    states = [(comparison.path, _state(comparison, purpose)) for comparison in comparisons]
    lines = [f"{state}: {path}" for path, state in states if state not in {"current", "unchanged", "orphaned"}]
    lines += [
        f"orphaned: {path} was generated from what is no longer declared. Delete it, or generate with --prune."
        for path, state in states
        if state == "orphaned"
    ]
    differing = len(lines)
    if purpose is Purpose.CHECK and differing:
        lines.append(
            f"{differing} of {len(states)} generated files are not up to date. Run the same command without --check."
        )
    elif not differing:
        lines.append(f"All {len(states)} generated files are up to date.")
    return lines
