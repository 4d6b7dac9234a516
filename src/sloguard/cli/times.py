"""Instants and lengths of time as they are typed on a command line."""

from datetime import UTC, datetime, timedelta

from sloguard.errors import UsageError
from sloguard.model.duration import parse_duration


def parse_instant(text: str, *, or_else: str = "") -> datetime:
    """An RFC 3339 time with a zone, or Unix seconds.

    Raises:
        UsageError: it is neither; the message names `or_else` as a third way.
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
        forms = ", ".join(filter(None, (or_else, "RFC 3339 such as 2026-11-22T03:00:00Z")))
        raise UsageError(f"{text!r} is not a time. Give {forms}, or Unix seconds.")
    return at.astimezone(UTC)


def parse_age(text: str, option: str) -> timedelta:
    """A duration such as `1h`.

    Raises:
        UsageError: it is none, or not above zero; the message names the option.
    """
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option} must be a duration above zero (got {text!r}). Give one such as 1h.") from error


def parse_since(text: str, until: datetime) -> datetime:
    """A duration before `until` such as `30d`, or an instant.

    Raises:
        UsageError: it is neither, or not before `until`.
    """
    try:
        since = until - parse_duration(text)
    except ValueError:
        since = parse_instant(text, or_else="a duration such as 30d")
    except OverflowError as error:
        raise UsageError(f"--since {text} is before the first year there is.") from error
    if since >= until:
        raise UsageError(f"--since {text} is not before the end. Give a duration such as 30d, or an earlier time.")
    return since


def parse_moment(text: str, now: datetime) -> datetime:
    """`now`, so long ago (`2h`), in so long (`+2h`), or an instant; what is relative is meant to the second.

    Raises:
        UsageError: it is none of these.
    """
    now = now.replace(microsecond=0)
    if text == "now":
        return now
    ahead = text.startswith("+")
    try:
        length = parse_duration(text.removeprefix("+"))
        return now + length if ahead else now - length
    except ValueError:
        return parse_instant(text, or_else="`now`, `2h` for two hours ago, `+2h` for in two hours")
    except OverflowError as error:
        raise UsageError(f"{text} is beyond the years there are.") from error


def parse_interval(begin: str, until: str | None, length: str | None, now: datetime) -> tuple[datetime, datetime]:
    """From `--from` to `--until` or for `--for`.

    Raises:
        UsageError: one of them cannot be read, not exactly one end is given, or the end is not after the beginning.
    """
    if (until is None) == (length is None):
        raise UsageError("Give where it ends: either --until TIME or --for DURATION.")
    start_at = parse_moment(begin, now)
    try:
        end_at = start_at + parse_age(length, "--for") if length is not None else parse_moment(until or "", now)
    except OverflowError as error:
        raise UsageError(f"--for {length} is beyond the years there are.") from error
    if end_at <= start_at:
        raise UsageError(f"--until {until} is not after --from {begin}. Give a later end, or --for DURATION.")
    return start_at, end_at
