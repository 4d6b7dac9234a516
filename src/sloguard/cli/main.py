"""The `sloguard` command: its subcommands, and the one place where an error becomes words and an exit code."""

import sys

import typer

from sloguard.cli.apply import apply
from sloguard.cli.attending import ack, held_back
from sloguard.cli.backtest import backtest
from sloguard.cli.check import check
from sloguard.cli.compact import compact
from sloguard.cli.correct import correct
from sloguard.cli.demo import demo
from sloguard.cli.doctor import doctor
from sloguard.cli.exclude import exclude
from sloguard.cli.explain import explain
from sloguard.cli.generate import generate
from sloguard.cli.history import history
from sloguard.cli.init import init
from sloguard.cli.preview import preview
from sloguard.cli.recounts import recounts
from sloguard.cli.replay import replay
from sloguard.cli.run import run
from sloguard.cli.schema import schema
from sloguard.cli.silence import silence
from sloguard.cli.status import status
from sloguard.cli.store_care import backup, restore, verify
from sloguard.cli.validate import validate
from sloguard.errors import SloguardError

app = typer.Typer(
    name="sloguard",
    help="Exact error budgets, true alerts, dashboards and rules as code, from one slo.yaml.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS = (
    init,
    validate,
    doctor,
    generate,
    apply,
    replay,
    recounts,
    status,
    history,
    check,
    backtest,
    run,
    preview,
    ack,
    held_back,
    compact,
    backup,
    restore,
    verify,
    explain,
    schema,
    demo,
)
for _command in _COMMANDS:
    app.command()(_command)

app.add_typer(silence, name="silence", no_args_is_help=True)
app.add_typer(exclude, name="exclude", no_args_is_help=True)
app.add_typer(correct, name="correct", no_args_is_help=True)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as installed_version

    typer.echo(installed_version("sloguard"))


EXIT_NO_OUTPUT = 3


def main() -> None:
    try:
        app()
    except SloguardError as error:
        sys.stderr.write(f"sloguard: {error}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        # Files and servers have their own errors: what is left is a stdout that cannot take the result.
        sys.stderr.write(f"sloguard: the output cannot be written: {error.strerror or error}\n")
        sys.exit(EXIT_NO_OUTPUT)
