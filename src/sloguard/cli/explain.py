"""`sloguard explain SG012`: what a code means, how it looks, and how it is mended."""

from typing import TYPE_CHECKING, Annotated

import typer

from sloguard.cli.options import FormatOption, OutputFormat
from sloguard.cli.output import print_json
from sloguard.errors import UsageError

if TYPE_CHECKING:
    from sloguard.config.codes import Code


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As messages show it: SG012, or 12.")],
    *,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Explain a problem that `validate` found: what it means, an example, and what to do."""
    found = _code(code)
    if output is OutputFormat.JSON:
        print_json(_document(found))
    else:
        typer.echo(_page(found), nl=False)


def _code(text: str) -> "Code":
    from difflib import get_close_matches

    from sloguard.config.codes import ALL, BY_ID

    wanted = text.strip().upper()
    if wanted.isascii() and wanted.isdigit():
        wanted = f"SG{wanted:0>3}"
    if wanted in BY_ID:
        return BY_ID[wanted]
    close = get_close_matches(wanted[:20], BY_ID, n=3)
    do = f"Did you mean {', '.join(close)}?" if close else f"They go from {ALL[0].id} to {ALL[-1].id}."
    raise UsageError(f"there is no code {ascii(text)[1:-1][:40]}. {do}")


def _document(code: "Code") -> dict[str, object]:
    return {
        "schema": "sloguard/explain/v1",
        "code": code.id,
        "level": code.level.value,
        "title": code.title,
        "explanation": code.explanation,
        "example": code.example or None,
        "mend": code.mend,
    }


def _page(code: "Code") -> str:
    import textwrap

    from sloguard.config.code_pages import SCOPES, visible

    parts = [f"{code.id} ({code.level.value}): {code.title}", textwrap.fill(code.explanation, 100)]
    if code.example:
        parts.append(f"{SCOPES[code.scope]}:\n\n{textwrap.indent(visible(code.example), '    ').rstrip()}")
    parts.append(textwrap.fill(f"What to do: {code.mend}", 100))
    return "\n\n".join(parts) + "\n"
