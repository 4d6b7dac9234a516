"""The `sloguard` command: its options, and the one place where an error becomes words and an exit code."""


import typer

EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="sloguard",
    help="Exact error budgets, true alerts, dashboards and rules as code, from one slo.yaml.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
