"""The documents that are generated from the loader: JSON Schema, reference of the fields, table of the codes.

`python -m sloguard.config.documents docs` writes them.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from sloguard.config.code_pages import code_pages
from sloguard.config.field_pages import field_pages
from sloguard.config.json_schema import for_editors, json_schema


def documents() -> Mapping[str, str]:
    """Content by file name."""
    return {
        "slo.schema.json": schema_text(),
        "slo-yaml.md": field_pages(json_schema()),
        "error-codes.md": code_pages(),
    }


def schema_text() -> str:
    """The JSON Schema as a file."""
    return json.dumps(for_editors(json_schema()), indent=2, ensure_ascii=False) + "\n"


def main(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in documents().items():
        (directory / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
