"""Instants and lengths of time as they are typed on a command line."""

from datetime import UTC, datetime, timedelta

from sloguard.errors import UsageError
from sloguard.model.duration import parse_duration


def parse_instant(text: str) -> datetime:
    """An RFC 3339 time with a zone, or Unix seconds.

    Raises:
        UsageError: it is neither.
    """
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageError(f"{text!r} is not a time. Give RFC 3339 such as 2026-11-22T03:00:00Z, or Unix seconds.")
    return at.astimezone(UTC)


def parse_since(text: str, until: datetime) -> datetime:
    """A duration before `until` such as `30d`, or an instant.

    Raises:
        UsageError: it is neither, or not before `until`.
    """
    try:
        length: timedelta | None = parse_duration(text)
    except ValueError:
        length = None
    since = until - length if length is not None else parse_instant(text)
    if since >= until:
        raise UsageError(f"--since {text} is not before the end. Give a duration such as 30d, or an earlier time.")
    return since
