"""The reference of all codes, as Markdown."""

from sloguard.config import codes
from sloguard.config.codes.code import Code, Scope
from sloguard.config.problem import Level

_HEAD = """# Error codes

What `sloguard validate` can say about a file, one line each:

```
FILE:LINE:COL: SGnnn what is wrong (got …): why. What to do.
```

Errors make a file unusable. Warnings (SG1nn) and notes (SG2nn) do not; `--quiet` hides them.
SG3nn are found by `sloguard validate --live`, which asks Prometheus too; each is an error or a warning.
This page is generated from the codes themselves, and every example on it is tested.

| code | | what it means |
| --- | --- | --- |
"""
SCOPES = {Scope.FILE: "A file", Scope.TOP: "At the top of a file", Scope.SLO: "In an SLO"}


def code_pages() -> str:
    rows = "".join(f"| [{code.id}](#{code.id.lower()}) | {code.level.value} | {code.title} |\n" for code in codes.ALL)
    return _HEAD + rows + "".join(f"\n{_section(code)}" for code in codes.ALL)


def _section(code: Code) -> str:
    level = "" if code.level is Level.ERROR else f" ({code.level.value})"
    text = f"## {code.id}\n\n**{code.title}**{level}. {code.explanation}\n"
    if code.example:
        text += f"\n{SCOPES[code.scope]}:\n\n```yaml\n{visible(code.example)}```\n"
    return f"{text}\nWhat to do: {code.mend}\n"


def visible(example: str) -> str:
    """Control characters as the symbols that stand for them."""
    return "".join(chr(0x2400 + ord(each)) if ord(each) < ord(" ") and each != "\n" else each for each in example)
