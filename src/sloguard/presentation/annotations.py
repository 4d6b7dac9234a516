"""Findings where a reviewer reads them: as GitHub's workflow commands, or as GitLab's code quality report."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_GITLAB_LEVELS = {"error": "major", "warning": "minor", "note": "info"}


@dataclass(frozen=True, slots=True)
class Annotation:
    level: str
    """`error`, `warning` or `note`."""
    check: str
    """What looked: a problem's code, or a command's name."""
    message: str
    file: str = ""
    """Empty where it is about no file."""
    line: int = 1
    column: int = 1


def github_command(annotation: Annotation) -> str:
    """One line that GitHub shows beside the file: `::error file=slo.yaml,line=3,col=5,title=SG012::…`."""
    place = {"file": annotation.file, "line": str(annotation.line), "col": str(annotation.column)}
    properties = (place if annotation.file else {}) | {"title": annotation.check}
    text = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_GITHUB_LEVELS[annotation.level]} {text}::{_data(annotation.message)}"


def gitlab_report(annotations: Iterable[Annotation]) -> list[dict[str, object]]:
    """The document that GitLab takes as `artifacts:reports:codequality`."""
    return [
        {
            "description": each.message,
            "check_name": each.check,
            "fingerprint": _fingerprint(each),
            "severity": _GITLAB_LEVELS[each.level],
            "location": {"path": each.file, "lines": {"begin": each.line}},
        }
        for each in annotations
    ]


def _fingerprint(annotation: Annotation) -> str:
    """Stays the same while lines move, so that GitLab knows an old finding again."""
    parts = f"{annotation.check}\0{annotation.file}\0{annotation.message}"
    return hashlib.sha256(parts.encode("utf-8", "backslashreplace")).hexdigest()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
