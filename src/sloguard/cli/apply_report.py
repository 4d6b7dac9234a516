"""What `sloguard apply` would change or has changed: a diff, words, and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import typer

from sloguard.cli.options import OutputFormat
from sloguard.cli.output import print_json, words
from sloguard.output.compare import ComparedFile, FileState, unified_diff
from sloguard.publish import Change, ChangeKind, Plan
from sloguard.rules.changes import changes as rule_changes

_STATE = {
    ChangeKind.CREATE: FileState.MISSING,
    ChangeKind.UPDATE: FileState.STALE,
    ChangeKind.REMOVE: FileState.ORPHANED,
}
_DONE = {ChangeKind.CREATE: "created", ChangeKind.UPDATE: "updated", ChangeKind.REMOVE: "removed"}


@dataclass(frozen=True, slots=True)
class ApplyReport:
    plans: Sequence[Plan]
    made: bool
    """The changes are made, not just shown."""

    def print_diff(self, output: OutputFormat, *, quiet: bool) -> None:
        """Before anything is changed: what it means for those on call, and without `made` every line of it."""
        if output is OutputFormat.TABLE and not self.made:
            typer.echo(unified_diff([_compared(change) for plan in self.plans for change in plan.changes]), nl=False)
        if not quiet:
            for line in self._meaning():
                words(line)

    def print_result(self, output: OutputFormat, *, quiet: bool) -> None:
        if output is OutputFormat.JSON:
            print_json(self._document())
        for plan in self.plans:
            for name, why in plan.conflicts.items():
                words(f"{plan.target.noun} {name} {why.value}. Look at it, and take it over with --force.")
            if not quiet:
                for line in self._lines(plan):
                    words(line)
        if any(plan.conflicts for plan in self.plans):
            words("Nothing has been changed.")

    def _meaning(self) -> Iterator[str]:
        groups = [change for plan in self.plans for change in plan.changes if change.target.noun == "rule group"]
        yield from rule_changes(_joined(_before(each) for each in groups), _joined(_after(each) for each in groups))

    def _lines(self, plan: Plan) -> Iterator[str]:
        for change in plan.changes:
            done = _DONE[change.kind]
            yield f"{done if self.made else f'would be {done}'}: {plan.target.noun} {change.name}"
        for name in plan.orphans:
            why = "was pushed for what is no longer declared. Remove it with --prune."
            yield f"orphaned: {plan.target.noun} {name} {why}"
        if not plan.changes and not plan.conflicts:
            yield f"{plan.target.title}: nothing to do, {plan.current} {plan.target.noun}s are as they should be."

    def _document(self) -> Mapping[str, object]:
        return {
            "schema": "sloguard/apply/v1",
            "applied": self.made,
            "targets": [
                {
                    "target": plan.target.title,
                    "changes": [_row(change) for change in plan.changes],
                    "conflicts": [{"name": name, "reason": why.value} for name, why in plan.conflicts.items()],
                    "orphans": list(plan.orphans),
                    "unchanged": plan.current,
                }
                for plan in self.plans
            ],
            "meaning": list(self._meaning()),
        }


def _row(change: Change) -> Mapping[str, object]:
    return {"name": change.name, "kind": change.kind.value, "diff": unified_diff([_compared(change)])}


def _compared(change: Change) -> ComparedFile:
    suffix = "yaml" if change.target.noun == "rule group" else "json"
    path = f"{change.target.noun.replace(' ', '-')}s/{change.name}.{suffix}"
    return ComparedFile(path, _STATE[change.kind], _before(change), _after(change))


def _before(change: Change) -> str:
    return change.before.text if change.before else ""


def _after(change: Change) -> str:
    return change.after.text if change.after else ""


def _joined(texts: Iterator[str]) -> str:
    """The groups of several files in one."""
    groups = [text.removeprefix("groups:\n") for text in texts if text]
    return "groups:\n" + "".join(groups) if groups else ""
