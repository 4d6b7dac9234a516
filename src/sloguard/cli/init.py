"""`sloguard init`: a first slo.yaml, from what a Prometheus already has."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from sloguard.cli.options import DEFAULT_CONFIG, QuietOption
from sloguard.cli.output import words
from sloguard.errors import OutputError, UsageError

_STDOUT = Path("-")
_LONGEST_WINDOW = timedelta(days=365)
EXIT_NOTHING = 1

OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it; - prints it.")]
UrlOption = Annotated[
    str, typer.Option("--prometheus", metavar="URL", envvar="PROMETHEUS_URL", help="The Prometheus to look at.")
]


def init(
    *,
    prometheus: UrlOption = "http://127.0.0.1:9090",
    out: OutOption = DEFAULT_CONFIG,
    window: Annotated[str, typer.Option(help="Window of the objectives.")] = "30d",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Propose a slo.yaml: services and objectives from what Prometheus has seen in the last 30 days."""
    from sloguard.app.proposing import propose
    from sloguard.clock import utc_now

    length = _window(window)
    _check_url(prometheus)
    if out != _STDOUT and out.exists() and not force:
        raise OutputError(f"{out} is there already, and is left as it is. Give another --out, or --force.")
    proposal = propose(prometheus, length, utc_now())
    for metric in proposal.refused:
        words(f"{metric} is too large for this Prometheus to look at as a whole, and is left out.")
    if not proposal.slos:
        words(
            f"Nothing in {prometheus} can carry an SLO yet: no metric of a known HTTP, gRPC or proxy library has had "
            "enough requests. Write slo.yaml by hand, with your own metrics."
        )
        raise typer.Exit(EXIT_NOTHING)
    if proposal.errors:
        raise UsageError("\n".join(map(str, proposal.errors)))
    _write(proposal.text, out, force=force)
    if not quiet:
        where = "" if out == _STDOUT else f" in {out}. Next: sloguard validate --live {out}"
        words(f"Proposed: {_number(proposal.slos, 'SLO')} of {_number(proposal.services, 'service')}{where}")


def _number(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _window(text: str) -> timedelta:
    from sloguard.model.duration import parse_duration

    try:
        length = parse_duration(text)
    except ValueError:
        length = timedelta(0)
    if not timedelta(hours=1) <= length <= _LONGEST_WINDOW or length % timedelta(hours=1):
        raise UsageError(f"--window {text!r} is not a whole number of hours from 1h to 365d. Give 30d.")
    return length


def _check_url(url: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError("--prometheus is no address. Give one such as http://127.0.0.1:9090.")
    if parts.username or parts.password:
        raise UsageError("--prometheus holds credentials, which would stand in the file. Give it without them.")


def _write(text: str, out: Path, *, force: bool) -> None:
    if out == _STDOUT:
        sys.stdout.write(text)
        return
    if force:
        from sloguard.output import write_files

        write_files(out.parent, {out.name: text})
        return
    try:
        with out.open("x", encoding="utf-8") as file:  # it may have appeared while Prometheus was asked
            file.write(text)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror or error}. Give another --out.") from error
