"""How long counts are kept: read as declared, and refused where a window needs more."""

from datetime import timedelta
from pathlib import Path

import pytest

from sloguard.config import load_text
from sloguard.model.retention import Retention

FILE = """version: 1
{section}
services:
  - name: shop
    slos:
      - name: availability
        objective: 99.9
        window: {window}
        indicator: {{events: {{bad: errors_total, total: requests_total}}}}
"""


def loaded(section: str, window: str = "30d") -> tuple[Retention | None, list[str]]:
    text = FILE.format(section=section, window=window).encode()
    found = load_text(text, "slo.yaml", {}, Path())
    retention = found.configuration.retention if found.configuration else None
    return retention, [
        f"{each.line}:{each.column} {each.code} {each.message}" for each in found.problems if "error" in each.level
    ]


def test_keys_are_levels() -> None:
    section = "retention: {slices: 12h, 5m: 4d, 1h: 100d, 1d: 500d, notifications: 7d}"
    days = [timedelta(days=days) for days in (4, 100, 500, 7)]
    assert loaded(section) == (Retention(timedelta(hours=12), *days), [])


@pytest.mark.parametrize("window", ["7d", "90d", "365d", "{calendar: year, timezone: Asia/Kolkata}"])
def test_the_default_is_enough_for_every_window(window: str) -> None:
    assert loaded("", window) == (Retention(), [])


@pytest.mark.parametrize(
    ("section", "window", "place", "words"),
    [
        ("retention: {5m: 5h}", "30d", "2:17 SG088", "retention.5m is shorter than retention.slices, which is finer"),
        ("retention: {1d: 100d}", "365d", "2:17 SG088", "which looks back over 365d"),
        ("retention: {1d: 100d}", "{calendar: year}", "2:17 SG088", "which looks back over 366d2h"),
        ("retention: {1h: 20d}", "30d", "2:17 SG088", "retention.1h is too short for shop/availability"),
        ("retention: {5m: 6h}", "30d", "2:17 SG088", "which looks back over 1d"),
        ("retention: {slices: 1h}", "30d", "2:21 SG088", "which looks back over 2h"),
    ],
)
def test_what_a_window_needs_is_kept(section: str, window: str, place: str, words: str) -> None:
    retention, problems = loaded(section, window)
    assert retention is None
    assert len(problems) == 1
    assert problems[0].startswith(place)
    assert words in problems[0]
