"""Times as they are typed."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from sloguard.cli.numbers import whole_number
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


@pytest.mark.parametrize("text", ["-1h", "0s", "", "1", "soon", "99999999999y"])
def test_what_is_no_length_is_told_with_its_option(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_interval("now", None, text, NOW)
    words = f"--for must be a duration above zero (got {text!r}). Give one such as 1h."
    assert str(refused.value) == words


@pytest.mark.parametrize("text", ["abc", "", "0", "1.5", "11"])
def test_what_is_no_number_is_told_with_its_name_and_bounds(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        whole_number("--limit", 1, 10)(text)
    assert str(refused.value) == f"--limit must be a whole number from 1 to 10 (got {text!r})."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("silence", "expire", "abc"), "NUMBER must be a whole number of 1 or more (got 'abc'). `list` shows which"),
        (("exclude", "remove", "0", "--reason", "x"), "NUMBER must be a whole number of 1 or more (got '0')"),
        (("correct", "add", "a/b", "--from", "2h", "--for", "1h", "--reason", "x", "--bad", "abc"), "--bad must be a"),
        (("recounts", "--limit", "many"), "--limit must be a whole number from 1 to 10000 (got 'many')"),
        (("replay", "--concurrency", "100"), "--concurrency must be a whole number from 1 to"),
        (("demo", "--days", "6"), "--days must be a whole number from 7 to 30 (got '6')"),
        (("demo", "--port", "65536"), "--port must be a whole number from 0 to 65535 (got '65536')"),
    ],
)
def test_every_number_is_refused_in_our_own_words(arguments: tuple[str, ...], words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "sloguard", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"sloguard: {words}")
    assert done.stderr.count("\n") == 1


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
        ("now", None, "soon", "--for must be a duration above zero"),
        ("soon", None, "1h", "is not a time. Give `now`, `2h`"),
    ],
)
def test_what_is_no_interval(begin: str, until: str | None, length: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_interval(begin, until, length, NOW)
