"""How long counts are kept: as long, and as finely, as every window needs."""

from collections.abc import Iterator
from datetime import timedelta

from sloguard.config.codes import settings
from sloguard.config.report import Report
from sloguard.config.schema.surroundings import RetentionEntry
from sloguard.evaluation.resolution import LARGEST_SHIFT_RATIO, kept_step
from sloguard.evaluation.signals import pace_window
from sloguard.evaluation.windows import longest
from sloguard.model.duration import format_duration
from sloguard.model.retention import Retention
from sloguard.model.settings import Configuration
from sloguard.model.slo import Slo
from sloguard.model.window import RollingWindow

_KEYS = ("slices", "5m", "1h", "1d")
_SECTION = "retention"
_FEWEST_STEPS = round(1 / LARGEST_SHIFT_RATIO / 2)
"""Of a window whose beginning is moved to the nearest step."""


def retention_settings(entry: RetentionEntry) -> Retention:
    default = Retention()
    return Retention(
        slices=entry.slices or default.slices,
        five_minutes=entry.five_minutes or default.five_minutes,
        hours=entry.hours or default.hours,
        days=entry.days or default.days,
        notifications=entry.notifications or default.notifications,
    )


def check_retention(configuration: Configuration, report: Report) -> None:
    """Report what is kept too briefly, or too coarsely, for a window that is declared."""
    retention = configuration.retention
    ages = (retention.slices, retention.five_minutes, retention.hours, retention.days)
    for key, age, finer, finer_age in zip(_KEYS[1:], ages[1:], _KEYS, ages, strict=False):
        if age < finer_age:
            blamed = key if report.has((_SECTION, key)) else finer
            what = f"{_SECTION}.{key} is shorter than {_SECTION}.{finer}, which is finer"
            report.at(settings.RETENTION, (_SECTION, blamed), what, f"Keep {key} for {format_duration(finer_age)}.")
            return
    for key, (length, slo_id) in _needed(configuration).items():
        if report.has((_SECTION, key)):
            what = f"{_SECTION}.{key} is too short for {slo_id}, which looks back over {format_duration(length)}"
            report.at(settings.RETENTION, (_SECTION, key), what, f"Use at least {format_duration(length)}.")


def _needed(configuration: Configuration) -> dict[str, tuple[timedelta, str]]:
    """By level that is too short: the longest window that needs more of it, and whose it is."""
    retention, slice_length = configuration.retention, configuration.evaluation.slice
    found: dict[str, tuple[timedelta, str]] = {}

    def note(key: str, length: timedelta, slo: Slo) -> None:
        found[key] = max(found.get(key, (timedelta(0), "")), (length, slo.id))

    for slo in configuration.slos:
        if longest(slo.window) > retention.days:
            note("1d", longest(slo.window), slo)
        for length in _rolling(slo, slice_length):
            step = kept_step(length, retention, slice_length)
            if step > slice_length and step * _FEWEST_STEPS > length:
                coarsest = max(place for place, (age, _) in enumerate(retention.levels) if age < length)
                note(_KEYS[coarsest], length, slo)
    return found


def _rolling(slo: Slo, slice_length: timedelta) -> Iterator[timedelta]:
    """Every window that begins at any instant; periods of a calendar begin with a slice."""
    if isinstance(slo.window, RollingWindow):
        yield slo.window.length
    for tier in slo.tiers:
        yield from (tier.long, tier.short)
    for success in slo.policy.success_rate:
        yield success.window
    if slo.policy.forecast is not None:
        yield pace_window(slo.policy.forecast, slo.timeslices.length if slo.timeslices else slice_length)
