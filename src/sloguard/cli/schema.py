"""`sloguard schema`: the JSON Schema of slo.yaml, for editors."""

from pathlib import Path
from typing import Annotated

import typer


def schema(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it here instead of to stdout.")
    ] = None,
) -> None:
    """Print the JSON Schema of slo.yaml: name it in a file's head, and editors complete and check.

    # yaml-language-server: $schema=./slo.schema.json
    """
    from sloguard.config.documents import schema_text
    from sloguard.errors import OutputError

    if out is None:
        typer.echo(schema_text(), nl=False)
        return
    try:
        out.write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror}. Check the path and its permissions.") from error
