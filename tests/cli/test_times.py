"""Times as they are typed."""

from datetime import UTC, datetime, timedelta

import pytest

from sloguard.cli.times import parse_instant, parse_interval, parse_moment, parse_since
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


@pytest.mark.parametrize(
    ("text", "hours"),
    [("now", 0), ("2h", -2), ("+2h", 2), ("+1d12h", 36), ("2026-11-22T02:00:00Z", -1), ("1795316400", 0)],
)
def test_a_moment_past_or_to_come(text: str, hours: int) -> None:
    assert parse_moment(text, NOW + timedelta(microseconds=7)) == NOW + timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "+", "++2h", "-2h", "tomorrow", "+2026-11-22T02:00:00Z", "+0h", "+9999y"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageError):
        parse_moment(text, NOW)


def test_an_interval_has_one_end_or_a_length() -> None:
    assert parse_interval("2h", "now", None, NOW) == (NOW - timedelta(hours=2), NOW)
    assert parse_interval("+1h", None, "30m", NOW) == (NOW + timedelta(hours=1), NOW + timedelta(minutes=90))


@pytest.mark.parametrize(
    ("begin", "until", "length", "words"),
    [
        ("2h", None, None, "either --until TIME or --for DURATION"),
        ("2h", "now", "1h", "either --until TIME or --for DURATION"),
        ("2h", "2h", None, "is not after --from"),
        ("now", "2h", None, "is not after --from"),
        ("now", None, "9999y", "beyond the years"),
        ("now", None, "soon", "is not a duration"),
        ("soon", None, "1h", "is not a time. Give `now`, `2h`"),
    ],
)
def test_what_is_no_interval(begin: str, until: str | None, length: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_interval(begin, until, length, NOW)
