"""Results go to stdout, words to stderr."""

import json
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sloguard.presentation.annotations import Annotation


def print_json(document: object) -> None:
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


def words(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def print_annotations(annotations: "Sequence[Annotation]", *, gitlab: bool) -> None:
    """Where a reviewer sees them: on GitHub, or on GitLab."""
    from sloguard.presentation.annotations import github_command, gitlab_report

    if gitlab:
        print_json(gitlab_report(annotations))
        return
    for annotation in annotations:
        sys.stdout.write(f"{github_command(annotation)}\n")
