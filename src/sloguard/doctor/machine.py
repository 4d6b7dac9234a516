"""The machine: versions, and the time zones of calendar windows."""

import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sloguard.doctor.check import Check, ok, problem
from sloguard.model.settings import Configuration
from sloguard.model.window import CalendarWindow

_OLDEST_PYTHON = (3, 11)
_USUAL_ZONES = ("UTC", "Europe/Paris")


def versions() -> Check:
    """What a bug report needs."""
    python = ".".join(map(str, sys.version_info[:3]))
    try:
        own = version("sloguard")
    except PackageNotFoundError:
        return problem("versions", f"sloguard is not installed as a package, Python {python}", "pip install sloguard.")
    if sys.version_info < _OLDEST_PYTHON:
        return problem("versions", f"Python {python} is too old", "Use Python 3.11 or newer.")
    return ok("versions", f"sloguard {own}, Python {python}")


def time_zones(configuration: Configuration | None) -> Check:
    """Whether the zones of the calendar windows, or else two usual ones, are known."""
    slos = configuration.slos if configuration else ()
    named = {slo.window.zone for slo in slos if isinstance(slo.window, CalendarWindow)}
    missing = sorted(_unknown(named or set(_USUAL_ZONES)))
    if missing:
        return problem(
            "time zones", f"no data for {', '.join(missing)}", "pip install tzdata, or the system's package tzdata."
        )
    return ok("time zones", f"there are data for {', '.join(sorted(named)) if named else 'time zones'}")


def _unknown(zones: set[str]) -> Iterator[str]:
    for zone in zones:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield zone
