"""Which languages of slo.yaml this program reads."""

from collections.abc import Mapping
from decimal import Decimal

from sloguard.config.codes import shape
from sloguard.config.problem import Place
from sloguard.config.report import Report

CURRENT = 1


def is_readable(data: Mapping[str, object], report: Report) -> bool:
    """Whether the rest of the file can be understood. A missing version is a problem, but no obstacle."""
    version = data.get("version")
    if isinstance(version, Decimal) and version == CURRENT:
        return True
    path = ("version",)
    if version is None:
        if not report.has(path):
            report.add(shape.VERSION, Place(1, 1), "the file has no version", f"Add `version: {CURRENT}` at its top.")
        return True
    if version == str(CURRENT):
        report.at(shape.VERSION, path, "version must be a number", f"Write version: {CURRENT}, without quotes.")
        return True
    is_newer = isinstance(version, Decimal) and version > CURRENT
    what = "version is not one that this program knows"
    do = f"Update sloguard, or write the file in version {CURRENT}." if is_newer else f"Write version: {CURRENT}."
    report.at(shape.VERSION, path, what, do)
    return False
