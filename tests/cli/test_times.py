"""Times as they are typed."""

from datetime import UTC, datetime, timedelta

import pytest

from sloguard.cli.times import parse_instant, parse_since
from sloguard.errors import UsageError

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-22T03:00:00Z", "2026-11-22T04:00:00+01:00", "2026-11-22 03:00:00Z", "1795316400", "1795316400.0"],
)
def test_an_instant(text: str) -> None:
    assert parse_instant(text) == NOW


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T03:00:00", "2026-11-22", "1e400", "nan", "-1e300"])
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(UsageError, match="is not a time"):
        parse_instant(text)


def test_since_a_duration_or_an_instant() -> None:
    assert parse_since("30d", NOW) == NOW - timedelta(days=30)
    assert parse_since("2026-11-21T03:00:00Z", NOW) == NOW - timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3x", "Give a duration such as 30d, RFC 3339"),
        ("2026-11-22T03:00:00Z", "is not before the end"),
        ("9999y", "before the first year"),
    ],
)
def test_since_when(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_since(text, NOW)
