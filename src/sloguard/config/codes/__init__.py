"""Every problem that sloguard can find in a file. A new one is one entry in one of these modules."""

from sloguard.config.codes import (
    alerting,
    composites,
    files,
    funnels,
    groups,
    indicators,
    live,
    quiet,
    reading,
    settings,
    shape,
    values,
)
from sloguard.config.codes.code import Code, Scope, example_file

_MODULES = (reading, files, shape, values, indicators, groups, funnels, composites, alerting, quiet, settings, live)

ALL: tuple[Code, ...] = tuple(
    sorted(
        (value for module in _MODULES for value in vars(module).values() if isinstance(value, Code)),
        key=lambda code: code.id,
    )
)
"""In the order of their numbers."""

BY_ID = {code.id: code for code in ALL}

__all__ = ["ALL", "BY_ID", "Code", "Scope", "example_file"]
