"""`sloguard apply`: rules to a ruler, dashboards to Grafana; compared first, all or nothing."""

from enum import StrEnum
from typing import Annotated

import typer

from sloguard.cli.options import DEFAULT_CONFIG, ConfigOption, FormatOption, OutputFormat, QuietOption

EXIT_CONFLICT = 1


class What(StrEnum):
    ALL = "all"
    RULES = "rules"
    DASHBOARDS = "dashboards"


WhatArgument = Annotated[What, typer.Argument(help="What to push.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Change nothing; print what would change, as a diff.")]
PruneOption = Annotated[bool, typer.Option("--prune", help="Remove what was pushed for what is gone.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Take over what others have changed or made.")]


def apply(
    what: WhatArgument = What.ALL,
    *,
    dry_run: DryRunOption = False,
    prune: PruneOption = False,
    force: ForceOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    output: FormatOption = OutputFormat.TABLE,
    quiet: QuietOption = False,
) -> None:
    """Push rules to a ruler and dashboards to Grafana: all of them, or nothing is changed."""
    from sloguard.app.publishing import planned_changes
    from sloguard.cli.apply_report import ApplyReport
    from sloguard.cli.generated import Kind, rendered
    from sloguard.cli.loading import load_or_exit
    from sloguard.publish import carry_out

    configuration = load_or_exit(config)
    rules = rendered(configuration, Kind.RULES).texts if what is not What.DASHBOARDS else None
    dashboards = rendered(configuration, Kind.DASHBOARDS).texts if what is not What.RULES else None
    with planned_changes(configuration.apply, rules, dashboards, prune=prune, force=force) as plans:
        conflicts = any(plan.conflicts for plan in plans)
        report = ApplyReport(plans, made=not (dry_run or conflicts))
        report.print_diff(output, quiet=quiet)
        if report.made:
            carry_out([change for plan in plans for change in plan.changes])
        report.print_result(output, quiet=quiet)
    if conflicts:
        raise typer.Exit(EXIT_CONFLICT)
